// What the demo has not: agreements, purchases under them and a run; a household, a hold, a fee.
export async function seed(address, token) {
  let key = 0;
  const post = async (path, body) => {
    key += 1;
    const response = await fetch(`${address}${path}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', 'Idempotency-Key': `seed-${key}` },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (response.status >= 300) throw new Error(`${path}: ${await response.text()}`);
    return response.json();
  };
  const of = (path, body) => post(`/v1/programs/1/${path}`, body);
  const { now } = await (await fetch(`${address}/v1/clock`, { headers: { Authorization: `Bearer ${token}` } })).json();
  await of('schemes/1', { name: 'Town centre' });
  await of('offers/1', { scheme: 1, class: 'increase_revenue_transaction_based', name: 'Five percent' });
  for (const partner of [3, 4]) {
    await of('partners', { partner, billing: 'post_paid', name: `Shop ${partner}` });
    await of(`partners/${partner}/unit`, {});
    await of('agreements', { partner, description: `Agreement of shop ${partner}` });
  }
  await of('contribution-rules', { partners: [3], rules: [{ percentage: '40' }] });
  await of('settlement', { rounding: 'half_up' });
  for (const [member, partner, award] of [['101', 3, 250], ['102', 3, 120], ['103', 4, 90]]) {
    await of('purchases', { member, partner, amount: award * 20, point_type: 1, offer: 1, award });
  }
  await of('settlement-runs', { every: { count: 1, unit: 'months' } });
  const run = `seed-${key}`;
  await of(`settlement-runs/${run}/save`);
  await of(`settlement-runs/${run}/submit`, {});
  await post('/v1/admin/sweep');
  await of('credits', { member: '101', partner: 3, point_type: 1, points: 15 });
  await of('partner-groups/1', { name: 'Old town', collaborating: [] });
  await of('households', { member: 'HOME' });
  await of('members/101/household', { household: 'HOME' });
  await of('holds', { member: '101', point_type: 1, points: 20 });
  await of('partners/2/fees', {
    amount: { kind: 'money', amount: '12.50', currency: 'EUR' }, description: 'late data', transaction_at: now,
  });
  // a prepaid partner that is low from its first block on
  await of('partners', { partner: 5, name: 'Corner shop', rates: { 1: '1' }, low_balance: 500 });
  await of('partners/5/blocks', { block: 9500, points: 400 });
  await of('partners/5/blocks/9500/approve');
  await of('sources', { source: 400, name: 'summer', inventory: 5000 });
}
