import fc from 'fast-check';
import type { DeviceId } from '@cpm/vocabulary';
import { AnswerFileTransfer, ReportFileProgress } from '@cpm/contracts-routing';
import { BOB, device, image, LAPTOP, PHONE, Scenario, TABLET } from '../scenario.fixture.js';

const anyDevice = fc.constantFrom<DeviceId>(PHONE, TABLET, LAPTOP);
const step = fc.record({ does: fc.constantFrom('accept', 'accept', 'reject', 'busy', 'completed', 'interrupted', 'started', 'delivered', 'displayed', 'up', 'down', 'cs', 'pass', 'cancel', 'ucn'), device: anyDevice });
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

let commands = 0;

function play(scenario: Scenario, { does, device: id }: Step): void {
  const commandId = `c${(commands += 1)}`;
  const at = scenario.now;
  const answer = (what: 'accept' | 'reject', failure?: 'busy') =>
    scenario.hear(AnswerFileTransfer, { commandId, user: BOB, device: id, transferId: 'm1', answer: what, ...(failure && { failure }), at });
  const acts: Readonly<Record<string, () => unknown>> = {
    accept: () => answer('accept'),
    reject: () => answer('reject'),
    busy: () => answer('reject', 'busy'),
    completed: () => scenario.hear(ReportFileProgress, { user: BOB, device: id, transferId: 'm1', progress: 'completed', fetch: 'f1', at }),
    interrupted: () => scenario.hear(ReportFileProgress, { user: BOB, device: id, transferId: 'm1', progress: 'interrupted', fetch: 'f1', at }),
    started: () => scenario.hear(ReportFileProgress, { user: BOB, device: id, transferId: 'm1', progress: 'started', fetch: 'f1', at }),
    delivered: () => scenario.report(id, 'delivered'),
    displayed: () => scenario.report(id, 'displayed'),
    up: () => scenario.access(id, 'AVAILABLE'),
    down: () => scenario.access(id, 'UNAVAILABLE', 'UNAVAILABLE'),
    cs: () => scenario.access(PHONE, 'UNAVAILABLE', 'AVAILABLE'),
    ucn: () => scenario.ucn('submitted').ucn('delivered'),
    pass: () => scenario.advance(200),
    cancel: () => scenario.revoke(),
  };
  acts[does]?.();
}

describe('the offer of a file, whatever happens in which order', () => {
  it('is never taken by two devices at a time, and in the end by nobody who waits', () => {
    fc.assert(fc.property(fc.subarray([PHONE, TABLET, LAPTOP]), fc.array(step, { maxLength: 25 }), (taking, steps) => {
      const scenario = new Scenario();
      scenario.subscriber([PHONE, TABLET, LAPTOP].map((id) => device(id, { autoAnswer: { session: false, fileTransfer: taking.includes(id) } })));
      for (const id of [PHONE, TABLET]) scenario.access(id, 'AVAILABLE');
      scenario.offer(image({ service: 'file-transfer', file: { sha256: 'abc' } }));
      for (const each of steps) {
        play(scenario, each);
        const { delivery } = scenario;
        if (delivery.stage !== 'offered') continue;
        expect(delivery.legs.filter(({ state }) => state === 'ACCEPTED' || state === 'INTERRUPTED').length).toBeLessThanOrEqual(1);
      }
      scenario.advance(4000);
      expect(scenario.timers).toEqual({});
      const ends = scenario.of('PushFrame').filter(({ type }) => type === 'file-transfer.ended').map(({ data }) => data.reason);
      expect(new Set(ends.filter((reason) => reason !== 'completed')).size).toBeLessThanOrEqual(1);
    }), { numRuns: 400 });
  });
});
