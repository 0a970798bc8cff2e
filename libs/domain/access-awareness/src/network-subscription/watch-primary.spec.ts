import { WatchPrimary } from '@cpm/contracts-access-awareness';
import { requirement, type Publication } from '@cpm/runtime-decider';
import { DEFAULT_POLICY, type CpmAddress } from '@cpm/vocabulary';
import { access, occasionOf } from '../access-state/access.aggregate.js';
import { connection, MIA, PHONE, seconds, TABLET } from '../access-state/access.fixture.js';
import type { AccessCommand, KnownDevice } from '../access-state/access.js';
import { LOSS } from './t8-subscriptions.fixture.js';

const phone = { id: PHONE, role: 'primary' } as const;
const tablet = { id: TABLET, role: 'secondary' } as const;

/** What is said about watching the Primary. */
function saidOf(id: string, kinds: (typeof LOSS)[] = [LOSS]) {
  const context = { now: seconds(1), policy: { ...DEFAULT_POLICY, 'access.t8.subscriptions': kinds }, id, view: undefined, open: [] };
  const occasion = occasionOf(context);
  let state = access.decider.initial;
  const said: unknown[] = [];
  const decide = (command: AccessCommand) => {
    const events = access.decider.decide(command, state);
    state = events.reduce(access.decider.evolve, state);
    const published = events.flatMap((event) => access.react(event, state, context)).filter((reaction): reaction is Publication => reaction.kind === 'publish');
    said.push(...published.filter(({ contract }) => contract.type === WatchPrimary.type).map(({ payload }) => WatchPrimary.schema.parse(payload)));
  };
  return {
    said,
    know: (version: number, devices: readonly Pick<KnownDevice, 'id' | 'role'>[], removed = false) => decide({ type: 'KnowDevices', version, removed, devices, ...occasion }),
    observe: (evidence: ReturnType<typeof connection>) => decide({ type: 'Observe', evidence, ...occasion }),
  };
}
const word = (version: number, isKnown: boolean) => ({ user: MIA, version, isKnown, at: seconds(1) });

requirement('CPM-MLD-035', () => {
  it('says with each change of the subscriber whether his Primary is known', () => {
    const mia = saidOf(MIA);
    mia.know(1, [tablet]);
    mia.know(2, [tablet, phone]);
    mia.know(2, [tablet, phone]);
    mia.know(3, [], true);
    expect(mia.said).toEqual([word(1, false), word(2, true), word(3, false)]);
  });

  it('says it again when the Primary is lost to IP, and not of another device', () => {
    const mia = saidOf(MIA);
    mia.know(1, [tablet, phone]);
    mia.observe(connection(0, 'UNAVAILABLE', { subject: TABLET }));
    mia.observe(connection(0, 'UNAVAILABLE'));
    mia.observe(connection(1));
    expect(mia.said).toEqual([word(1, true), word(1, true)]);
  });

  it('says nothing where nothing is wanted, or there is no telephone number to ask about', () => {
    const [unwanted, numberless] = [saidOf(MIA, []), saidOf('sip:mia@example.org' as CpmAddress)];
    for (const one of [unwanted, numberless]) {
      one.know(1, [phone]);
      one.know(2, [], true);
    }
    expect([unwanted.said, numberless.said]).toEqual([[], []]);
  });
});
