import { requirement } from '@cpm/runtime-decider';
import { Gateway, HOUR_MS } from './sms.fixture.js';

requirement('CPM-MLD-028a', () => {
  it('has arrived when receipts of all its segments say so, although the process that waited for the answer died', () => {
    const gateway = new Gateway().submit().receipt('DELIVERED', 's2', 1, 2);
    expect(gateway.told).toEqual([]);
    gateway.receipt('DELIVERED', 's1', 1, 2);
    expect(gateway.told).toEqual(['SMS 1 submitted', 'SMS 1 delivered']);
    expect(gateway.accept(['s1', 's2'], 1).pass(HOUR_MS).told).toHaveLength(2);
  });

  it.each(['ENROUTE', 'ACCEPTED'] as const)('was taken when receipts of all its segments came, and waits for the final ones: %s', (state) => {
    const gateway = new Gateway().submit().receipt(state, 's1', 1, 1).pass(HOUR_MS);
    expect(gateway.told).toEqual(['SMS 1 submitted']);
    expect(gateway.receipt('DELIVERED', 's1', 1, 1).told).toEqual(['SMS 1 submitted', 'SMS 1 delivered']);
  });

  it('has failed when receipts of all its segments came and one says so', () => {
    expect(new Gateway().submit().receipt('UNDELIVERABLE', 's1', 1, 1).pass(HOUR_MS).told).toEqual(['SMS 1 submitted', 'SMS 1 failed']);
  });

  it('was taken when all is proven and only the answer to the last segment is missing', () => {
    expect(new Gateway().submit().receipt('ENROUTE', 's1', 1, 1).refuse('unknown').told).toEqual(['SMS 1 submitted']);
  });

  it.each([['of how many segments is not known', undefined], ['of which a segment may be missing', 2]])('stays of unknown outcome when something arrived %s', (_, segments) => {
    expect(new Gateway().submit().receipt('DELIVERED', 's1', 1, segments).pass(HOUR_MS).told).toEqual(['SMS 1 unknown']);
  });
});
