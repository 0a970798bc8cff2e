import { AnswerFileTransfer, ReportFileProgress } from '@cpm/contracts-routing';
import type { CpmAddress, DeviceId } from '@cpm/vocabulary';
import type { World } from './world.js';

interface Fetcher {
  readonly id: DeviceId;
  readonly user: CpmAddress;
}

/** Chances per mille that a device which may fetch a file does not begin, loses the connection on the way, and then goes on. */
const IDLE = 200;
const BROKEN = 300;
const RESUMED = 600;

/** Devices that were told where a file is: most fetch it, some lose the connection, and of these some go on. */
export class FileFetching {
  /** `device transfer` of each that knows where the file is. */
  private readonly addresses = new Set<string>();

  constructor(private readonly world: World) {}

  async answer({ id, user }: Fetcher, transferId: string, how: Pick<AnswerFileTransfer, 'answer' | 'failure'>): Promise<void> {
    const { asks, now } = this.world;
    const answer: AnswerFileTransfer = { commandId: this.world.newId(), user, device: id, transferId, at: now, ...how };
    await asks.ask(AnswerFileTransfer, answer, {
      device: id, subject: transferId, act: how.answer === 'accept' ? 'accept-file' : 'reject-file', failure: how.failure !== undefined,
      told: ({ status }) => {
        if (status === 'accepted') void this.world.watch(this.fetch({ id, user }, transferId));
      },
    });
  }

  async fetch(device: Fetcher, transferId: string): Promise<void> {
    this.addresses.add(`${device.id} ${transferId}`);
    await this.world.steps.turn();
    const { dice } = this.world;
    if (dice.chance(IDLE)) return;
    const progress = dice.chance(BROKEN) ? 'interrupted' : 'completed';
    await this.report(device, transferId, progress);
    if (progress === 'interrupted' && dice.chance(RESUMED)) await this.answer(device, transferId, { answer: 'accept' });
  }

  /** What the edge sees of a device that fetches a file; of one that does not know where it is, nothing. */
  async report({ id, user }: Fetcher, transferId: string, progress: 'completed' | 'interrupted'): Promise<void> {
    if (!this.addresses.has(`${id} ${transferId}`)) return;
    this.world.history.saw(this.world.now, { kind: 'progressed', device: id, transferId, progress });
    await this.world.ingress(ReportFileProgress, { user, device: id, transferId, progress, fetch: this.world.newId(), at: this.world.now });
  }
}
