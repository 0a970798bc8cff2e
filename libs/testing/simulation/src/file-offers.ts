import { RevokeMessage, type AnswerFileTransfer } from '@cpm/contracts-routing';
import { submissionEvents } from '@cpm/domain-client-edge';
import type { CpmAddress, Message } from '@cpm/vocabulary';
import { castDevice, CLIENTS, clientsOf, recent, USERS, type CastDevice } from './cast.js';
import type { Outbox } from './outbox.js';
import type { OperationOf } from './workload.js';
import type { World } from './world.js';

type FileOperation = OperationOf<'offer' | 'answer' | 'take-at-once' | 'cancel' | 'progress'>;

/** Chances per mille that a device answers which was not asked. */
const STRANGER = 200;
/** And that one which was waits for the offer. */
const PATIENT = 700;

/** What devices do about files. */
export class FileOffers {
  private readonly files: Message[] = [];

  constructor(
    private readonly world: World,
    private readonly outbox: Outbox,
  ) {}

  async start(operation: FileOperation): Promise<void> {
    if (operation.op === 'offer') return this.offer(operation);
    if (this.files.length === 0) await this.offer({ device: this.world.dice.below(CLIENTS), to: [0, 1], requested: ['positive-delivery', 'display'], ttlSec: 600 });
    const file = recent(this.files, operation.file);
    if (!file) return undefined;
    switch (operation.op) {
      case 'answer':
        return this.answer(this.concerned(castDevice(operation.device), file), file, operation);
      case 'take-at-once':
        return this.takeAtOnce(file.to.find((user) => user === USERS[operation.user]) ?? file.to[0], file);
      case 'cancel':
        return this.cancel(file);
      case 'progress':
        return this.world.devices.fetching.report(castDevice(operation.device), file.id, operation.progress);
    }
  }

  private async offer({ device: index, to, requested, ttlSec }: Omit<OperationOf<'offer'>, 'op'>): Promise<void> {
    const recipients = to.map((position) => USERS[position] as CpmAddress);
    const message = this.outbox.accept(castDevice(index), { to: recipients, contentType: index % 2 === 0 ? 'image/png' : 'text/plain', requested, ttlSec, isFile: true });
    this.files.push(message);
    for (const { contract, payload } of submissionEvents(message, recipients)) await this.world.ingress(contract, payload);
  }

  /** Mostly a device that was asked, sometimes one that was not. */
  private concerned(own: CastDevice, { to }: Message): CastDevice {
    if (to.includes(own.user) || this.world.dice.chance(STRANGER)) return own;
    return this.world.dice.oneOf(clientsOf(to)) ?? own;
  }

  private async answer(device: CastDevice, file: Message, { answer, failure }: Pick<AnswerFileTransfer, 'answer' | 'failure'>): Promise<void> {
    const { world } = this;
    if (world.dice.chance(PATIENT)) await world.await(() => world.storeOf('routing').aggregates('delivery').some(({ stored }) => stored.id === `${device.user}|${file.id}`));
    await this.world.devices.fetching.answer(device, file.id, answer === 'reject' && failure !== undefined ? { answer, failure } : { answer });
  }

  private async takeAtOnce(user: CpmAddress | undefined, file: Message): Promise<void> {
    if (user === undefined) return;
    await Promise.all(clientsOf([user]).map((device) => this.answer(device, file, { answer: 'accept' })));
  }

  private async cancel({ id, from, originDevice, to }: Message): Promise<void> {
    for (const recipient of to) await this.world.ingress(RevokeMessage, { messageId: id, sender: from, device: originDevice, recipient, at: this.world.now });
  }
}
