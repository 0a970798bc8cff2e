import { CpmDevice, InMemoryStore, type Box } from '@cpm/client';
import { DEFAULT_POLICY, type CpmAddress, type DeviceId } from '@cpm/vocabulary';
import fc from 'fast-check';
import { BoxServer } from './box-server.js';
import { NmsOfBox, type Fault } from './nms-of-box.js';

const USER = 'tel:+4915110000001' as CpmAddress;
const OTHERS = ['tel:+4915110000002', 'tel:+4915110000003'] as const;
const DEVICES = 5;
/** Exchanges in which every device must have come to rest. */
const ROUNDS = 8;

/** Sync rules, several of which may be of one device. */
const RULES = {
  none: [], small: [{ maxBytes: 1_000 }], folder: [{ folders: ['/main/Work', `/main/${OTHERS[0]}`] }], texts: [{ contentTypes: ['text/*'] }],
  young: [{ maxAgeDays: 2 }], ages: [{ maxAgeDays: 2 }, { maxAgeDays: 6, contentTypes: ['text/*'] }],
} as const;
type RuleName = keyof typeof RULES;

/** One thing that happens. `device` and `at` choose among what there is at that moment. */
export type Step =
  | { readonly kind: 'arrive'; readonly direction: 'In' | 'Out'; readonly party: number; readonly bytes: number }
  | { readonly kind: 'edit'; readonly device: number; readonly at: number; readonly edit: 'read' | 'unread' | 'flag' | 'unflag' | 'remove' }
  | { readonly kind: 'move'; readonly device: number; readonly at: number; readonly to: number }
  | { readonly kind: 'draft'; readonly device: number; readonly at: number; readonly edit: 'save' | 'update' | 'discard' }
  | { readonly kind: 'folder'; readonly device: number; readonly at: number; readonly edit: 'create' | 'rename' | 'remove'; readonly name: string }
  | { readonly kind: 'rule'; readonly device: number; readonly rule: RuleName }
  | { readonly kind: 'wait'; readonly days: number }
  | { readonly kind: 'sync'; readonly device: number; readonly faults: readonly Fault[] }
  | { readonly kind: 'restart'; readonly device: number }
  | { readonly kind: 'settle' };

const device = fc.nat(DEVICES - 1);
const at = fc.nat(20);
const name = fc.constantFrom('Work', 'Trips', 'Later');
const fault = fc.constantFrom<Fault>(undefined, undefined, undefined, 'unreached', 'unanswered');

/** Offline edits of five devices, exchanges over a bad network, crashes, changes of what a device wants. */
export const steps: fc.Arbitrary<readonly Step[]> = fc.array(fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('arrive' as const), direction: fc.constantFrom('In' as const, 'Out' as const), party: fc.nat(1), bytes: fc.constantFrom(2, 9_000) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('edit' as const), device, at, edit: fc.constantFrom('read' as const, 'unread' as const, 'flag' as const, 'unflag' as const, 'remove' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('move' as const), device, at, to: fc.nat(6) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('draft' as const), device, at, edit: fc.constantFrom('save' as const, 'update' as const, 'discard' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('folder' as const), device, at, edit: fc.constantFrom('create' as const, 'create' as const, 'rename' as const, 'remove' as const), name }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rule' as const), device, rule: fc.constantFrom(...(Object.keys(RULES) as RuleName[])) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), days: fc.constantFrom(0.1, 1, 5) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('sync' as const), device, faults: fc.array(fault, { maxLength: 6 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), device }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('settle' as const) }) },
), { minLength: 1, maxLength: 80, size: 'max' });

interface Player {
  readonly id: DeviceId;
  readonly store: InMemoryStore;
  readonly nms: NmsOfBox;
  box: Box;
}

/** Five devices of one user and their box. */
export class Convergence {
  private readonly server = new BoxServer(USER, { ...DEFAULT_POLICY, 'store.retentionDays': 7, 'store.tombstoneDays': 3, 'store.maxObjects': 20, 'store.maxBytes': 60_000 });
  private readonly players: Player[] = [];
  private readonly rules = new Map<DeviceId, readonly object[]>();
  private snapshots = 0;
  private arrived = 0;

  static async begin(): Promise<Convergence> {
    const run = new Convergence();
    for (let number = 0; number < DEVICES; number += 1) {
      const id = `urn:uuid:00000000-0000-4000-8000-00000000000${number}` as DeviceId;
      const [store, nms] = [new InMemoryStore(), new NmsOfBox(run.server, id)];
      run.players.push({ id, store, nms, box: await open(id, { store, nms }) });
    }
    await run.tellOwner();
    return run;
  }

  /** What one step does; a device that is cut off in the middle goes on later. */
  async take(step: Step): Promise<void> {
    this.server.now += 1_000;
    if (step.kind === 'arrive') return this.arrive(step);
    if (step.kind === 'settle') return this.server.settle();
    if (step.kind === 'wait') return this.server.wait(step.days);
    const player = this.players[step.device] as Player;
    switch (step.kind) {
      case 'edit': return edit(player.box, step);
      case 'move': return move(player.box, step);
      case 'draft': return draft(player.box, step);
      case 'folder': return folder(player.box, step);
      case 'rule': return this.rule(player.id, step.rule);
      case 'sync': return exchange(player, [...step.faults]);
      case 'restart':
        await player.box.close();
        player.box = await open(player.id, player);
    }
  }

