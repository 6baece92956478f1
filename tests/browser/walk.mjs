// Walks every page of the console of the demo: in light and dark, on a phone and on a wide screen, with axe; then the
// tasks of a programme manager, without JavaScript. Anything that is wrong is printed, and the exit code says so.
import { AxeBuilder } from '@axe-core/playwright';
import { chromium } from 'playwright-core';
import { gzipSync } from 'node:zlib';
import { seed } from './seed.mjs';
import { tasks } from './tasks.mjs';

const { address, token } = JSON.parse(process.argv[2]);
const pictures = process.env.ACCRUEDB_PICTURES;
const FIRST_VIEW_BYTES = 45 * 1024;
const problems = [];
const tell = (problem) => { problems.push(problem); console.log(problem); };

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox'] });

async function visitor(options) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  page.on('request', (request) => { if (!request.url().startsWith(address)) tell(`leaves the host: ${request.url()}`); });
  page.on('pageerror', (error) => tell(`script: ${error}`));
  page.on('console', (message) => { if (/content security/i.test(message.text())) tell(message.text()); });
  page.on('dialog', (dialog) => { tell(`a dialog: ${dialog.message()}`); dialog.dismiss(); });
  await page.goto(`${address}/sign-in`);
  await page.fill('input[name=token]', token);
  await page.click('button');
  return page;
}

/** Every page that can be reached, one of each kind where they differ in their ids only. */
async function pages(page) {
  const [seen, kinds, left] = [new Set(), new Map(), ['/', '/p/1']];
  while (left.length > 0) {
    const path = left.pop();
    // a partner is prepaid, or billed, or settled with: each looks different
    const kind = path.split('?')[0].replace(/\/(members|sources|entries|problems|bills|runs|point-types)\/[^/]+/g, '/$1/x')
      .replace(/\/partners\/\d+\/(?=forecast|reconciliation|settled|credits)/, '/partners/x/');
    if (seen.has(path) || kinds.has(kind) || path.startsWith('/data/')) continue;
    seen.add(path);
    kinds.set(kind, path);
    const response = await page.goto(address + path);
    if (response.status() !== 200) tell(`${path}: ${response.status()}`);
    const links = await page.$$eval('a[href]', (all) => all.map((link) => link.getAttribute('href')));
    left.push(...links.filter((link) => link.startsWith('/')));
  }
  const more = [
    '/sign-in', '/p/1/point-types?create=yes', '/p/1/liability?by=day&from=1998-05-01', '/p/1/audit?type=redemption',
    '/p/1/audit?source=1&text=nothing-has-this', '/p/1/journal?kind=redeem', '/p/1/outstanding?as_of=1998-03-31',
    '/p/1/expiry?by=day&until=1999-06-30', '/p/1/deferred-revenue?range=last-month&redeemed_per_mille=900',
    '/p/1/source-report?source=1', '/p/1/sources/999', '/p/1/partners/1/forecast', '/p/1/partners/1/reconciliation',
    '/p/1/partners/3/settled', '/p/1/partners/3/credits', '/p/1/settlement/awards?by=partner&then=month',
  ];
  const found = [...kinds.values(), ...more.filter((path) => !seen.has(path))];
  const wanted = [
    '/p/1/tiers', '/p/1/settlement', '/p/1/settlement/runs/', '/p/1/partners/2/bills/', '/p/1/outstanding', '/p/1/expiry',
    '/p/1/point-types/', '/p/1/deferred-revenue', '/p/1/source-report', '/p/1/journal', '/p/1/settlement/awards',
    '/p/1/settlement/definitions',
  ];
  wanted.filter((want) => !found.some((path) => path.startsWith(want))).forEach((want) => tell(`no way leads to ${want}`));
  return found;
}

/** What a first visit fetches, compressed. */
async function firstView() {
  const page = await visitor({ viewport: { width: 1280, height: 900 } });
  const fetched = [];
  page.on('response', (response) => fetched.push(response.body().catch(() => Buffer.alloc(0))));
  await page.goto(`${address}/p/1`, { waitUntil: 'load' });
  const bytes = (await Promise.all(fetched)).reduce((sum, body) => sum + gzipSync(body).length, 0);
  if (bytes > FIRST_VIEW_BYTES) tell(`the first view has ${bytes} bytes, compressed`);
  return bytes;
}

/** Looks at a page that only an action leads to, as it is. */
const looker = (page, name, hasScript) => async () => {
  if (hasScript) {
    const { violations } = await new AxeBuilder({ page }).analyze();
    for (const { id, nodes } of violations) tell(`axe, after an action: ${id}: ${nodes[0].html}`);
  }
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (over > 0) tell(`${page.url()} is ${over} px too wide after an action`);
  looks += 1;
  if (pictures) await page.screenshot({ path: `${pictures}/${name}-${looks}.png`, fullPage: true });
};

await seed(address, token);
let looks = 0;
let views = 0;
const bytes = await firstView();
const found = [...await pages(await visitor({ viewport: { width: 1280, height: 900 } })), '/p/1/members/HOME'];
for (const colorScheme of ['light', 'dark']) {
  for (const width of [360, 1280]) {
    const page = await visitor({ viewport: { width, height: 900 }, colorScheme });
    for (const path of new Set(found)) {
      await page.goto(address + path);
      views += 1;
      const { violations } = await new AxeBuilder({ page }).analyze();
      for (const { id, nodes } of violations) tell(`axe, ${colorScheme}, ${width} px, ${path}: ${id}: ${nodes[0].html}`);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (over > 0) tell(`${path} is ${over} px wider than ${width} px`);
      if (pictures) {
        const name = `${colorScheme}-${width}${path.replace(/[^a-z0-9]+/gi, '-')}.png`;
        await page.screenshot({ path: `${pictures}/${name}`, fullPage: true });
      }
    }
    await page.context().close();
  }
}
let done = 0;
const scripted = await visitor({ viewport: { width: 1280, height: 900 } });
done += await tasks(scripted, { address, tell, suffix: 0, looked: looker(scripted, 'action-1280', true) });
const unscripted = await visitor({ viewport: { width: 360, height: 800 }, javaScriptEnabled: false });
done += await tasks(unscripted, { address, tell, suffix: 1, looked: looker(unscripted, 'action-360', false) });
await browser.close();
console.log(`browser: ${new Set(found).size} pages, ${views} views, ${done} actions, first view ${bytes} bytes, ${problems.length} problems`);
process.exit(problems.length > 0 ? 1 : 0);
