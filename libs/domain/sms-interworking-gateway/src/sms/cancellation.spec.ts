import { requirement } from '@cpm/runtime-decider';
import { CANCELLATION_LIMIT_MS } from './cancellation.js';
import { Gateway, HOUR_MS } from './sms.fixture.js';

const asked = () => new Gateway().submit().accept(['s1', 's2']).cancel();

requirement('CPM-MLD-035', () => {
  it('ends a text of which the SMSC dropped a part, so that it goes another way', () => {
    expect(asked().smscCancelled('cancelled', 1, ['s1']).told).toEqual(['SMS 1 submitted', 'SMS 1 cancelled']);
  });

  it.each([['all that it could', undefined], ['the other', ['s2']]])('ends a text of which a part has arrived and the SMSC dropped %s', (_, dropped) => {
    expect(asked().receipt('DELIVERED', 's1').smscCancelled('cancelled', 1, dropped).told).toEqual(['SMS 1 submitted', 'SMS 1 cancelled']);
  });

  it('does not end a text whose dropped part has arrived all the same', () => {
    const gateway = asked().receipt('DELIVERED', 's1').smscCancelled('cancelled', 1, ['s1']);
    expect([gateway.told, gateway.state.status]).toEqual([['SMS 1 submitted'], 'submitted']);
    expect(gateway.receipt('DELIVERED', 's2').told).toEqual(['SMS 1 submitted', 'SMS 1 delivered']);
  });

  it('waits for the SMSC\'s answer for a time, and then as if it had refused: it may be asked again', () => {
    const gateway = asked().pass(CANCELLATION_LIMIT_MS - 1);
    expect(gateway.state.cancelling).toBe(true);
    gateway.pass(1);
    expect([gateway.state.status, gateway.state.cancelling]).toEqual(['submitted', false]);
    expect(gateway.journal.at(-1)).toBe('the SMSC did not drop it');
    expect(gateway.cancel().cancellations).toHaveLength(2);
  });

  it('believes an answer that comes later', () => {
    expect(asked().pass(CANCELLATION_LIMIT_MS).smscCancelled('cancelled', 1, ['s1']).told).toEqual(['SMS 1 submitted', 'SMS 1 cancelled']);
    expect(asked().smscCancelled('refused').smscCancelled('refused').journal.filter((step) => step === 'the SMSC did not drop it')).toHaveLength(1);
  });

  it('still waits for the receipt after that, until the text can arrive no more', () => {
    expect(asked().pass(100 * HOUR_MS).told).toEqual(['SMS 1 submitted', 'SMS 1 unknown']);
  });

  it('names the address that the text was sent from', () => {
    const source = { ton: 5, npi: 0, address: 'CPM' };
    const gateway = new Gateway().submit({ manySenders: true }).do({ type: 'Accept', submission: 1, segmentIds: ['s1'], smsc: 'smsc-a', source }).cancel();
    expect(gateway.cancellations).toMatchObject([{ smsc: 'smsc-a', from: source }]);
  });
});
