import { requirement } from '@cpm/runtime-decider';
import fc from 'fast-check';
import type { Subscriber, SubscriberCommand } from './subscriber.js';
import { subscriberDecider } from './subscriber.decider.js';
import { deviceNumber, provision, register } from './subscriber.fixture.js';

const id = fc.integer({ min: 0, max: 4 }).map(deviceNumber);
const name = fc.constantFrom('Phone', 'phone', 'PHONE 2', 'Tablet', 'K\u00fcche', 'KU\u0308CHE', 'x'.repeat(64));
const command: fc.Arbitrary<SubscriberCommand> = fc.oneof(
  fc.tuple(id, fc.option(name, { nil: undefined })).map(([device, wished]) => provision(device, wished === undefined ? {} : { name: wished })),
  fc.tuple(id, name, fc.integer({ min: 0, max: 3 })).map(([device, wished, limit]) => register(device, wished, limit)),
  fc.tuple(id, name).map(([device, wished]): SubscriberCommand => ({ type: 'RenameDevice', commandId: 'c', device, name: wished })),
  id.map((device): SubscriberCommand => ({ type: 'RemoveDevice', commandId: 'c', device })),
  fc.constant<SubscriberCommand>({ type: 'RemoveSubscriber', commandId: 'c' }),
);

function afterEvery(commands: readonly SubscriberCommand[], check: (state: Subscriber, before: Subscriber, command: SubscriberCommand) => void): void {
  let state = subscriberDecider.initial;
  for (const next of commands) {
    const before = state;
    state = subscriberDecider.decide(next, before).reduce(subscriberDecider.evolve, before);
    check(state, before, next);
  }
}

const always = (check: Parameters<typeof afterEvery>[1]) =>
  fc.assert(fc.property(fc.array(command, { maxLength: 40 }), (commands) => afterEvery(commands, check)), { numRuns: 500 });

requirement('CPM-MLD-027', () => {
  it('has exactly one Primary in every provisioned state, the provisioned one, and none otherwise', () =>
    always((state) => {
      const primaries = state.devices.filter(({ role }) => role === 'primary').map((device) => device.id);
      expect(primaries).toEqual(state.provisioning ? [state.provisioning.primaryDevice.id] : []);
      expect(state.devices.filter(({ role, registered }) => role === 'secondary' && !registered)).toEqual([]);
    }));
});

requirement('CPM-MLD-015', () => {
  it('never has two devices of one name, nor a name above 64 characters', () =>
    always(({ devices }) => {
      const names = devices.map((device) => device.name.normalize('NFC').toLowerCase());
      expect(new Set(names).size).toBe(names.length);
      expect(Math.max(0, ...names.map((each) => [...each].length))).toBeLessThanOrEqual(64);
    }));
});

requirement('CPM-MLD-018', () => {
  it('never has an id twice, and a registration never exceeds the limit', () =>
    always(({ devices }, before, { type, ...rest }) => {
      expect(new Set(devices.map((device) => device.id)).size).toBe(devices.length);
      const secondaries = devices.filter(({ role }) => role === 'secondary').length;
      if (type === 'RegisterDevice' && devices.length > before.devices.length) expect(secondaries).toBeLessThanOrEqual((rest as { maxSecondaries: number }).maxSecondaries);
    }));
});

describe('the version of a subscriber', () => {
  it('grows by one exactly when something listeners see has changed', () =>
    always((state, before) => {
      const seen = ({ devices, preferences, provisioning }: Subscriber) => JSON.stringify([devices, preferences, provisioning?.language, provisioning === undefined]);
      expect(state.version - before.version).toBe(seen(state) === seen(before) ? 0 : 1);
    }));
});
