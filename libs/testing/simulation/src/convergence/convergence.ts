import { CpmDevice, InMemoryStore, type Box } from '@cpm/client';
import { DEFAULT_POLICY, type CpmAddress, type DeviceId } from '@cpm/vocabulary';
import { BoxServer } from './box-server.js';
import { NmsOfBox } from './nms-of-box.js';
import { act, DEVICES, sightOf, syncRulesOf, type BoxSight, type Fault, type Step } from './steps.js';

const USER = 'tel:+4915110000001' as CpmAddress;
const OTHERS = ['tel:+4915110000002', 'tel:+4915110000003'] as const;
/** Exchanges in which every device must have come to rest. */
const ROUNDS = 8;

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
  private limits = 0;

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
    if (step.kind === 'limit') {
      // Limits that come back while a device searches are not told from those it began under (docs/architecture.md, Limits): each is another one here.
      this.limits += 1;
      const syncMaxBytes = (step.syncMaxBytes === 0 ? 1_000_000 : step.syncMaxBytes) + this.limits;
      this.server.policy = { ...this.server.policy, 'store.syncMaxAgeDays': step.syncMaxAgeDays, 'store.syncMaxBytes': syncMaxBytes };
      return undefined;
    }
    const player = this.players[step.device] as Player;
    switch (step.kind) {
      case 'rule': return this.rule(player.id, step);
      case 'sync': return exchange(player, [...step.faults]);
      case 'restart':
        await player.box.close();
        player.box = await open(player.id, player);
        return;
      default: return act(player.box, step, OTHERS);
    }
  }

  /** Lets everything come to rest, and says what is different on some device from what the server shows it. */
  async differences(): Promise<readonly string[]> {
    for (let round = 0; round < ROUNDS; round += 1) {
      await this.server.settle();
      for (const player of this.players) await exchange(player, []);
    }
    return this.players.flatMap((player) => {
      const [seen, truth] = [sightOf(player.box), this.view(player.id)];
      return JSON.stringify(seen) === JSON.stringify(truth) ? [] : [`${player.id} shows ${JSON.stringify(seen)}, the server ${JSON.stringify(truth)}`];
    });
  }

  /** How many changes the box has taken. */
  get changes(): number {
    return this.server.state.modSeq;
  }

  private view(id: DeviceId): BoxSight {
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

  private async rule(id: DeviceId, step: Extract<Step, { kind: 'rule' }>): Promise<void> {
    this.rules.set(id, syncRulesOf(step, `/main/${OTHERS[0]}`).map((one) => ({ deviceId: id, ...one })));
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
