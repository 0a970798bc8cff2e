import { AccessChanged } from '@cpm/contracts-access-awareness';
import { PushFrame } from '@cpm/contracts-client-edge';
import { ProvisionSubscriber, RegisterDevice, RemoveDevice, RemoveSubscriber, SetPreferences, SubscriberChanged } from '@cpm/contracts-device-registry';
import type { EventContract, Reaction } from '@cpm/runtime-decider';
import { DEFAULT_POLICY, autoAnswer, capabilities } from '@cpm/vocabulary';
import { CONTEXT, MIA, NOW, PHONE, TABLET } from './device-identity/subscriber.fixture.js';
import { tokenHash } from '@cpm/message-tags';
import { deviceRegistry } from './device-registry.service.js';
import type { Subscriber } from './device-identity/subscriber.js';
import { subscriber } from './device-identity/subscriber.aggregate.js';
import { deviceList } from './device-identity/views.js';

/** The service as the runtime drives it: every payload passes its schema, every publication the schema of its contract. */
function registry(policy = DEFAULT_POLICY) {
  let state: Subscriber = subscriber.decider.initial;
  const context = { ...CONTEXT, policy };
  return {
    get state() { return state; },
    tell(contract: Pick<EventContract, 'type' | 'schema'>, payload: unknown): readonly Reaction[] {
      const subscription = deviceRegistry.subscriptions.find((candidate) => candidate.contract.type === contract.type);
      if (!subscription) throw new Error(`device-registry does not hear ${contract.type}`);
      const parsed = contract.schema.parse(payload);
      expect(subscription.idOf(parsed)).toBe(MIA);
      const events = subscriber.decider.decide(subscription.command(parsed, context) as never, state);
      state = events.reduce(subscriber.decider.evolve, state);
      const reactions = events.flatMap((event) => subscriber.react(event, state, context));
      for (const reaction of reactions) if (reaction.kind === 'publish') expect(reaction.contract.schema.parse(reaction.payload)).toEqual(reaction.payload);
      return reactions;
    },
  };
}

const published = (reactions: readonly Reaction[]) => reactions.flatMap((each) => (each.kind === 'publish' ? [[each.contract.type, each.payload]] : []));
const rows = (reactions: readonly Reaction[]) => reactions.flatMap((each) => (each.kind === 'row' ? [each] : []));
const answered = (reactions: readonly Reaction[]) => reactions.flatMap((each) => (each.kind === 'answer' ? [[each.commandId, each.outcome]] : []));
const provisionPhone = { user: MIA, commandId: 'p1', primaryDevice: { id: PHONE, name: 'Mia' }, language: 'de' };
const registerTablet = { user: MIA, commandId: 'r1', device: TABLET, name: 'Tablet', capabilities: {}, autoAnswer: {} };

