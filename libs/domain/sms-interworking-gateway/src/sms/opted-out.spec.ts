import { ALICE, Gateway, HOUR_MS } from './sms.fixture.js';

describe('a recipient who wants no SMS of the sender', () => {
  it.each(['SMS', 'UCN'] as const)('gets no %s', (form) => {
    const gateway = new Gateway();
    gateway.optOuts = { all: false, scopes: [ALICE] };
    gateway.submit({ form });
    expect(gateway.submissions).toEqual([]);
    expect(gateway.told).toEqual([`${form} 1 failed`]);
    expect(gateway.reasons).toEqual(['recipient-opted-out']);
    expect(gateway.submit({ attempt: 2, sessionId: 'football' }).submissions).toHaveLength(1);
  });

  it('gets no further try of what was refused for now', () => {
    const gateway = new Gateway().submit().refuse('later');
    gateway.optOuts = { all: true, scopes: [] };
    expect(gateway.pass(HOUR_MS).told).toEqual(['SMS 1 failed']);
    expect(gateway.submissions).toHaveLength(1);
  });
});
