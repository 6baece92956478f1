// Walks every page of the console of the demo: in light and dark, on a phone and on a wide screen, with axe; then the
// tasks of a programme manager, without JavaScript. Anything that is wrong is printed, and the exit code says so.
import { AxeBuilder } from '@axe-core/playwright';
import { chromium } from 'playwright-core';

const { address, token } = JSON.parse(process.argv[2]);
const pictures = process.env.ACCRUEDB_PICTURES;
const problems = [];
const tell = (problem) => { problems.push(problem); console.log(problem); };
const equal = (what, found, expected) => { if (found !== expected) tell(`${what}: ${found}, expected ${expected}`); };

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox'] });

async function visitor(options) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
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
    const kind = path.split('?')[0].replace(/\/(members|partners|sources|entries|problems)\/[^/]+/g, '/$1/x');
    if (seen.has(path) || kinds.has(kind) || path.startsWith('/data/')) continue;
    seen.add(path);
    kinds.set(kind, path);
    const response = await page.goto(address + path);
    equal(path, response.status(), 200);
    const links = await page.$$eval('a[href]', (all) => all.map((link) => link.getAttribute('href')));
    left.push(...links.filter((link) => link.startsWith('/')));
  }
  return [...kinds.values(), '/sign-in', '/p/1/liability?by=day&from=1998-05-01', '/p/1/audit?kind=redeem'];
}

async function tasks(page, suffix) {
  // the form of this title, unfolded
  const open = async (title) => {
    await page.locator('summary', { hasText: title }).first().click();
    return page.locator('details[open].fold form');
  };
  const done = async (what) => {
    const note = await page.locator('.note').first().innerText();
    if (!/Done and durable/.test(note)) tell(`${what}: ${note}`);
  };
  await page.goto(`${address}/p/1/point-types`);
  let form = await open('Create point type');
  await form.locator('[name=point_type]').fill(`${2 + suffix}`);
  await form.locator('[name="expiry.after.count"]').fill('6');
  await form.locator('[name="expiry.after.unit"]').selectOption('months');
  await form.locator('button').first().click();
  await done('a point type');

  // the buttons stay in the corner of every page (rule E07)
  await page.goto(`${address}/p/1/audit`);
  equal('the corner', await page.locator('.corner a').allInnerTexts().then((all) => all.join(', ')), 'Create point type, Create source');
  await page.locator('.corner a', { hasText: 'Create source' }).click();
  form = page.locator('form[action="/do/create_source"]');
  await form.locator('[name=source]').fill(`${500 + suffix}`);
  await form.locator('[name=name]').fill('spring');
  await form.locator('[name=inventory]').fill('1000');
  await form.locator('button').first().click();
  await done('a source');
  for (const [title, status] of [['Pause this source', 'paused'], ['Resume this source', 'active']]) {
    await page.goto(`${address}/p/1/sources/${500 + suffix}`);
    form = await open(title);
    await form.locator('button').first().click();
    await done(title);
    await page.goto(`${address}/p/1/sources/${500 + suffix}`);
    equal(title, await page.locator('.facts dd').first().innerText().then((text) => text.split('\n')[0]), status);
  }

  await page.goto(`${address}/p/1/members`);
  await page.locator('form[method=get] input').fill('19339');
  await page.locator('form[method=get] button').click();
  equal('a member', await page.locator('h1').innerText(), 'Member 19339');
  form = await open('Give points');
  await form.locator('[name="awards.0.points"]').fill('5000');
  await form.locator('[name=reference]').fill('<img src=x onerror=alert(1)>');
  await form.locator('button').first().click();
  await done('points');
  await page.goto(`${address}/p/1/members/19339`);
  form = await open('Redeem points');
  await form.locator('[name=points]').fill('300');
  await form.locator('button.try').click();
  if (!/Nothing was done/.test(await page.locator('.note').first().innerText())) tell('trying did something');
  await page.goto(`${address}/p/1/members/19339`);
  form = await open('Redeem points');
  await form.locator('[name=points]').fill('300');
  await form.locator('button').first().click();
  await done('a redemption');
  // which items paid: the legs of the entry
  if (!(await page.locator('table').first().innerText()).includes('redeemed')) tell('no leg says which item paid');
  await page.locator('.trail a').last().click();
  form = await open('Cancel this transaction');
  await form.locator('button').first().click();
  await done('a cancellation');

  await page.goto(`${address}/p/1/partners/1`);
  form = await open('Record a purchase');
  await form.locator('[name=block]').fill(`${9000 + suffix}`);
  await form.locator('[name=points]').fill('1000');
  await form.locator('button').first().click();
  await done('a block');
  await page.goto(`${address}/p/1/partners/1`);
  form = await open(`Approve block ${9000 + suffix}`);
  await form.locator('button').first().click();
  await done('an approval');

  await page.goto(`${address}/p/1/liability?from=1998-06-01&to=1998-06-30`);
  const csv = await page.locator('a', { hasText: 'CSV' }).first().getAttribute('href');
  const table = await page.request.get(address + csv);
  if (!(await table.text()).startsWith('bucket,point_type,issued_exact')) tell(`no liability: ${await table.text()}`);
  await page.goto(`${address}/p/1/books`);
  form = await open('Audit the books');
  await form.locator('button').first().click();
  if (!/ok\s+true/.test(await page.locator('table').innerText())) tell('the audit is not ok');
}

let views = 0;
const found = await pages(await visitor({ viewport: { width: 1280, height: 900 } }));
for (const colorScheme of ['light', 'dark']) {
  for (const width of [360, 1280]) {
    const page = await visitor({ viewport: { width, height: 900 }, colorScheme });
    for (const path of found) {
      await page.goto(address + path);
      views += 1;
      const { violations } = await new AxeBuilder({ page }).analyze();
      for (const { id, nodes } of violations) tell(`axe, ${colorScheme}, ${width} px, ${path}: ${id}: ${nodes[0].html}`);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (over > 0) tell(`${path} is ${over} px wider than ${width} px`);
      if (pictures) {
        const name = `${colorScheme}-${width}${path.replace(/[^a-z0-9]+/g, '-')}.png`;
        await page.screenshot({ path: `${pictures}/${name}`, fullPage: true });
      }
    }
  }
}
await tasks(await visitor({ viewport: { width: 1280, height: 900 } }), 0);
await tasks(await visitor({ viewport: { width: 360, height: 800 }, javaScriptEnabled: false }), 1);
await browser.close();
console.log(`browser: ${found.length} pages, ${views} views, ${problems.length} problems`);
process.exit(problems.length > 0 ? 1 : 0);