describe('device-registry', () => {
  it('publishes a snapshot and a frame, and answers with the subscriber', () => {
    const reactions = registry().tell(ProvisionSubscriber, provisionPhone);
    const devices = [{ id: PHONE, name: 'Mia', role: 'primary', registered: false, capabilities: capabilities.parse({}), autoAnswer: autoAnswer.parse({}) }];
    expect(published(reactions)).toEqual([
      [SubscriberChanged.type, { user: MIA, version: 1, removed: false, language: 'de', devices, profile: { sendReadReports: true, deviceRules: [], syncRules: [] }, at: NOW }],
      [PushFrame.type, { user: MIA, devices: {}, frameKey: 'devices|1', type: 'devices.changed', data: {}, at: NOW, expiresAt: NOW + 86_400_000 }],
    ]);
    expect(answered(reactions)).toEqual([['p1', {
      status: 'ok', created: true,
      subscriber: { address: MIA, primaryDevice: { id: PHONE, name: 'Mia' }, language: 'de', devices: [{ ...devices[0], access: { ip: 'UNKNOWN', cs: 'UNKNOWN' } }] },
    }]]);
  });

  it('answers a repeated provisioning without telling anyone', () => {
    const mia = registry();
    mia.tell(ProvisionSubscriber, provisionPhone);
    const again = mia.tell(ProvisionSubscriber, { ...provisionPhone, commandId: 'p2' });
    expect(published(again)).toEqual([]);
    expect(answered(again)).toMatchObject([['p2', { status: 'ok', created: false }]]);
  });

  it('resolves the active profile, and pushes no frame for preferences', () => {
    const mia = registry();
    mia.tell(ProvisionSubscriber, provisionPhone);
    const preferences = { activeProfile: 'work', profiles: { home: {}, work: { sendReadReports: false } } };
    const reactions = mia.tell(SetPreferences, { user: MIA, commandId: 's1', preferences });
    expect(published(reactions)).toMatchObject([['SubscriberChanged', { version: 2, profile: { sendReadReports: false } }]]);
    expect(answered(reactions)).toMatchObject([['s1', { status: 'ok', preferences: { activeProfile: 'work' } }]]);
  });

  it('takes the limit from the policy and answers the refusal, publishing nothing', () => {
    const mia = registry({ ...DEFAULT_POLICY, 'device.maxSecondaries': 0 });
    mia.tell(ProvisionSubscriber, provisionPhone);
    const reactions = mia.tell(RegisterDevice, registerTablet);
    expect(reactions).toHaveLength(1);
    expect(answered(reactions)).toMatchObject([['r1', { status: 'refused', code: 'device-limit-reached', detail: expect.stringContaining('allows 0') as string }]]);
  });

  it('shows the access of a device in the list, without a new version', () => {
    const mia = registry();
    mia.tell(ProvisionSubscriber, provisionPhone);
    expect(answered(mia.tell(RegisterDevice, registerTablet))).toMatchObject([['r1', { status: 'ok', created: true, device: { id: TABLET, role: 'secondary' } }]]);
    expect(mia.tell(AccessChanged, { user: MIA, device: TABLET, ip: 'AVAILABLE', cs: 'UNKNOWN', reason: 'ip-available', at: NOW })).toEqual([]);
    expect(deviceList(mia.state)).toMatchObject([{ id: PHONE, access: { ip: 'UNKNOWN' } }, { id: TABLET, access: { ip: 'AVAILABLE', cs: 'UNKNOWN' } }]);
    expect(mia.state.version).toBe(2);
  });

  it('writes a row for each removal of a device, the unregistered Primary too, that names nobody', () => {
    const mia = registry();
    mia.tell(ProvisionSubscriber, provisionPhone);
    mia.tell(RegisterDevice, registerTablet);
    mia.tell(RegisterDevice, { ...registerTablet, device: PHONE, name: 'Mia' });
    const removed = [TABLET, PHONE].flatMap((device) => rows(mia.tell(RemoveDevice, { user: MIA, commandId: device, device })));
    mia.tell(RegisterDevice, registerTablet);
    const again = rows(mia.tell(RemoveDevice, { user: MIA, commandId: 'd3', device: TABLET }));
    expect(removed.map(({ table, insert }) => [table, insert])).toEqual([TABLET, PHONE].map((device) => ['revocations', { h: tokenHash(`${MIA}|${device}`), at: NOW, delAt: new Date(NOW + 7 * 86_400_000) }]));
    expect(again.map(({ id }) => id)).not.toEqual([removed[0]?.id]);
    expect(JSON.stringify([removed, again])).not.toMatch(/4915110000001|urn:/);
    expect(rows(mia.tell(RemoveDevice, { user: MIA, commandId: 'd4', device: TABLET }))).toEqual([]);
  });

  it('publishes the removal as a snapshot without devices', () => {
    const mia = registry();
    mia.tell(ProvisionSubscriber, provisionPhone);
    mia.tell(RegisterDevice, registerTablet);
    mia.tell(RemoveDevice, { user: MIA, commandId: 'd1', device: TABLET });
    const reactions = mia.tell(RemoveSubscriber, { user: MIA, commandId: 'x1' });
    expect(rows(reactions)).toMatchObject([{ insert: { h: tokenHash(MIA), at: NOW } }]);
    expect(published(reactions)).toMatchObject([['SubscriberChanged', { version: 4, removed: true, devices: [] }]]);
    expect(answered(reactions)).toEqual([['x1', { status: 'ok' }]]);
  });
});
