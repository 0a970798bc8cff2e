import { WatchPrimary } from '@cpm/contracts-access-awareness';
import { requirement, type Publication } from '@cpm/runtime-decider';
import { DEFAULT_POLICY, type CpmAddress, type NetworkMonitoring } from '@cpm/vocabulary';
import { access, occasionOf } from '../access-state/access.aggregate.js';
import { connection, cs, MIA, PHONE, seconds, TABLET } from '../access-state/access.fixture.js';
import type { AccessCommand, KnownDevice } from '../access-state/access.js';
import { LOSS, SMS } from './t8-subscriptions.fixture.js';

const phone = { id: PHONE, role: 'primary' } as const;
const tablet = { id: TABLET, role: 'secondary' } as const;

/** What is said about watching the Primary. */
function saidOf(id: string, kinds: NetworkMonitoring[] = [LOSS]) {
  const contextOf = (wanted: NetworkMonitoring[]) => ({ now: seconds(1), policy: { ...DEFAULT_POLICY, 'access.t8.subscriptions': wanted }, id, view: undefined, open: [] });
  let context = contextOf(kinds);
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
    know: (version: number, devices: readonly Pick<KnownDevice, 'id' | 'role'>[], removed = false) => decide({ type: 'KnowDevices', version, removed, devices, ...occasionOf(context) }),
    observe: (evidence: ReturnType<typeof connection>) => decide({ type: 'Observe', evidence, ...occasionOf(context) }),
    wants: (wanted: NetworkMonitoring[]) => void (context = contextOf(wanted)),
  };
}
const word = (version: number, isKnown: boolean, more = {}) => ({ user: MIA, version, isKnown, ...more, at: seconds(1) });

requirement('CPM-MLD-035', () => {
  it('says with each change of the subscriber whether his Primary is known', () => {
    const mia = saidOf(MIA);
    mia.know(1, [tablet]);
    mia.know(2, [tablet, phone]);
    mia.know(2, [tablet, phone]);
    mia.know(3, [], true);
    expect(mia.said).toEqual([word(1, false), word(2, true), word(3, false)]);
  });

  it('says it once, until the policy is another one: then with the next thing that is heard', () => {
    const mia = saidOf(MIA, []);
    mia.know(1, [tablet, phone]);
    mia.observe(connection(0));
    expect(mia.said).toEqual([]);
    mia.wants([LOSS]);
    mia.observe(connection(0.5, 'UNAVAILABLE'));
    mia.observe(connection(1));
    expect(mia.said.splice(0)).toEqual([word(1, true)]);
    mia.wants([]);
    for (const second of [0.6, 0.7]) mia.observe(cs(second, 'UNAVAILABLE'));
    expect(mia.said).toEqual([word(1, true)]);
  });

  it('says whether a report of reachability for SMS is needless, where one is wanted', () => {
    for (const kinds of [[LOSS], [SMS]]) {
      const mia = saidOf(MIA, kinds);
      mia.know(1, [phone]);
      mia.observe(cs(0.5, 'AVAILABLE'));
      mia.observe(cs(0.6, 'AVAILABLE', { source: 't8' }));
      mia.observe(cs(0.7, 'UNAVAILABLE'));
      expect(mia.said).toEqual([word(1, true), ...(kinds[0] === SMS ? [word(1, true, { isReachableForSms: true }), word(1, true)] : [])]);
    }
  });

  it('says under any policy that there is no Primary any more', () => {
    const mia = saidOf(MIA, []);
    mia.know(1, [phone]);
    mia.know(2, [tablet]);
    mia.know(3, [phone]);
    mia.know(4, [], true);
    mia.observe(connection(0.5));
    expect(mia.said).toEqual([word(2, false), word(4, false)]);
  });

  it('says nothing where nothing is wanted, or there is no telephone number to ask about', () => {
    const [unwanted, numberless] = [saidOf(MIA, []), saidOf('sip:mia@example.org' as CpmAddress)];
    for (const one of [unwanted, numberless]) one.know(1, [phone]);
    numberless.know(2, [], true);
    expect([unwanted.said, numberless.said]).toEqual([[], []]);
  });
});
