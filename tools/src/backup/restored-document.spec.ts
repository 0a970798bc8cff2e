import { EMPTY_BOX } from '@cpm/domain-message-store-sync';
import { restoredDocument } from './restored-document.js';

const AT = '2026-01-31T12:00:00.000Z';
const aggregate = { _id: 'tel:+491', k: 'tel:+491', p: 3, v: 9, w: 120, seen: { '/routing/1/0': [7, 0] }, out: [{ offset: 119, index: 0, topic: 't', key: 'k', value: 'v' }], t: 5, re: [['c', 1]], j: [], st: { a: 1 } };

it.each(['routing.delivery', 'device-registry.subscriber', 'report-aggregation.ledger', 'sms-interworking-gateway.sms', 'access-awareness.access'])('lets no position of before hide a record from %s', (collection) => {
  expect(restoredDocument(collection, aggregate, AT)).toEqual({ ...aggregate, w: 0, seen: {}, out: [] });
});

it('lets the numbers that devices hold leap', () => {
  const box = restoredDocument('message-store-sync.box', { ...aggregate, st: { ...EMPTY_BOX, modSeq: 5 } }, AT);
  expect(box['st']).toMatchObject({ modSeq: 1_000_000_005, sweep: { floor: 1_000_000_005 } });
  expect(restoredDocument('client-edge.downlink', { ...aggregate, st: { version: 1, next: 8, devices: [], removed: [] } }, AT)['st']).toMatchObject({ next: 1_000_000_008 });
});

it('keeps a dead letter apart from one that gets its position anew', () => {
  expect(restoredDocument('routing.dead-letters', { _id: 'cpm.routing.inbox/0/7', reason: 'r' }, AT)).toEqual({ _id: `cpm.routing.inbox/0/7/${AT}`, reason: 'r' });
});

it.each(['client-edge.frames', 'message-store-sync.objects', 'content.chunks'])('leaves %s as it is', (collection) => {
  const row = { _id: 1, w: 5, out: 'x' };
  expect(restoredDocument(collection, row, AT)).toBe(row);
});
