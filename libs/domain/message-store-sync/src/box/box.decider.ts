import type { DeviceId, Instant } from '@cpm/vocabulary';
import type { AccessChanged } from '@cpm/contracts-access-awareness';
import type { SubscriberChanged } from '@cpm/contracts-device-registry';
import type { CreateObjects, NewObject, UpdateObjects } from '@cpm/contracts-message-store-sync';
import { fold, type Decider } from '@cpm/runtime-decider';
import { EMPTY_BOX, type Box, type BoxCommand, type BoxEvent, type BoxLimits } from './box.js';
import { decideFolder } from './folder-decisions.js';
import { EMPTYING_DUE_MS, isMade, REMEMBERED_FOLDERS } from './folders.js';
import { keepSession, withRemoved } from './keep-session.js';
import { groupObjectId } from './session-row.js';
import { afterOutcome, afterWait, isLive, listsToSend, MAX_SUBSCRIPTIONS, subscriptionOf, withSubscriptionEvent, type BoxHead, type SubscriptionEvent } from './subscriptions.js';
import { afterGrowth, afterRemoval, beginSweep, endSweep, exceeds, withSweepEvent, type SweepEvent, type Usage } from './sweep.js';
import { rulesOf, rulesUnder } from './sync-policy.js';

type Of<Type extends BoxCommand['type']> = Extract<BoxCommand, { type: Type }>;

/** CPM-MLD-017: every change of an object's state gets a number, by which each device finds what it has not seen. */
export const box: Decider<BoxCommand, Box, BoxEvent> = {
  initial: EMPTY_BOX,
  decide: (command, state) => {
    const events = decide(command, state);
    const after = fold({ initial: state, evolve }, events);
    return [...events, ...listsToSend(after.subscriptions, headOf(after, command.limits), command.now)];
  },
  evolve,
};

function headOf({ modSeq, sweep: { floor }, rulesSince }: Pick<Box, 'modSeq' | 'sweep' | 'rulesSince'>, { sync }: BoxLimits): BoxHead {
  return { head: modSeq, floor, rulesOf: (device) => rulesUnder(rulesOf({ rulesSince }, device), sync) };
}

function decide(command: BoxCommand, state: Box): readonly BoxEvent[] {
  const { modSeq, sweep } = state;
  const { now, limits } = command;
  switch (command.type) {
    case 'LearnOwner':
      return command.snapshot.version > state.version ? learnOwner(command.snapshot, state, now) : [];
    case 'LearnAccess':
      return hint(command.access, state);
    case 'Deposit':
      return [{ type: 'ObjectDeposited', modSeq: modSeq + 1, deposit: command.deposit }, ...afterGrowth({ objects: 1, bytes: command.deposit.message.size }, sweep, limits, now)];
    case 'Change':
      return [{ type: 'ObjectChanged', modSeq: modSeq + 1, change: command.change }, ...(command.change.change === 'removed' ? afterRemoval(sweep, limits, now) : [])];
    case 'KeepDisposition':
      return [{ type: 'DispositionKept', modSeq: modSeq + 2, disposition: command.disposition }, ...afterGrowth({ objects: 1, bytes: 0 }, sweep, limits, now)];
    case 'KeepUcnSummary':
      return [{ type: 'UcnSummaryKept', modSeq: modSeq + command.summary.messageIds.length, summary: command.summary }];
    case 'KeepSession':
      return keepSession(command.kept, state, command);
    case 'Create':
      return create(command, state);
    case 'Update':
      return update(command.request, state, command);
    case 'ChangeFolder':
      return [...afterFolders(decideFolder(command.request, state, now), state), ...(command.request.change.kind === 'remove' ? afterRemoval(sweep, limits, now) : [])];
    case 'EndEmptying':
      return state.emptying.some(({ folder, upTo }) => folder === command.emptied.folder && upTo === command.emptied.upTo)
        ? [{ type: 'EmptyingEnded', folder: command.emptied.folder, upTo: command.emptied.upTo }] : [];
    case 'Subscribe':
    case 'Unsubscribe':
      return decideSubscription(command, state);
    case 'NoteOutcome':
      return afterOutcome(command.outcome, state.subscriptions.find(({ id }) => id === command.outcome.subscriptionId), now);
    case 'EndSweep':
      return endSweep(command.swept, sweep, now);
    case 'WaitOver':
      return afterTimer(command, state);
  }
}

