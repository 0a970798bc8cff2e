import { AccessChanged, AccessObserved, AccessRestated } from '@cpm/contracts-access-awareness';
import { SubscriberChanged } from '@cpm/contracts-device-registry';
import type { EventContract, Reaction } from '@cpm/runtime-decider';
import { requirement } from '@cpm/runtime-decider';
import { DEFAULT_POLICY, DEFAULT_PROFILE, autoAnswer, capabilities } from '@cpm/vocabulary';
import { accessAwareness } from './access-awareness.service.js';
import { access } from './access-state/access.aggregate.js';
import { MIA, PHONE, seconds } from './access-state/access.fixture.js';

/** The service as the runtime drives it, on a log whose records come at the given second. */
function awareness(policy = DEFAULT_POLICY) {
  let state = access.decider.initial;
  const contextAt = (second: number) => ({ now: seconds(second), policy, id: MIA, view: undefined, open: [] });
  const decide = (second: number, command: unknown): readonly Reaction[] => {
    const events = access.decider.decide(command as never, state);
    state = events.reduce(access.decider.evolve, state);
    return events.flatMap((event) => access.react(event, state, contextAt(second)));
  };
  return {
    tell(second: number, contract: Pick<EventContract, 'type' | 'schema'>, payload: unknown): readonly Reaction[] {
      const subscription = accessAwareness.subscriptions.find((candidate) => candidate.contract.type === contract.type);
      if (!subscription) throw new Error(`access-awareness does not hear ${contract.type}`);
      const parsed = contract.schema.parse(payload);
      expect(subscription.idOf(parsed)).toBe(MIA);
      return decide(second, subscription.command(parsed, contextAt(second)));
    },
    timers: () => access.timersOf?.(state),
    fire: (second: number, timer: string) => decide(second, access.whenDue?.(timer, contextAt(second))),
  };
}

const phone = { id: PHONE, name: 'Phone', role: 'primary', registered: true, capabilities: capabilities.parse({}), autoAnswer: autoAnswer.parse({}) };
const mia = { user: MIA, version: 1, removed: false, devices: [phone], profile: DEFAULT_PROFILE, at: seconds(0) };
const offline = { user: MIA, device: PHONE, access: 'IP', state: 'UNAVAILABLE', confidence: 'DELIVERABLE', source: 'connection/1', observedAt: seconds(1) };
const csUp = { user: MIA, access: 'CS', state: 'AVAILABLE', confidence: 'DELIVERABLE', source: 'smpp-alert', observedAt: seconds(2), cause: 'available' };

requirement('CPM-MLD-035', () => {
  it('publishes each change of the access of a device, in the form of its contract', () => {
    const service = awareness();
    expect(service.tell(0, SubscriberChanged, mia)).toEqual([]);
    service.tell(1, AccessObserved, offline);
    const [publication, ...rest] = service.tell(2, AccessObserved, csUp);
    const changed = { user: MIA, device: PHONE, ip: 'UNAVAILABLE', cs: 'AVAILABLE', holdUntil: seconds(17), reason: 'ip-preference-hold-started', source: 'smpp-alert', cause: 'available', at: seconds(2) };
    expect(publication).toEqual({ kind: 'publish', contract: AccessChanged, payload: changed });
    expect(rest).toEqual([]);
    expect(AccessChanged.schema.parse(changed)).toEqual(changed);
  });

  it('takes the wait from the policy, and ends it by its timer', () => {
    const service = awareness({ ...DEFAULT_POLICY, 'ip.preferenceSec': 2.5 });
    service.tell(0, SubscriberChanged, mia);
    service.tell(1, AccessObserved, offline);
    service.tell(2, AccessObserved, csUp);
    expect(service.timers()).toEqual({ hold: seconds(4.5), expiry: seconds(2 + 6 * 3600) });
    expect(service.fire(4.5, 'hold')).toMatchObject([{ payload: { reason: 'ip-preference-hold-ended', ip: 'UNAVAILABLE', cs: 'AVAILABLE' } }]);
    expect(service.timers()).toEqual({ expiry: seconds(2 + 6 * 3600) });
    expect(service.fire(4.5, 'hold')).toEqual([]);
  });

  it('lets what a CAMARA subscription said count until the grace after its end is over', () => {
    const service = awareness();
    service.tell(0, SubscriberChanged, mia);
    service.tell(2, AccessObserved, { ...csUp, source: 'camara' });
    expect(service.tell(10, AccessRestated, { user: MIA, source: 'camara', at: seconds(9), validUntil: seconds(310) })).toEqual([]);
    expect(service.timers()).toEqual({ hold: seconds(17), expiry: seconds(310) });
    service.fire(17, 'hold');
    expect(service.fire(310, 'expiry')).toMatchObject([{ payload: { cs: 'UNKNOWN', reason: 'evidence-expired' } }]);
  });

  it('publishes nothing for a user who was removed', () => {
    const service = awareness();
    service.tell(0, SubscriberChanged, mia);
    service.tell(1, SubscriberChanged, { ...mia, version: 2, removed: true, devices: [] });
    expect(service.tell(2, AccessObserved, csUp)).toEqual([]);
    expect(service.tell(3, SubscriberChanged, mia)).toEqual([]);
  });
});
