import { BoxSwept, ChangeFolder, CreateObjects, FolderEmptied, NotificationOutcome, SubscribeToBox, UnsubscribeFromBox, UpdateObjects, type FolderChange } from '@cpm/contracts-message-store-sync';
import type { EmptyingInput, NotificationInput, ObjectRow, SweepInput } from '@cpm/domain-message-store-sync';
import type { CpmAddress } from '@cpm/vocabulary';
import { castDevice, recent, type CastDevice } from '../cast.js';
import type { World } from '../world.js';
import type { FeatureOperation } from './operations.js';

type Operation = Extract<FeatureOperation, { op: 'box' }>;

const ROOT = '/main';
/** More than an hour and less, so that both plans for the next sweep occur. */
const NEXT_SWEEPS_MS = [undefined, -1_000, 7_200_000] as const;

/** What devices do with boxes, and what the store does about it beside deciding. */
export class BoxWork {
  private made = 0;

  constructor(private readonly world: World) {}

  async play({ device: at, act, number, other }: Operation): Promise<void> {
    const device = castDevice(at);
    switch (act) {
      case 'create':
        return this.create(device, number, other);
      case 'flag':
        return this.update(device, number, { addFlags: ['\\Flagged'], removeFlags: ['\\Seen'] });
      case 'move':
        return this.update(device, number, { folder: `f-${other}` });
      case 'delete':
        return this.update(device, number, { remove: 'deleted' });
      case 'create-folder':
        return this.change(device, `f-${number}`, { kind: 'create', name: `folder ${other}`, parent: number === 0 ? ROOT : `f-${other}` });
      case 'rename-folder':
        return this.change(device, number === 3 ? ROOT : `f-${number}`, { kind: 'rename', name: `folder ${other}` });
      case 'move-folder':
        return this.change(device, `f-${number}`, { kind: 'move', parent: other === 3 ? ROOT : `f-${other}` });
      case 'remove-folder':
        return this.change(device, number === 3 ? ROOT : number === 2 ? this.conversationOf(device) : `f-${number}`, { kind: 'remove' });
      default:
        return this.subscribe(device, act, number);
    }
  }

  /** The subscriber takes a list, wants nothing of it, fails, or is not heard of. */
  async notify(input: unknown): Promise<void> {
    const { user, subscription: { id: subscriptionId, place: { index }, sending } } = input as NotificationInput;
    await this.world.steps.turn();
    const { dice } = this.world;
    if (dice.chance(50)) return;
    const outcome = dice.chance(100) ? 'failed' : dice.chance(200) ? 'empty' : 'taken';
    await this.world.ingress(NotificationOutcome, { user: user as CpmAddress, subscriptionId, index, position: dice.chance(100) ? 0 : sending.to, outcome, at: this.world.now });
  }

  async sweep(input: unknown): Promise<void> {
    const { user, number, cutoff } = input as SweepInput;
    await this.world.steps.turn();
    const rows = this.rowsOf(user);
    const forgotten = rows.filter(({ deleted, date }) => deleted && date <= cutoff.forgetBefore);
    const left = rows.filter(({ deleted }) => !deleted);
    const wait = this.world.dice.oneOf(NEXT_SWEEPS_MS);
    await this.world.ingress(BoxSwept, {
      user: user as CpmAddress, sweep: number, tombstones: forgotten.map(({ oid, modSeq }) => ({ objectId: oid, modSeq })),
      usage: { objects: left.length, bytes: left.reduce((sum, { size }) => sum + size, 0) }, ...(wait !== undefined && this.world.dice.chance(200) && { nextAt: this.world.now + wait }), at: this.world.now,
    });
  }

  async empty(input: unknown): Promise<void> {
    const { user, folder, upTo } = input as EmptyingInput;
    await this.world.steps.turn();
    const born = folder.startsWith('/') ? upTo : Infinity;
    const found = this.rowsOf(user).filter((row) => row.folder === folder && row.born <= born && !row.deleted);
    const at = this.world.now;
    if (found.length > 0) await this.world.ingress(UpdateObjects, { user: user as CpmAddress, commandId: `emptying|${folder}|${upTo}|${found[0]?.oid}`, objects: found.map(({ oid }) => ({ objectId: oid, remove: 'deleted' as const })), at });
    await this.world.ingress(FolderEmptied, { user: user as CpmAddress, folder, upTo, at });
  }

  private rowsOf(user: string): ObjectRow[] {
    const rows = [...this.world.storeOf('message-store-sync').rows('objects').values()] as unknown as ObjectRow[];
    return rows.filter((row) => row.u === user);
  }

  private conversationOf({ user }: CastDevice): string {
    return this.rowsOf(user).find(({ folder }) => folder.startsWith('/'))?.folder ?? ROOT;
  }

  private create({ user, id: device }: CastDevice, number: number, other: number): Promise<void> {
    const { now } = this.world;
    const draft = (at: number) => ({
      objectId: `draft-${(this.made += 1)}`, folder: other === 3 ? ROOT : `f-${other}`, context: 'draft', direction: 'Out' as const, from: user, to: [], date: now, attributes: [], flags: [],
      ...(at === 1 && { messageId: 'x', conversationId: 'c', correlationTag: 'tag' }), parts: at === 2 ? [] : [{ contentType: 'text/plain', size: 5, text: 'draft' }],
    });
    const objects = Array.from({ length: 1 + number }, (_, at) => draft(at)) as [ReturnType<typeof draft>, ...ReturnType<typeof draft>[]];
    return this.world.ingress(CreateObjects, { user, commandId: this.world.newId(), device, at: now, objects });
  }

  /** Of an object that the box has; messages stay, so that what is to be in a box can be found there. */
  private async update({ user, id: device }: CastDevice, number: number, change: Omit<UpdateObjects['objects'][number], 'objectId'>): Promise<void> {
    const own = this.rowsOf(user).filter(({ oid }) => change.remove === undefined || oid.startsWith('draft-') || oid.startsWith('group-'));
    const object = recent(own, number);
    if (!object) return;
    await this.world.ingress(UpdateObjects, { user, commandId: this.world.newId(), ...(number > 0 && { device }), at: this.world.now, objects: [{ objectId: object.oid, ...change }, ...(number === 2 ? [{ objectId: object.oid }] : [])] });
  }

  private change({ user, id: device }: CastDevice, folder: string, change: FolderChange): Promise<void> {
    return this.world.ingress(ChangeFolder, { user, commandId: this.world.newId(), device, at: this.world.now, folder, change });
  }

  private subscribe({ user, id: device }: CastDevice, act: 'subscribe' | 'renew' | 'unsubscribe', number: number): Promise<void> {
    const command = { user, commandId: this.world.newId(), subscriptionId: `sub-${number}`, at: this.world.now };
    if (act === 'unsubscribe') return this.world.ingress(UnsubscribeFromBox, command);
    return this.world.ingress(SubscribeToBox, {
      ...command, device, renewal: act === 'renew', ...(number > 0 && { notifyUrl: 'https://device.example', clientCorrelator: 'c', callbackData: 'd' }),
      ...(number === 2 && { durationSec: 30 }), ...(number === 3 && { place: { position: 1, index: 2, rules: 0 } }),
    });
  }
}
