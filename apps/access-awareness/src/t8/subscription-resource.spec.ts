import { answeredSubscription, reportsInstead, subscriptionIdOf } from './subscription-resource.js';

describe('the id of a subscription', () => {
  it.each([
    ['https://nef.example/3gpp-monitoring-event/v1/as1/subscriptions/77', '77'],
    ['/3gpp-monitoring-event/v1/as1/subscriptions/a-b_c.d~1/', 'a-b_c.d~1'],
    ['http://other.example:8080/x/subscriptions/%41?y=1#z', '%41'],
  ])('of %s is %s', (uri, id) => expect(subscriptionIdOf(uri)).toBe(id));

  it.each([
    'https://nef.example/subscriptions/..', 'https://nef.example/subscriptions/%2e%2e', 'https://nef.example/subscriptions/.', 'https://nef.example/subscriptions/', 'https://nef.example/other/77',
    'https://nef.example/subscriptions/a/b', `https://nef.example/subscriptions/${'x'.repeat(300)}`, 'http://', '', undefined, 7,
  ])('is not in %s', (uri) => expect(subscriptionIdOf(uri)).toBeUndefined());
});

it('reads of an answer what it knows, and takes nothing that is wrong for more than nothing', () => {
  expect(answeredSubscription.parse({ self: 'u', monitorExpireTime: '2026-03-02T10:00:00+01:00', monitoringEventReport: { a: 1 }, addnMonEventReports: [{ b: 2 }], msisdn: '49' }))
    .toEqual({ self: 'u', monitorExpireTime: Date.parse('2026-03-02T09:00:00Z'), reports: [{ a: 1 }, { b: 2 }] });
  for (const wrong of [undefined, null, 'text', 7, [], { self: 7, monitorExpireTime: 'soon', addnMonEventReports: 'none' }]) expect(answeredSubscription.parse(wrong).reports).toEqual([]);
  expect([reportsInstead({ monitoringEventReports: [1, 2] }), reportsInstead({ monitoringType: 'x' }), reportsInstead(undefined)]).toEqual([[1, 2], [{ monitoringType: 'x' }], [undefined]]);
});