/** CPM-MLD-016: whose rules changed is remembered, so that the device searches anew for what it now wants, and what not. */
function learnOwner({ version, removed, devices, profile }: SubscriberChanged, { syncRules, rulesSince, subscriptions, devices: before }: Box, now: Instant): readonly BoxEvent[] {
  const registered = removed ? [] : devices.filter((device) => device.registered).map(({ id }) => id);
  const wordsOf = (rules: Box['syncRules'], device: DeviceId) => JSON.stringify(rules.filter((rule) => rule.deviceId === device));
  const changed = registered.filter((device) => wordsOf(syncRules, device) !== wordsOf(profile.syncRules, device));
  // A device that comes, or comes again, counts from the time: what it has of a box that was erased, or from before it went, is of other rules.
  const counted = registered.filter((device) => !before.includes(device) || Object.hasOwn(rulesSince, device));
  const counts = Object.fromEntries(counted.map((device) => [device, before.includes(device) ? rulesOf({ rulesSince }, device) : Math.floor(now / 1_000)]));
  const gone = subscriptions.filter(({ device }) => !registered.includes(device));
  return [
    {
      type: 'OwnerLearned', version, devices: registered, primary: devices.find(({ role }) => role === 'primary')?.id ?? null, syncRules: profile.syncRules,
      rulesSince: countUp(counts, changed),
    },
    ...gone.map(({ id }) => ({ type: 'Unsubscribed' as const, id })),
  ];
}

function countUp(counts: Box['rulesSince'], devices: readonly DeviceId[]): Box['rulesSince'] {
  return { ...counts, ...Object.fromEntries(devices.map((device) => [device, (counts[device] ?? 0) + 1])) };
}

/** Folders got other paths: devices whose rules name folders may want other objects now. */
function afterFolders(events: readonly BoxEvent[], { syncRules, rulesSince, folders }: Box): readonly BoxEvent[] {
  const isMoved = events.some((event) => event.type === 'FolderChanged' && Object.hasOwn(folders, event.key));
  const concerned = [...new Set(syncRules.filter((rule) => rule.folders).map(({ deviceId }) => deviceId))];
  return isMoved && concerned.length > 0 ? [...events, { type: 'ViewsChanged', rulesSince: countUp(rulesSince, concerned) }] : events;
}

/** CPM-MLD-032: the Primary is told to synchronise once it has IP, where there is something that it was not told of. */
function hint({ device, ip }: AccessChanged, { primary, hintedAt, modSeq, devices }: Box): readonly BoxEvent[] {
  return ip === 'AVAILABLE' && device === primary && devices.includes(device) && modSeq > hintedAt ? [{ type: 'SyncHinted', device, modSeq }] : [];
}

function create({ request, limits, now }: Of<'Create'>, { modSeq, sweep, folders }: Box): readonly BoxEvent[] {
  const { commandId, objects, device, at } = request;
  const by = sizeOf(objects);
  if (exceeds({ objects: sweep.usage.objects + by.objects, bytes: sweep.usage.bytes + by.bytes }, limits)) {
    const planned: readonly SweepEvent[] = sweep.running ? [] : [{ type: 'SweepPlanned', dueAt: now }];
    return [...planned, { type: 'RequestAnswered', commandId, answer: { done: false, refusal: 'quota-exceeded' } }];
  }
  if (objects.some(({ folder }) => isMade(folder) && !Object.hasOwn(folders, folder))) {
    return [{ type: 'RequestAnswered', commandId, answer: { done: false, refusal: 'unknown-folder' } }];
  }
  const last = modSeq + objects.length;
  return [
    { type: 'ObjectsCreated', modSeq: last, objects, device, at },
    ...afterGrowth(by, sweep, limits, now),
    { type: 'RequestAnswered', commandId, answer: { done: true, lastModSeq: last } },
  ];
}

function sizeOf(objects: CreateObjects['objects']): Usage {
  return { objects: objects.length, bytes: objects.flatMap(({ parts }: NewObject) => parts).reduce((sum, { size }) => sum + size, 0) };
}

/** CPM-MLD-017: flags are added and taken away one by one, so that what two devices do at the same time is both done. */
function update({ commandId, objects, device, at }: UpdateObjects, { modSeq, folders, emptying, sweep }: Box, { limits, now }: { readonly limits: BoxLimits; readonly now: Instant }): readonly BoxEvent[] {
  // Nothing comes into a folder while it is emptied: it would go with it.
  const isLost = (folder: string | undefined) => folder !== undefined && ((isMade(folder) && !Object.hasOwn(folders, folder)) || emptying.some((one) => one.folder === folder));
  const unmoved = objects.flatMap(({ folder }, at) => (isLost(folder) ? [at] : []));
  const made = objects.map(({ folder, ...rest }) => (folder === undefined || isLost(folder) ? rest : { ...rest, folder }))
    .filter(({ addFlags, removeFlags, remove, ...rest }) => addFlags !== undefined || removeFlags !== undefined || remove !== undefined || 'folder' in rest);
  const last = modSeq + made.length;
  const answered: BoxEvent = { type: 'RequestAnswered', commandId, answer: { done: true, lastModSeq: last, ...(unmoved.length > 0 && { unmoved }) } };
  if (made.length === 0) return [answered];
  return [
    { type: 'ObjectsUpdated', modSeq: last, objects: made, at, ...(device && { device }) },
    ...(made.some(({ remove }) => remove) ? afterRemoval(sweep, limits, now) : []),
    answered,
  ];
}

