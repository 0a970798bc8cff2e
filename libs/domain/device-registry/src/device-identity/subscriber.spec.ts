import { fold, requirement, specFor } from '@cpm/runtime-decider';
import type { SubscriberCommand, SubscriberEvent } from './subscriber.js';
import { subscriberDecider } from './subscriber.decider.js';
import {
  LAPTOP, PHONE, TABLET, device, deviceNumber, laptop, phone, provision, provisioned, register, registered, tablet,
} from './subscriber.fixture.js';

const given = specFor(subscriberDecider);
const refusedWith = (code: string, field?: string) => [
  expect.objectContaining({ type: 'CommandRefused', commandId: 'c', code, ...(field !== undefined && { field }) }) as unknown as SubscriberEvent,
];

requirement('CPM-MLD-015', () => {
  it('gives a device the name its user chose', () =>
    given([provisioned, registered(tablet)]).when({ type: 'RenameDevice', commandId: 'c', device: TABLET, name: 'Küche' })
      .then([{ type: 'DeviceRenamed', commandId: 'c', device: TABLET, name: 'Küche' }]));

  it.each([['another letter case', 'TABLET'], ['the same letters', 'Tablet']])('refuses a name another device has: %s', (_, name) => {
    given([provisioned, registered(tablet), registered(laptop)]).when({ type: 'RenameDevice', commandId: 'c', device: LAPTOP, name })
      .then(refusedWith('name-taken', 'name'));
    given([provisioned, registered(tablet)]).when(register(LAPTOP, name)).then(refusedWith('name-taken', 'name'));
  });

  it('sees through Unicode composition', () =>
    given([provisioned, registered(device({ id: TABLET, name: 'K\u00fcche' }))]).when(register(LAPTOP, 'KU\u0308CHE')).then(refusedWith('name-taken')));

  it('keeps the name of a Primary that has not registered yet from a Secondary', () =>
    given([provisioned]).when(register(TABLET, 'phone')).then(refusedWith('name-taken')));

  it('lets a device change the letter case of its own name', () =>
    given([provisioned, registered(tablet)]).when({ type: 'RenameDevice', commandId: 'c', device: TABLET, name: 'TABLET' })
      .then([{ type: 'DeviceRenamed', commandId: 'c', device: TABLET, name: 'TABLET' }]));

  it('changes nothing when the name is the one it has', () =>
    given([provisioned, registered(tablet)]).when({ type: 'RenameDevice', commandId: 'c', device: TABLET, name: 'Tablet' })
      .then([{ type: 'DeviceUnchanged', commandId: 'c', device: TABLET }]));

  it('refuses to name a device the user does not have', () =>
    given([provisioned]).when({ type: 'RenameDevice', commandId: 'c', device: TABLET, name: 'Tablet' }).then(refusedWith('unknown-device')));

  it('does not undo a user\'s name when the operator says again what he said before', () => {
    const { state } = given([provisioned]).when(provision(PHONE, { name: 'Mia 5G' }));
    const named = given([provisioned]).when(provision(PHONE, { name: 'Mia 5G' })).events;
    expect(state.devices[0]?.name).toBe('Mia 5G');
    given([provisioned, ...named, { type: 'DeviceRenamed', commandId: 'n', device: PHONE, name: 'Mein Telefon' }])
      .when(provision(PHONE, { name: 'Mia 5G' })).then([{ type: 'SubscriberUnchanged', commandId: 'c' }]);
  });
});

requirement('CPM-MLD-018', () => {
  it('registers many devices under one address', () => {
    const { state } = given([provisioned, registered(tablet)]).when(register(LAPTOP, 'Laptop'));
    expect(state.devices.map(({ id }) => id)).toEqual([PHONE, TABLET, LAPTOP]);
  });

  it('replaces what is known of a device that registers again, and adds nothing', () => {
    const { events, state } = given([provisioned, registered(tablet)]).when(register(TABLET, 'Tablet two'));
    expect(events).toEqual([{ type: 'DeviceRegistered', commandId: 'c', created: false, device: { ...tablet, name: 'Tablet two' } }]);
    expect(state.devices).toHaveLength(2);
  });

  it('changes nothing when a device registers with what is known', () =>
    given([provisioned, registered(tablet)]).when(register(TABLET, 'Tablet')).then([{ type: 'DeviceUnchanged', commandId: 'c', device: TABLET }]));

  it('refuses the Secondary above the limit and leaves the others as they are', () => {
    const { state } = given([provisioned, registered(tablet)]).when(register(LAPTOP, 'Laptop', 1));
    given([provisioned, registered(tablet)]).when(register(LAPTOP, 'Laptop', 1)).then(refusedWith('device-limit-reached'));
    expect(state).toEqual(fold(subscriberDecider, [provisioned, registered(tablet)]));
  });

  it('does not count the Primary, and lets known devices register again after the limit was lowered', () => {
    expect(given([provisioned]).when(register(PHONE, 'Phone', 0)).events[0]?.type).toBe('DeviceRegistered');
    expect(given([provisioned, registered(tablet), registered(laptop)]).when(register(TABLET, 'Slate', 1)).events[0]?.type).toBe('DeviceRegistered');
  });

  it('knows no devices of a subscriber nobody provisioned', () => given([]).when(register(TABLET, 'Tablet')).then(refusedWith('unknown-subscriber')));
});

