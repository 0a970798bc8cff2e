import fc from 'fast-check';
import type { DeviceId } from '@cpm/vocabulary';
import { ALICES_PHONE, BOB, device, LAPTOP, PHONE, TABLET } from '../scenario.fixture.js';
import { SessionScenario } from './session.fixture.js';

const bobsDevice = fc.constantFrom<DeviceId>(PHONE, TABLET, LAPTOP);
const step = fc.oneof(
  fc.record({ does: fc.constantFrom('accept', 'reject', 'leave', 'busy', 'say'), device: bobsDevice }),
  fc.record({ does: fc.constantFrom('accept', 'say'), device: bobsDevice }),
  fc.record({ does: fc.constantFrom('say', 'leave'), device: fc.constant(ALICES_PHONE) }),
  fc.record({ does: fc.constantFrom('up', 'down'), device: bobsDevice }),
  fc.record({ does: fc.constant('pass'), device: bobsDevice }),
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

function play(scenario: SessionScenario, { does, device: id }: Step): void {
  switch (does) {
    case 'say':
      scenario.say(id);
      return;
    case 'up':
    case 'down':
      scenario.access(id, does === 'up' ? 'AVAILABLE' : 'UNAVAILABLE', 'UNAVAILABLE');
      return;
    case 'pass':
      scenario.advance(60);
      return;
    case 'busy':
      scenario.act(id, 'reject', 'busy');
      return;
    default:
      scenario.act(id, does as 'accept' | 'reject' | 'leave');
  }
}

const runs = fc.tuple(fc.subarray([PHONE, TABLET, LAPTOP]), fc.array(step, { maxLength: 20 }));

function played(answering: readonly string[], steps: readonly Step[]): SessionScenario {
  const devices = [PHONE, TABLET, LAPTOP].map((id) => device(id, { autoAnswer: { session: answering.includes(id), fileTransfer: false } }));
  const scenario = SessionScenario.ready(devices).start();
  for (const each of steps) play(scenario, each);
  return scenario;
}

describe('a session of two people, whatever happens in which order', () => {
  it('has one device of the invited user in it once he answered', () => {
    fc.assert(fc.property(runs, ([answering, steps]) => {
      const { contest, legs, status } = played(answering, steps).partOf(BOB);
      const joined = legs.filter(({ state }) => state === 'JOINED').map((leg) => leg.device);
      if (contest.stage === 'won' && status === 'joined') expect(joined).toEqual([contest.device]);
      else if (contest.stage !== 'open') expect(joined).toEqual([]);
    }));
  });

  it('brings what Alice said to Bob, or says that it did not, once the invitation is over', () => {
    fc.assert(fc.property(runs, ([answering, steps]) => {
      const scenario = played(answering, steps);
      const said = new Set<string>(scenario.of('PassChatMessage').filter(({ user }) => user === BOB).map(({ message }) => message.id));
      for (const id of [PHONE, TABLET, LAPTOP]) scenario.access(id, 'AVAILABLE');
      scenario.advance(200);
      const shown = new Set(scenario.of('PushFrame').filter(({ type, user }) => type === 'session.message' && user === BOB).map(({ data }) => data.id));
      const failed = new Set(scenario.of('DispositionEvidence').map(({ messageId }) => messageId));
      expect([...said].filter((id) => !shown.has(id) && !failed.has(id))).toEqual([]);
    }), { numRuns: 300 });
  });

  it('agrees with its focus in the end', () => {
    fc.assert(fc.property(runs, ([answering, steps]) => {
      const scenario = played(answering, steps);
      scenario.advance(4000);
      expect(scenario.focus.active).toBe(false);
      expect(['joined', 'invited']).not.toContain(scenario.partOf(BOB).status);
    }));
  });
});