function decideSubscription({ type, request, now, limits }: Of<'Subscribe' | 'Unsubscribe'>, { subscriptions, modSeq, sweep, rulesSince }: Box): readonly BoxEvent[] {
  const { subscriptionId, commandId } = request;
  const expired: readonly SubscriptionEvent[] = subscriptions.filter((one) => !isLive(one, now)).map(({ id }) => ({ type: 'Unsubscribed', id }));
  const live = subscriptions.filter((one) => isLive(one, now));
  const known = live.find(({ id }) => id === subscriptionId);
  const refused = (refusal: 'unknown-subscription' | 'too-many-subscriptions'): readonly BoxEvent[] =>
    [...expired, { type: 'RequestAnswered', commandId, answer: { done: false, refusal } }];
  if (type === 'Unsubscribe') {
    return known ? [...expired, { type: 'Unsubscribed', id: subscriptionId }, { type: 'RequestAnswered', commandId, answer: { done: true, lastModSeq: modSeq } }] : refused('unknown-subscription');
  }
  if (request.renewal && !known) return refused('unknown-subscription');
  if (!known && live.length >= MAX_SUBSCRIPTIONS) return refused('too-many-subscriptions');
  const subscription = subscriptionOf(request, known, headOf({ modSeq, sweep, rulesSince }, limits), now);
  return [...expired, { type: 'Subscribed', subscription }, { type: 'RequestAnswered', commandId, answer: { done: true, lastModSeq: modSeq, subscription } }];
}

function afterTimer({ timer, limits, now }: Of<'WaitOver'>, { sweep, emptying, subscriptions }: Box): readonly BoxEvent[] {
  if (timer === 'sweep') return [beginSweep(sweep, limits, now)];
  if (timer === 'emptying') {
    return emptying.filter(({ dueAt }) => dueAt <= now).map(({ folder, upTo }) => ({ type: 'EmptyingBegun' as const, folder, upTo, dueAt: now + EMPTYING_DUE_MS }));
  }
  return afterWait(subscriptions.find(({ id }) => id === timer), now);
}

function evolve(state: Box, event: BoxEvent): Box {
  switch (event.type) {
    case 'OwnerLearned': {
      const { type: _, ...learned } = event;
      return { ...state, ...learned };
    }
    case 'ViewsChanged':
      return { ...state, rulesSince: event.rulesSince };
    case 'SyncHinted':
      return { ...state, hintedAt: event.modSeq };
    case 'ObjectDeposited':
    case 'ObjectChanged':
    case 'DispositionKept':
    case 'UcnSummaryKept':
    case 'ObjectsCreated':
      return { ...state, modSeq: event.modSeq };
    case 'ObjectsUpdated':
      return { ...state, modSeq: event.modSeq, removedSessions: withRemoved(state.removedSessions, event.objects) };
    case 'SessionKept':
      return { ...state, modSeq: event.modSeq, ...(event.group === 'revived' && { removedSessions: state.removedSessions.filter((id) => id !== groupObjectId(event.kept)) }) };
    case 'FolderChanged':
      return { ...state, modSeq: event.modSeq, folders: { ...state.folders, [event.key]: event.folder } };
    case 'FolderRemoved': {
      const { [event.key]: _, ...folders } = state.folders;
      return { ...state, modSeq: event.modSeq, folders, removedFolders: [...state.removedFolders, event.key].slice(-REMEMBERED_FOLDERS) };
    }
    case 'EmptyingBegun':
      return { ...state, emptying: [...withoutEmptying(state.emptying, event), { folder: event.folder, upTo: event.upTo, dueAt: event.dueAt }] };
    case 'EmptyingEnded':
      return { ...state, emptying: withoutEmptying(state.emptying, event) };
    case 'RequestAnswered':
      return state;
    case 'SweepPlanned':
    case 'SweepBegun':
    case 'SweepEnded':
    case 'StoreGrew':
      return { ...state, sweep: withSweepEvent(state.sweep, event) };
    default:
      return { ...state, subscriptions: withSubscriptionEvent(state.subscriptions, event) };
  }
}

function withoutEmptying(emptying: Box['emptying'], { folder, upTo }: { readonly folder: string; readonly upTo: number }): Box['emptying'] {
  return emptying.filter((one) => one.folder !== folder || one.upTo !== upTo);
}