requirement('CPM-MLD-027', () => {
  it('knows the Primary before it ever registers', () => given([]).when(provision(PHONE)).then([{ ...provisioned, commandId: 'c' }]));

  it('gives the provisioned device the primary role, whatever order devices register in', () => {
    const { state } = given([provisioned, registered(tablet)]).when(register(PHONE, 'Phone'));
    expect(state.devices).toMatchObject([{ id: PHONE, role: 'primary', registered: true }, { id: TABLET, role: 'secondary' }]);
  });

  it.each([[TABLET, 'primary', 'secondary'], [PHONE, 'secondary', 'primary']] as const)('refuses %s the role %s', (id, claimedRole, role) => {
    given([provisioned]).when({ ...register(id, 'Device'), claimedRole } as SubscriberCommand).then([{
      type: 'CommandRefused', commandId: 'c', code: 'role-not-claimable', field: 'role', detail: `The device is ${role}: only the operator says which device is the Primary`,
    }]);
  });

  it('demotes the old Primary to Secondary when the SIM moves', () => {
    const registeredPhone = { ...phone, registered: true };
    given([provisioned, registered(registeredPhone), registered(tablet)]).when(provision(TABLET)).then([{
      type: 'SubscriberProvisioned', commandId: 'c', created: false, provisioning: { primaryDevice: { id: TABLET } },
      devices: [{ ...tablet, role: 'primary' }, { ...registeredPhone, role: 'secondary' }],
    }]);
  });

  it('drops an old Primary that never registered', () => {
    const { state } = given([provisioned]).when(provision(deviceNumber(7)));
    expect(state.devices).toEqual([{ ...phone, id: deviceNumber(7) }]);
  });

  it('moves the SIM although the wished name is taken', () => {
    const { state } = given([provisioned, registered({ ...phone, registered: true })]).when(provision(deviceNumber(7), { name: 'Phone' }));
    expect(state.devices.map(({ name }) => name)).toEqual(['Phone 2', 'Phone']);
  });

  it('keeps the Primary when its user removes it, as a device that is reachable by SMS only', () => {
    const { state } = given([provisioned, registered({ ...phone, name: 'Mia', registered: true })]).when({ type: 'RemoveDevice', commandId: 'c', device: PHONE });
    expect(state.devices).toEqual([{ ...phone, name: 'Mia' }]);
    given([provisioned]).when({ type: 'RemoveDevice', commandId: 'c', device: PHONE }).then(refusedWith('primary-cannot-be-removed'));
  });

  it('removes a Secondary, once', () => {
    const { events } = given([provisioned, registered(tablet)]).when({ type: 'RemoveDevice', commandId: 'c', device: TABLET });
    expect(events).toEqual([{ type: 'SecondaryRemoved', commandId: 'c', device: TABLET }]);
    given([provisioned, registered(tablet), ...events]).when({ type: 'RemoveDevice', commandId: 'c', device: TABLET }).then(refusedWith('unknown-device'));
  });
});

describe('a subscriber', () => {
  const english = { activeProfile: 'work', profiles: { work: { sendReadReports: false, deviceRules: [], syncRules: [] } } };

  it('is unchanged by provisioning with the same content', () =>
    given([provisioned]).when(provision(PHONE)).then([{ type: 'SubscriberUnchanged', commandId: 'c' }]));

  it('changes his language', () => {
    const { state } = given([provisioned]).when(provision(PHONE, { language: 'de' }));
    expect(state).toMatchObject({ version: 2, provisioning: { language: 'de' } });
  });

  it('sets his preferences, and setting the same changes nothing', () => {
    const { events } = given([provisioned]).when({ type: 'SetPreferences', commandId: 'c', preferences: english });
    expect(events).toEqual([{ type: 'PreferencesSet', commandId: 'c', preferences: english }]);
    given([provisioned, ...events]).when({ type: 'SetPreferences', commandId: 'c', preferences: english })
      .then([{ type: 'PreferencesUnchanged', commandId: 'c' }]);
  });

  it('is gone after removal but for the version, which goes on when he comes back', () => {
    const { events, state } = given([provisioned, registered(tablet)]).when({ type: 'RemoveSubscriber', commandId: 'c' });
    expect(state).toEqual({ ...subscriberDecider.initial, version: 3 });
    expect(given([provisioned, registered(tablet), ...events]).when(provision(PHONE)).state).toMatchObject({ version: 4, devices: [phone] });
    given([provisioned, ...events]).when({ type: 'RemoveSubscriber', commandId: 'c' }).then(refusedWith('unknown-subscriber'));
  });

  it('notes the access of his devices without a new version, and forgets it with the device', () => {
    const noted: SubscriberEvent = { type: 'AccessNoted', device: TABLET, ip: 'AVAILABLE', cs: 'UNKNOWN' };
    const known = given([provisioned, registered(tablet)]).when({ type: 'NoteAccess', device: TABLET, ip: 'AVAILABLE', cs: 'UNKNOWN' });
    known.then([noted]);
    expect(known.state.version).toBe(2);
    given([provisioned, registered(tablet), noted]).when({ type: 'NoteAccess', device: TABLET, ip: 'AVAILABLE', cs: 'UNKNOWN' }).thenNothing();
    given([provisioned]).when({ type: 'NoteAccess', device: TABLET, ip: 'AVAILABLE', cs: 'UNKNOWN' }).thenNothing();
    expect(fold(subscriberDecider, [provisioned, registered(tablet), noted, { type: 'SecondaryRemoved', commandId: 'c', device: TABLET }]).access).toEqual({});
  });
});