  /** Lets everything come to rest, and says what is different on some device from what the server shows it. */
  async differences(): Promise<readonly string[]> {
    for (let round = 0; round < ROUNDS; round += 1) {
      await this.server.settle();
      for (const player of this.players) await exchange(player, []);
    }
    return this.players.flatMap((player) => {
      const [seen, truth] = [viewOf(player.box), this.view(player.id)];
      return JSON.stringify(seen) === JSON.stringify(truth) ? [] : [`${player.id} shows ${JSON.stringify(seen)}, the server ${JSON.stringify(truth)}`];
    });
  }

  /** How many changes the box has taken. */
  get changes(): number {
    return this.server.state.modSeq;
  }

  private view(id: DeviceId): ReturnType<typeof viewOf> {
    return this.server.truth(id);
  }

  private async arrive({ direction, party, bytes }: Extract<Step, { kind: 'arrive' }>): Promise<void> {
    this.arrived += 1;
    const other = OTHERS[party] as CpmAddress;
    const [from, to] = direction === 'In' ? [other, [USER]] : [USER, [other]];
    const message = {
      id: `m${this.arrived}`, from, to, originDevice: (this.players[0] as Player).id, conversationId: `c${party}`, contributionId: `x${this.arrived}`, contentType: this.arrived % 3 === 0 ? 'image/png' : 'text/plain',
      content: { kind: 'inline' as const, text: 'x' }, size: bytes, dispositionNotification: [], sentAt: this.server.now, expiresAt: this.server.now + 1,
    };
    await this.server.decide({ type: 'Deposit', deposit: { user: USER, direction, party: other, message } });
  }

  private async rule(id: DeviceId, rule: RuleName): Promise<void> {
    this.rules.set(id, RULES[rule].map((one) => ({ deviceId: id, ...one })));
    await this.tellOwner();
  }

  private async tellOwner(): Promise<void> {
    this.snapshots += 1;
    const devices = this.players.map(({ id }, number) => ({
      id, name: id, role: number === 0 ? 'primary' as const : 'secondary' as const, registered: true, autoAnswer: { session: false, fileTransfer: false },
      capabilities: { services: ['standalone' as const], contentTypes: ['*/*'], maxBytes: 1_000_000 },
    }));
    const profile = { sendReadReports: true, deviceRules: [], syncRules: [...this.rules.values()].flat() as never };
    await this.server.decide({ type: 'LearnOwner', snapshot: { user: USER, version: this.snapshots, removed: false, devices, profile, at: this.server.now } });
  }
}

async function open(deviceId: DeviceId, { store, nms }: Pick<Player, 'store' | 'nms'>): Promise<Box> {
  return new CpmDevice({ url: nms.origin, token: 'token', deviceId, fetch: nms.fetch, retryForMs: 0 }).openBox({ store, user: USER, pageSize: 7 });
}

async function exchange({ box, nms }: Player, faults: Fault[]): Promise<void> {
  nms.fault = () => faults.shift();
  // What broke off goes on at the next exchange.
  await box.sync().catch(() => undefined);
}

async function edit(box: Box, step: Extract<Step, { kind: 'edit' }>): Promise<void> {
  const object = box.objects()[step.at];
  if (!object) return;
  switch (step.edit) {
    case 'read': return box.markRead(object.id);
    case 'unread': return box.markUnread(object.id);
    case 'flag': return box.flag(object.id, '\\Flagged');
    case 'unflag': return box.unflag(object.id, '\\Flagged');
    case 'remove': return box.remove(object.id);
  }
}

async function move(box: Box, step: Extract<Step, { kind: 'move' }>): Promise<void> {
  const [object, target] = [box.objects()[step.at], [...box.folders.map(({ id }) => id), ...OTHERS.map((other) => `main/${other}`)][step.to]];
  if (object && target !== undefined) await box.move(object.id, target);
}

async function draft(box: Box, step: Extract<Step, { kind: 'draft' }>): Promise<void> {
  const drafts = box.objects().filter(({ flags }) => flags.includes('\\Draft'));
  const known = drafts[step.at % Math.max(1, drafts.length)];
  if (step.edit === 'save') await box.saveDraft({ text: 'x' });
  else if (known && step.edit === 'update') await box.updateDraft(known.id, { text: 'x' });
  else if (known) await box.discardDraft(known.id);
}

async function folder(box: Box, step: Extract<Step, { kind: 'folder' }>): Promise<void> {
  const known = box.folders[step.at % Math.max(1, box.folders.length)];
  if (step.edit === 'create') await box.createFolder(step.name, step.at % 2 === 0 ? known?.id : undefined);
  else if (known && step.edit === 'rename') await box.renameFolder(known.id, step.name);
  else if (known) await box.removeFolder(known.id);
}

/** As `BoxServer.truth` says it. */
function viewOf(box: Box): ReturnType<BoxServer['truth']> {
  return {
    objects: Object.fromEntries(box.objects().map(({ id, folder: path, flags }) => [id, `${path} ${[...flags].sort().join(' ')}`]).sort()),
    folders: Object.fromEntries(box.folders.map(({ id, path }) => [id, path]).sort()),
  };
}
