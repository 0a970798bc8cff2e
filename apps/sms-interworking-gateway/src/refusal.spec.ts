import { classOfStatus, SmppInvalidPduError, SmppNotBoundError, SmppOutcomeUnknownError, SmppStatusError, withOverrides } from '@cpm/smpp';
import { SmscUnavailableError } from './circuit.js';
import { RefusalTally, verdictOn } from './refusal.js';
import { UnsubmittableError } from './segments.js';

const status = (code: number) => new SmppStatusError(code, classOfStatus(code));
const on = (error: unknown, { before = [], acceptedSegments = 0 }: { before?: { smsc: string; status: number; times: number }[]; acceptedSegments?: number } = {}) =>
  verdictOn(error, { smsc: 'north', tally: new RefusalTally(before), acceptedSegments });

it.each([
  ['an unknown recipient', status(0x0b), 'never'], ['an unknown sender', status(0x0a), 'never'], ['our own mistake', status(0x01), 'never'],
  ['a busy SMSC', status(0x08), 'later'], ['a full queue', status(0x14), 'later'], ['a vendor\'s own status', status(0x4ab), 'later'],
  ['no answer', new SmppOutcomeUnknownError('response-timeout'), 'unknown'],
  ['a text that breaks limits', new SmppInvalidPduError([]), 'never'], ['a sender that is none', new RangeError('no number'), 'never'], ['no number', new UnsubmittableError('none'), 'never'],
  ['an open circuit', new SmscUnavailableError('open'), 'elsewhere'], ['a lost link', new SmppNotBoundError('unbound'), 'elsewhere'], ['a full window', new SmppNotBoundError('queue-full'), 'elsewhere'],
  ['a turn that came too late', new SmppNotBoundError('overdue'), 'later'], ['a database that is away', new Error('away'), 'later'],
])('after %s it goes on as it must', (_, error, retry) => expect(on(error)).toMatchObject({ retry }));

it('waits as long as the status says, longer each time, and goes elsewhere at its limit', () => {
  const times = (count: number) => ({ before: [{ smsc: 'north', status: 0x08, times: count }] });
  expect(on(status(0x08))).toMatchObject({ retry: 'later', retryAfterMs: 30_000, refused: [{ smsc: 'north', status: 0x08 }] });
  expect(on(status(0x08), times(3))).toMatchObject({ retry: 'later', retryAfterMs: 240_000 });
  expect(on(status(0x08), times(4))).toMatchObject({ retry: 'elsewhere' });
  expect(on(status(0x4ab), { before: [{ smsc: 'north', status: 0x4ab, times: 1 }] })).toMatchObject({ retry: 'never' });
  // What another SMSC said, or this one of another status, does not count.
  expect(on(status(0x08), { before: [{ smsc: 'south', status: 0x08, times: 9 }, { smsc: 'north', status: 0x14, times: 9 }] })).toMatchObject({ retry: 'later', retryAfterMs: 30_000 });
});

it.each([status(0x08), status(0x14), new SmppNotBoundError('unbound'), new SmscUnavailableError('open'), new SmppNotBoundError('overdue')])('moves nothing of which a part was accepted (%s)', (error) => {
  expect(on(error, { acceptedSegments: 1 })).toMatchObject({ retry: 'unknown', reason: expect.stringContaining('after 1 accepted segment') });
});

it('knows an SMSC that refused a text as often as it may', () => {
  const smsc = { settings: { id: 'north' }, statusClasses: withOverrides({ 0x0b: { class: 'elsewhere' }, 0x08: { class: 'retry-later', attempts: 2 } }) } as unknown as Parameters<RefusalTally['isExhausted']>[0];
  const exhausted = (code: number, times: number) => new RefusalTally([{ smsc: 'north', status: code, times }]).isExhausted(smsc);
  expect([exhausted(0x08, 1), exhausted(0x08, 2), exhausted(0x0b, 1), exhausted(0x14, 4), exhausted(0x14, 5)]).toEqual([false, true, true, false, true]);
  expect(new RefusalTally([{ smsc: 'south', status: 0x08, times: 9 }]).isExhausted(smsc)).toBe(false);
});
