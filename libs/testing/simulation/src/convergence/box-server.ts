import { InMemoryStore } from '@cpm/runtime-ports';
import type { Effect, Reaction } from '@cpm/runtime-decider';
import { fold } from '@cpm/runtime-decider';
import {
  boxAggregate, EMPTY_BOX, FOLDERS_TABLE, goesWithFolder, limitsOf, LIST_SPAN, objectRowId, OBJECTS_TABLE, pathOf, scopeOf, syncLimitsOf, underPolicy, type Box, type BoxAnswer, type BoxCommand, type Changes, type EmptyingInput, type FolderRow, type ObjectRow, type SweepInput,
} from '@cpm/domain-message-store-sync';
import { DEFAULT_POLICY, type CpmAddress, type DeviceId, type Policy } from '@cpm/vocabulary';
import type { BoxSight } from './steps.js';

const DAY_MS = 86_400_000;

type Untimed<Command> = Command extends unknown ? Omit<Command, 'now' | 'limits'> : never;

/** The store service with one box: the real decisions and rows, its effects done when `settle` is called. */
export class BoxServer {
  now = Date.UTC(2026, 10, 1);
  state: Box = EMPTY_BOX;
  private readonly store = new InMemoryStore();
  private readonly effects: Effect[] = [];
  private commands = 0;

  constructor(
    readonly user: CpmAddress,
    public policy: Policy = DEFAULT_POLICY,
  ) {}

  /** One command in the log of the user; what it answers, where somebody waits for it. */
  async decide(command: Untimed<BoxCommand>): Promise<BoxAnswer | undefined> {
    const timed = { ...command, now: this.now, limits: limitsOf(this.policy) } as BoxCommand;
    const events = boxAggregate.decider.decide(timed, this.state);
    this.state = fold({ initial: this.state, evolve: boxAggregate.decider.evolve }, events);
    const context = { now: this.now, policy: this.policy, id: this.user, view: undefined, open: [] };
    const reactions = events.flatMap((event): readonly Reaction[] => boxAggregate.react(event, this.state, context));
    await this.store.write(reactions.filter(({ kind }) => kind === 'row') as never, []);
    this.effects.push(...reactions.filter((reaction): reaction is Effect => reaction.kind === 'effect'));
    const answer = reactions.find((reaction) => reaction.kind === 'answer');
    return answer?.outcome as BoxAnswer | undefined;
  }

  commandId(): string {
    this.commands += 1;
    return `c${this.commands}`;
  }

  /** Time passes, and with it what is due. */
  async wait(days: number): Promise<void> {
    this.now += days * DAY_MS;
    await this.settle();
  }

  /** Does what is due, and after it what the service does after each commit. */
  async settle(): Promise<void> {
    await this.afterCommits();
    // Above its limits the box is swept at once, and in the end until nothing is due.
    for (let dueAt = this.state.sweep.dueAt; dueAt !== null && dueAt <= this.now; dueAt = this.state.sweep.dueAt) {
      await this.decide({ type: 'WaitOver', timer: 'sweep' });
      await this.afterCommits();
    }
  }

  /** As the service sweeps: what is too old, or the oldest above the limits, and tombstones that are to be forgotten. */
  private async sweep({ number, cutoff }: SweepInput): Promise<void> {
    const tombstones = this.rows().filter(({ deleted, removedAt }) => deleted && removedAt !== undefined && removedAt < cutoff.forgetBefore).map(({ oid, modSeq }) => ({ objectId: oid, modSeq }));
    const live = this.rows().filter(({ deleted }) => !deleted).sort((a, b) => a.date - b.date || (a.oid < b.oid ? -1 : 1));
    let usage = { objects: live.length, bytes: live.reduce((sum, { size }) => sum + size, 0) };
    const isTooMuch = ({ date, size }: ObjectRow) => {
      if ((cutoff.before === null || date >= cutoff.before) && usage.objects <= cutoff.maxObjects && usage.bytes <= cutoff.maxBytes) return false;
      usage = { objects: usage.objects - 1, bytes: usage.bytes - size };
      return true;
    };
    const stays = live.findIndex((row) => !isTooMuch(row));
    const objects = live.slice(0, stays < 0 ? live.length : stays).map(({ oid }) => ({ objectId: oid, remove: 'expired' as const }));
    if (objects.length > 0) await this.decide({ type: 'Update', request: { user: this.user, commandId: this.commandId(), at: this.now, objects } });
    await this.decide({ type: 'EndSweep', swept: { user: this.user, sweep: number, tombstones, usage, nextAt: this.now + DAY_MS, at: this.now } });
  }

  /** Empties removed folders and sweeps. */
  private async afterCommits(): Promise<void> {
    for (let effect = this.effects.shift(); effect; effect = this.effects.shift()) {
      if (effect.type === 'sweep-box') await this.sweep(effect.input as SweepInput);
      if (effect.type !== 'empty-folder') continue;
      const { folder, upTo } = effect.input as EmptyingInput;
      const objects = this.rows().filter((row) => !row.deleted && row.folder === folder && goesWithFolder(row, [{ folder, upTo }])).map(({ oid }) => ({ objectId: oid, remove: 'deleted' as const }));
      if (objects.length > 0) await this.decide({ type: 'Update', request: { user: this.user, commandId: this.commandId(), at: this.now, objects } });
      await this.decide({ type: 'EndEmptying', emptied: { user: this.user, folder, upTo, at: this.now } });
    }
  }

  rows(): readonly ObjectRow[] {
    return [...this.store.rows(OBJECTS_TABLE).values()] as unknown as ObjectRow[];
  }

  row(objectId: string): ObjectRow | undefined {
    const row = this.store.rows(OBJECTS_TABLE).get(objectRowId(this.user, objectId)) as ObjectRow | undefined;
    return row && !row.deleted ? row : undefined;
  }

  /** The box with the rules that are in force. */
  get box(): Box {
    return underPolicy(this.state, syncLimitsOf(this.policy));
  }

  /** What a search by this device finds, newest first. */
  found(device: DeviceId): readonly ObjectRow[] {
    const view = { device, rules: this.box.syncRules, folders: this.state.folders };
    return this.rows().filter((row) => !row.deleted && scopeOf(row, view, this.now) === 'in').sort((a, b) => b.date - a.date || (a.oid < b.oid ? 1 : -1));
  }

  changes(after: number): Changes {
    const since = <Row extends { readonly modSeq: number }>(rows: readonly Row[]) => rows.filter(({ modSeq }) => modSeq > after).sort((a, b) => a.modSeq - b.modSeq).slice(0, LIST_SPAN);
    return { objects: since(this.rows()), folders: since([...this.store.rows(FOLDERS_TABLE).values()] as unknown as FolderRow[]) };
  }

  /** What a device is to show: folder and flags by object, paths by made folder. */
  truth(device: DeviceId): BoxSight {
    const { folders } = this.state;
    return {
      objects: Object.fromEntries(this.found(device).map((row) => [row.oid, `${pathOf(row.folder, folders)} ${[...row.flags].sort().join(' ')}`]).sort()),
      folders: Object.fromEntries(Object.keys(folders).map((key) => [key, pathOf(key, folders) ?? '']).sort()),
    };
  }
}
