// The tasks of a programme manager, each by the pages' own links and forms. Returns how many things were done.
export async function tasks(page, { address, tell, suffix, looked }) {
  let count = 0;
  const equal = (what, found, expected) => { if (found !== expected) tell(`${what}: ${found}, expected ${expected}`); };
  const go = (path) => page.goto(`${address}${path}`);
  const fill = async (form, fields) => {
    for (const [name, value] of Object.entries(fields)) {
      const field = form.locator(`[name="${name}"]`);
      const isChoice = await field.evaluate((element) => element.tagName === 'SELECT');
      await (isChoice ? field.selectOption(value) : field.fill(value));
    }
  };
  // unfolds the form of this title, fills it in and sends it
  const act = async (path, title, fields = {}) => {
    await go(path);
    await page.locator('summary', { hasText: title }).first().click();
    const form = page.locator('details[open].fold form');
    await fill(form, fields);
    await form.locator('button').first().click();
    const note = await page.locator('.note').first().innerText();
    if (!/Done and durable/.test(note)) tell(`${title}: ${note}`);
    count += 1;
  };

  await act('/p/1/point-types', 'Create point type', {
    point_type: `${12 + suffix}`, 'expiry:after.span.count': '6', 'expiry:after.span.unit': 'months',
  });
  // a policy of expiry: what would change for whom, then the change
  await go('/p/1/point-types');
  await page.locator('tbody a', { hasText: new RegExp(`^${12 + suffix}$`) }).click();
  await page.locator('summary', { hasText: 'with a month, quarter or year' }).click();
  const policy = page.locator('details[open].fold form');
  await fill(policy, { 'expiry:end_of.period': 'quarter' });
  await policy.locator('button.try').click();
  const effect = await page.locator('main').innerText();
  for (const told of ['Nothing was done', 'end of quarter from now on', 'Points given on a day', 'stay as they are']) {
    if (!effect.includes(told)) tell(`a policy that is tried does not tell: ${told}`);
  }
  await looked();
  await page.locator('button', { hasText: 'Carry it out' }).click();
  if (!/Done and durable/.test(await page.locator('.note').first().innerText())) tell('the policy was not changed');
  await go(`/p/1/point-types/${12 + suffix}`);
  if (!(await page.locator('.facts').innerText()).includes('end of period quarter')) tell('the policy is not shown');
  count += 1;
  // the buttons stay in the corner of every page (rule E07)
  await go('/p/1/audit');
  equal('the corner', (await page.locator('.corner a').allInnerTexts()).join(', '), 'Create point type, Create source');
  await page.locator('.corner a', { hasText: 'Create source' }).click();
  const form = page.locator('form[action="/do/create_source"]');
  await fill(form, { source: `${500 + suffix}`, name: 'spring', inventory: '1000' });
  await form.locator('button').first().click();
  if (!/Done and durable/.test(await page.locator('.note').first().innerText())) tell('no source was made');
  const source = `/p/1/sources/${500 + suffix}`;
  // who pauses it has seen what depends on it, and says so
  await go(source);
  if (!(await page.locator('main').innerText()).includes('What depends on this source')) tell('no dependents');
  await page.locator('summary', { hasText: 'Pause this source' }).click();
  await page.locator('details[open].fold form button').first().click();
  equal('a pause without a yes', await page.locator('h1').innerText(), 'Needs confirm');
  for (const [title, status, said] of [
    ['Pause this source', 'paused', { sure: 'yes' }], ['Resume this source', 'active', {}],
  ]) {
    await act(source, title, said);
    await go(source);
    equal(title, (await page.locator('.facts dd').first().innerText()).split('\n')[0], status);
  }
  await act(source, 'Add a restriction', { 'restriction.restriction': '1', 'restriction.max': '100' });
  await go(source);
  if (!(await page.locator('main').innerText()).includes('calendar days')) tell('the restriction is not shown');
  await act(source, 'Remove restriction 1');
  await act(source, 'Change the inventory', { points: '-500' });
  await go(source);
  await page.locator('.links a', { hasText: 'Its audit log' }).click();
  equal('the filter', await page.locator('[name=source]').inputValue(), `${500 + suffix}`);
  const kinds = await page.locator('tbody tr td:nth-child(3)').allInnerTexts();
  if (!kinds.includes('Inventory Modification (deduct)')) tell(`the source's audit log has only ${kinds}`);
  await act(source, 'Pause this source', { sure: 'yes' });
  await act(source, 'Archive this source', { confirm: 'yes' });
  await act('/p/1/sources', 'Create source', { source: `${600 + suffix}`, name: 'without end' });
  await act(`/p/1/sources/${600 + suffix}`, 'Give it an inventory', { points: '2000' });

  // which items paid a redemption, and back
  await go('/p/1/members');
  await page.locator('form[method=get] input').fill('19339');
  await page.locator('form[method=get] button').click();
  equal('a member', await page.locator('h1').innerText(), 'Member 19339');
  const member = '/p/1/members/19339';
  await act(member, 'Give points', { 'awards.0.points': '5000', reference: '<img src=x onerror=alert(1)>' });
  await go(member);
  await page.locator('summary', { hasText: 'Redeem points' }).first().click();
  await page.locator('details[open].fold form [name=points]').fill('300');
  await page.locator('details[open].fold form button.try').click();
  if (!/Nothing was done/.test(await page.locator('.note').first().innerText())) tell('trying did something');
  await act(member, 'Redeem points', { points: '300' });
  if (!(await page.locator('table').first().innerText()).includes('redeemed')) tell('no leg says which item paid');
  await page.locator('.trail a').last().click();
  const redemption = new URL(page.url()).pathname;
  // the item that paid leads to the entry that gave it
  await page.locator('section', { hasText: 'What happened' }).locator('tbody a').first().click();
  equal('what gave the points', await page.locator('.facts dd').first().innerText(), 'accrue');
  await act(redemption, 'Cancel this transaction');
  await act(member, 'Adjust points by hand', { points: '-10', reason: '2024' });
  await act(member, 'Give points to another member', { to: `F${suffix}`, points: '20' }).catch((error) => tell(`${error}`));
  await act(member, 'Put points on hold', { points: '50' });
  await act(member, 'Capture hold', { points: '30' });
  await act(member, 'Release hold');
  await act('/p/1/members', 'Enrol a household', { member: `H${suffix}` });
  await act(member, 'Join a household', { household: `H${suffix}` });
  await go(`/p/1/members/H${suffix}`);
  if (!(await page.locator('main').innerText()).includes('19339')) tell('the household has no member');
  await act(member, 'Leave the household');
  await act(member, 'Set the status', { status: 'blocked', reason: 'lost the card' });
  await act(member, 'Set the status', { status: 'active', reason: 'found it' });
  await act('/p/1/tiers', 'Define the tiers', {
    'tiers.0.tier': '1', 'tiers.0.name': 'Silver', 'tiers.0.any_of.0.point_type': '2', 'tiers.0.any_of.0.points': '200',
  });

  // a prepaid partner: blocks and fees in points
  const [prepaid, block] = ['/p/1/partners/1', `${9000 + suffix}`];
  await act(prepaid, 'Record a purchase', { block, points: '1000' });
  await act(prepaid, `Approve block ${block}`);
  await act(prepaid, 'Record a purchase', { block: `${9100 + suffix}`, points: '1000' });
  await act(prepaid, `Reject block ${9100 + suffix}`);
  await act(prepaid, 'Adjust a block by hand', { block, points: '40', description: 'a mistake' });
  await act(prepaid, 'Charge a fee in points', { block, 'amount:points.points': '25', description: 'late data' });
  // a billed one: fees in money and their refund, bills
  const billed = '/p/1/partners/2';
  await act(billed, 'Charge a fee in money', { 'amount:money.amount': '3.5', description: 'late data' });
  await go(billed);
  const fees = page.locator('section', { hasText: 'Fees and refunds' }).locator('tbody tr');
  const fee = await fees.last().locator('td').last().innerText();
  await act(billed, 'Refund a fee', { fee, reason: 'goodwill' });
  await go(billed);
  await page.locator('section', { hasText: 'Bills' }).first().locator('tbody a').first().click();
  if (!/^Bill \d+ of partner 2$/.test(await page.locator('h1').innerText())) tell('a bill is not shown');

  // settlement: who bears how much, a run from its draft to its end
  await act('/p/1/settlement', 'Set who bears how much', { 'partners[]': '3, 4', 'rules.0.percentage': `${50 + suffix}` });
  await act('/p/1/settlement', 'Create a settlement run', { 'criteria.partners[]': '4' });
  await page.locator('.trail a').last().click();
  const run = await page.locator('.facts div', { hasText: 'Request id' }).locator('dd').innerText();
  await act(`/p/1/settlement/runs/${run}`, 'Save this run');
  await act(`/p/1/settlement/runs/${run}`, 'Submit this run');
  await go('/p/1/system');
  await page.locator('summary', { hasText: 'Book what is due' }).click();
  await page.locator('details[open].fold form button').first().click();
  await go(`/p/1/settlement/runs/${run}`);
  if (!(await page.locator('main').innerText()).includes('completed')) tell('the run was not executed');

  // last month's liability, as a file
  await go('/p/1/liability');
  await page.locator('form[method=get] [name=range]').selectOption('last-month');
  await page.locator('form[method=get] button').first().click();
  equal('months', await page.locator('section tbody tr').count() > 0, true);
  const csv = await page.locator('a', { hasText: 'CSV' }).first().getAttribute('href');
  const table = await page.request.get(address + csv);
  if (!(await table.text()).startsWith('bucket,point_type,issued_exact')) tell(`no liability: ${await table.text()}`);
  await go('/p/1/books');
  await page.locator('summary', { hasText: 'Audit the books' }).click();
  await page.locator('details[open].fold form button').first().click();
  if (!/ok\s+true/.test(await page.locator('table').innerText())) tell('the audit is not ok');
  await go('/p/1/books');
  await page.locator('summary', { hasText: 'Make a backup' }).click();
  await page.locator('details[open].fold form [name=name]').fill(`walk-${suffix}`);
  await page.locator('details[open].fold form button').first().click();
  await go('/p/1/books');
  const books = await page.locator('.facts').innerText();
  if (!/Digest\s+[0-9a-f]{32}/i.test(books)) tell(`no digest: ${books}`);
  if (!new RegExp(`Last backup\\s[\\s\\S]*walk-${suffix}`, 'i').test(books)) tell(`no backup: ${books}`);
  await looked();

  // a partner that comes down to its threshold stands on the first page
  await go('/p/1');
  const low = page.locator('section', { hasText: 'Partners whose points are low' }).locator('tbody a', { hasText: '5' });
  equal('partners low', await low.count(), 1);
  await low.click();
  if (!/low: it is told at/.test(await page.locator('.facts').innerText())) tell('the partner does not say that it is low');
  return count + 5;
}
