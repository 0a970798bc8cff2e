import type { ChaosEvent, Route } from './history.js';
import { isGood, judge } from './judge.js';

const BOB = 'tel:+4940';
const GATEWAY = 'sms-interworking-gateway';

const submitted = (id: string, at = 0, route: Route = 'ip'): ChaosEvent => ({ is: 'submitted', id, at, recipient: BOB, route });
const accepted = (id: string, at = 10): ChaosEvent => ({ is: 'accepted', id, at });
const received = (id: string, device: number, at = 20): ChaosEvent => ({ is: 'received', id, device, at });
const texted = (id: string, at = 20): ChaosEvent => ({ is: 'texted', id, at });
const reported = (id: string, cursor = '1', status: 'delivered' | 'failed' = 'delivered'): ChaosEvent => ({ is: 'reported', id, at: 30, recipient: BOB, status, cursor });
const ended = (service: 'routing' | typeof GATEWAY, at: number, by: 'kill' | 'itself' = 'kill'): ChaosEvent => ({ is: 'ended', service, at, by });

const whole = (id: string, at = 0): ChaosEvent[] => [submitted(id, at), accepted(id, at + 10), received(id, 1), received(id, 2), received(id, 3), reported(id)];
const text = (id: string, at = 20): ChaosEvent[] => [submitted(id, 0, 'sms'), accepted(id), texted(id, at), reported(id)];

describe('a run in which everything arrived', () => {
  it('is good', () => {
    const verdict = judge([...whole('a'), ...text('b')]);
    expect(verdict).toMatchObject({ submitted: 2, accepted: 2, refused: 0, delivered: 3, texts: 1, reports: 2, lost: [], duplicateReports: [], shownTwice: 0, reordered: { atPrimaries: 0, elsewhere: 0 } });
    expect(isGood(verdict)).toBe(true);
  });

  it('is good whatever came before the answer to the submission', () => {
    const [first, answer, ...rest] = whole('a') as [ChaosEvent, ChaosEvent, ...ChaosEvent[]];
    expect(judge([first, ...rest, answer]).lost).toEqual([]);
  });
});

describe('a lost message', () => {
  it.each([
    ['never reached a device', whole('a').filter((event) => !(event.is === 'received' && event.device === 2)), ['device 2']],
    ['was never reported', whole('a').filter(({ is }) => is !== 'reported'), ['report']],
    ['was reported as failed only', [...whole('a').filter(({ is }) => is !== 'reported'), reported('a', '1', 'failed')], ['report']],
    ['never reached the SMSC', text('a').filter(({ is }) => is !== 'texted'), ['sms']],
    ['went nowhere', [submitted('a'), accepted('a')], ['device 1', 'device 2', 'device 3', 'report']],
  ])('is found when it %s', (_, events, missing) => {
    const verdict = judge([...whole('b'), ...events]);
    expect(verdict.lost).toEqual([expect.objectContaining({ id: 'a', missing })]);
    expect(isGood(verdict)).toBe(false);
  });

  it('is not one that was refused', () =>
    expect(judge([submitted('a'), { is: 'refused', id: 'a', at: 10, reason: '503' }])).toMatchObject({ accepted: 0, refused: 1, lost: [] }));

  it('is not one whose sender was never answered, which is a fault of its own', () => {
    const verdict = judge([submitted('a')]);
    expect(verdict).toMatchObject({ accepted: 0, refused: 0, unanswered: 1, lost: [] });
    expect(isGood(verdict)).toBe(false);
  });

  it('is not one of which the Primary got an SMS instead', () => {
    const verdict = judge([...whole('a').filter((event) => !(event.is === 'received' && event.device === 1)), texted('a')]);
    expect(verdict).toMatchObject({ lost: [], texts: 1, textsInsteadOfIp: 1, textsBesideIp: 0 });
    expect(judge([...whole('a'), texted('a')])).toMatchObject({ textsInsteadOfIp: 1, textsBesideIp: 1 });
  });
});

describe('a duplicate report', () => {
  it.each([['delivered'], ['failed']] as const)('is found when "%s" comes under another cursor', (status) => {
    const verdict = judge([...whole('a'), reported('a', '2', status)]);
    expect(verdict.duplicateReports).toEqual([{ id: 'a', recipient: BOB, statuses: ['delivered', status], cursors: ['1', '2'] }]);
    expect(isGood(verdict)).toBe(false);
  });

  it('is not one that the client saw on the wire only', () => {
    const frame: ChaosEvent = { is: 'report-frame', reportId: 'a|delivery', at: 30 };
    expect(judge([...whole('a'), frame, frame])).toMatchObject({ duplicateReports: [], replayedReports: 1 });
  });
});

it('finds a message that a client showed twice', () => expect(judge([...whole('a'), received('a', 2)])).toMatchObject({ delivered: 3, shownTwice: 1 }));

describe('a repeated text', () => {
  it('is explained by the end of the gateway that had it in flight', () => {
    const verdict = judge([...text('a', 1_000), ended(GATEWAY, 1_200), texted('a', 95_000)]);
    expect(verdict.repeatedTexts).toMatchObject({ atGatewayEnd: [{ id: 'a', times: 2 }], unexplained: [] });
    expect(isGood(verdict)).toBe(true);
  });

  it.each([
    ['when another service ended', [ended('routing', 1_200)]],
    ['when the gateway ended long after', [ended(GATEWAY, 60_000)]],
    ['when it came a third time', [ended(GATEWAY, 1_200), texted('a', 96_000)]],
  ])('is a fault %s', (_, events) => {
    const verdict = judge([...text('a', 1_000), ...events, texted('a', 95_000)]);
    expect(verdict.repeatedTexts.unexplained).toHaveLength(1);
    expect(isGood(verdict)).toBe(false);
  });
});

describe('order', () => {
  const inOrder = (first: string, second: string) => [received(first, 1), received(second, 1)];

  it('is broken when a later submission comes first', () => {
    const sent = [submitted('a', 0), accepted('a', 10), submitted('b', 11), accepted('b', 20)];
    expect(judge([...sent, ...inOrder('b', 'a')]).reordered).toEqual({ atPrimaries: 1, elsewhere: 0 });
    expect(judge([...sent, ...inOrder('a', 'b')]).reordered).toEqual({ atPrimaries: 0, elsewhere: 0 });
  });

  it('does not exist between submissions under way together', () => {
    const sent = [submitted('a', 0), submitted('b', 5), accepted('a', 10), accepted('b', 20)];
    expect(judge([...sent, ...inOrder('b', 'a')]).reordered.atPrimaries).toBe(0);
  });
});

it('finds the longest time in which nothing arrived', () => {
  const events = [submitted('a', 0), received('a', 1, 100), received('a', 2, 4_100), submitted('b', 5_000), received('b', 1, 60_000)];
  expect(judge(events).longestGap).toEqual({ ms: 4_000, at: 100 });
});

it('tells which processes ended by themselves', () =>
  expect(judge([ended('routing', 5), ended('routing', 9, 'itself')]).endedByItself).toEqual([{ service: 'routing', at: 9 }]));
