import fc from 'fast-check';
import { classOfStatus, COMMAND_STATUS_CLASSES, retryWaitMs, withOverrides } from './command-status.js';
import { QueueFullShare } from './queue-full-share.js';

describe('the table of command_status', () => {
  it.each([
    [0x01, 'permanent', 'give-up'], [0x04, 'temporary', 'elsewhere'], [0x08, 'temporary', 'elsewhere'], [0x0a, 'permanent', 'give-up'], [0x0b, 'permanent', 'give-up'],
    [0x14, 'temporary', 'elsewhere'], [0x45, 'temporary', 'elsewhere'], [0x58, 'throttled', 'elsewhere'], [0x61, 'temporary', 'give-up'], [0x64, 'temporary', 'elsewhere'],
    [0x65, 'permanent', 'give-up'], [0xc0, 'permanent', 'give-up'], [0xfe, 'temporary', 'elsewhere'], [0x4ab, 'temporary', 'give-up'],
  ])('0x%s is %s, and at the end %s', (status, kind, then) => expect(classOfStatus(status)).toMatchObject({ kind, then }));

  it.each([
    [0x08, [30_000, 60_000, 120_000, 240_000], 5], [0x14, [180_000, 180_000, 180_000, 180_000], 5], [0x45, [60_000], 2], [0xfe, [60_000, 120_000], 3], [0x4ab, [60_000], 2],
  ])('0x%s waits %j before its further attempts, %i in all', (status, waits, attempts) => {
    const statusClass = classOfStatus(status);
    expect(statusClass.attempts).toBe(attempts);
    expect(waits.map((_, at) => retryWaitMs(statusClass, at + 1))).toEqual(waits);
  });

  it('waits nothing as often as an operator who sets no wait likes, also where the growth is past every number', () => {
    const { 0x14: full } = withOverrides({ 0x14: { class: 'retry-later', waitMs: 0, growth: 10 } });
    expect(full && retryWaitMs(full, 1_000)).toBe(0);
  });

  it('tries once more with another sender, or without TLVs, where that is what the SMSC refuses', () => {
    const repaired = Object.entries(COMMAND_STATUS_CLASSES).flatMap(([code, { repair }]) => (repair ? [[Number(code), repair]] : []));
    expect(repaired).toEqual([
      [0x0a, 'default-sender'], [0x48, 'default-sender'], [0x49, 'default-sender'],
      [0xc0, 'without-tlvs'], [0xc1, 'without-tlvs'], [0xc2, 'without-tlvs'], [0xc3, 'without-tlvs'], [0xc4, 'without-tlvs'],
    ]);
  });

  it('is overridden for one SMSC where its operator says so, and keeps what he does not say', () => {
    const classes = withOverrides({
      0x45: { class: 'give-up' }, 0x08: { class: 'retry-later', attempts: 2 }, 0x14: { class: 'elsewhere' }, 0x400: { class: 'throttled', waitMs: 2_000 }, 0x0b: { class: 'retry-later', waitMs: 1_000 },
    });
    expect(classes[0x45]).toEqual({ name: 'ESME_RSUBMITFAIL', kind: 'permanent', then: 'give-up', link: 'healthy' });
    expect(classes[0x08]).toEqual({ name: 'ESME_RSYSERR', kind: 'temporary', retryAfterMs: 30_000, growth: 2, attempts: 2, then: 'elsewhere', link: 'fault' });
    expect(classes[0x14]).toMatchObject({ kind: 'permanent', then: 'elsewhere' });
    expect(classes[0x400]).toMatchObject({ kind: 'throttled', retryAfterMs: 2_000 });
    expect(classes[0x0b]).toMatchObject({ kind: 'temporary', retryAfterMs: 1_000, growth: 1, attempts: 3 });
  });
});

it('every wait that can be set is one of whole milliseconds up to a day, and never shorter than the one before', () => {
  fc.assert(fc.property(
    fc.double({ min: 0, max: 86_400_000, noNaN: true }), fc.double({ min: 1, max: 10, noNaN: true }), fc.integer({ min: 1, max: 1_000 }), (waitMs, growth, times) => {
      const { 0x14: full } = withOverrides({ 0x14: { class: 'retry-later', waitMs, growth } });
      if (!full) throw new Error('no class');
      const [wait, next] = [retryWaitMs(full, times), retryWaitMs(full, times + 1)];
      expect(Number.isSafeInteger(wait) && wait >= 0 && wait <= 86_400_000 && next >= wait).toBe(true);
    }));
});

describe('the share of full queues', () => {
  const shareAt = () => {
    const clock = { now: 0 };
    return { clock, share: new QueueFullShare(() => clock.now) };
  };

  it('speaks of the SMSC from a fifth of ten seconds\' answers on', () => {
    const { share } = shareAt();
    for (let answer = 0; answer < 8; answer += 1) expect(share.isTooMuch(false)).toBe(false);
    expect(share.isTooMuch(true)).toBe(false);
    // 2 of 10 are a fifth, and not more.
    expect(share.isTooMuch(true)).toBe(false);
    expect(share.isTooMuch(true)).toBe(true);
  });

  it('forgets what is older than ten seconds, and says nothing of few answers', () => {
    const { share, clock } = shareAt();
    for (let answer = 0; answer < 9; answer += 1) expect(share.isTooMuch(true)).toBe(false);
    clock.now = 10_001;
    expect(share.isTooMuch(true)).toBe(false);
  });
});
