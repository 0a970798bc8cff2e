import { SmscAccepted, SmscCancelled, SmscReceipt, SmscRefused } from '@cpm/contracts-sms-interworking-gateway';
import type { CpmAddress } from '@cpm/vocabulary';
import type { World } from './world.js';

interface Submission {
  readonly user: CpmAddress;
  readonly smsId: string;
  readonly attempt: number;
  readonly form: string;
  readonly text: string;
  readonly source?: string;
}

interface Cancellation {
  readonly user: CpmAddress;
  readonly smsId: string;
  readonly attempt: number;
  readonly segmentIds: readonly string[];
}

/** An SMSC with moods: takes a submission, refuses it for now, or takes it and never answers; receipts may fail. */
export class SimulatedSmsc {
  /** Submissions whose answer never came back: the only ones that may be sent twice. */
  readonly unanswered = new Set<string>();

  /** Segments that it has and has not delivered. */
  private readonly queued = new Set<string>();

  constructor(private readonly world: World) {}

  async submit(input: unknown): Promise<void> {
    const sms = input as Submission;
    const { user, smsId, attempt } = sms;
    await this.world.steps.turn('smsc submit');
    const at = this.world.now;
    this.world.history.saw(at, { kind: 'attempted', messageId: messageOf(sms), user, form: sms.form, source: sms.source });
    if (this.world.dice.chance(this.world.faults.smscRefuses)) {
      const retry = this.world.dice.chance(500) ? 'later' as const : 'never' as const;
      return this.world.ingress(SmscRefused, { user, smsId, attempt, at, retry, reason: 'simulated' });
    }
    const silent = this.world.dice.chance(this.world.faults.smscSilent);
    this.world.history.saw(at, { kind: 'submitted', messageId: messageOf(sms), user, form: sms.form, attempt, known: !silent });
    const segmentId = this.world.newId();
    if (silent) {
      this.unanswered.add(smsId);
      return this.world.ingress(SmscRefused, { user, smsId, attempt, at, retry: 'unknown', reason: 'no answer' });
    }
    this.queued.add(segmentId);
    const receipt = this.receipt(sms, segmentId);
    await this.world.ingress(SmscAccepted, { user, smsId, attempt, at, segmentIds: [segmentId], smsc: 'simulated' });
    return receipt;
  }

  /** Drops what it has not delivered, though not always. */
  async cancel(input: unknown): Promise<void> {
    const { user, smsId, attempt, segmentIds } = input as Cancellation;
    await this.world.steps.turn('smsc cancel');
    const willing = !this.world.dice.chance(this.world.faults.smscRefuses);
    const dropped = willing && segmentIds.every((id) => this.queued.delete(id));
    await this.world.ingress(SmscCancelled, { user, smsId, attempt, at: this.world.now, outcome: dropped ? 'cancelled' : 'refused', reason: 'simulated' });
  }

  private async receipt(sms: Submission, segmentId: string): Promise<void> {
    await this.world.steps.turn('smsc receipt');
    if (!this.queued.delete(segmentId)) return;
    const delivered = !this.world.dice.chance(this.world.faults.receiptFails);
    const { user, smsId, attempt } = sms;
    const text = { messageId: messageOf(sms), user, form: sms.form };
    this.world.history.saw(this.world.now, delivered ? { kind: 'sms-received', ...text, source: sms.source } : { kind: 'sms-failed', ...text });
    await this.world.ingress(SmscReceipt, { user, smsId, attempt, at: this.world.now, segmentId, state: delivered ? 'DELIVERED' : 'UNDELIVERABLE' });
  }
}

function messageOf({ smsId, user }: Submission): string {
  return smsId.slice(user.length + 1);
}
