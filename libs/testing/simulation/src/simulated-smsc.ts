import { SmscAccepted, SmscReceipt, SmscRefused } from '@cpm/contracts-sms-interworking-gateway';
import type { Sms } from '@cpm/domain-sms-interworking-gateway';
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

/** An SMSC with moods: takes a submission, refuses it for now, or takes it and never answers; receipts may fail. */
export class SimulatedSmsc {
  /** Submissions that told of several messages. */
  summaries = 0;

  constructor(private readonly world: World) {}

  async submit(input: unknown): Promise<void> {
    const sms = input as Submission;
    const { user, smsId, attempt } = sms;
    await this.world.steps.turn('smsc submit');
    const at = this.world.now;
    const messageIds = await this.messagesOf(sms);
    if (messageIds.length > 1) this.summaries += 1;
    for (const messageId of messageIds) this.world.history.saw(at, { kind: 'attempted', messageId, user, form: sms.form, source: sms.source });
    if (this.world.dice.chance(this.world.faults.smscRefuses)) {
      const retry = this.world.dice.chance(500) ? 'later' as const : 'never' as const;
      return this.world.ingress(SmscRefused, { user, smsId, attempt, at, retry, reason: 'simulated' });
    }
    const silent = this.world.dice.chance(this.world.faults.smscSilent);
    for (const messageId of messageIds) this.world.history.saw(at, { kind: 'submitted', messageId, user, form: sms.form, attempt, known: !silent });
    const segmentId = this.world.newId();
    if (silent) return this.world.ingress(SmscRefused, { user, smsId, attempt, at, retry: 'unknown', reason: 'no answer' });
    const receipt = this.receipt(sms, segmentId, messageIds);
    await this.world.ingress(SmscAccepted, { user, smsId, attempt, at, segmentIds: [segmentId] });
    return receipt;
  }

  private async receipt(sms: Submission, segmentId: string, messageIds: readonly string[]): Promise<void> {
    await this.world.steps.turn('smsc receipt');
    const delivered = !this.world.dice.chance(this.world.faults.receiptFails);
    const { user, smsId, attempt } = sms;
    for (const messageId of messageIds) {
      const text = { messageId, user, form: sms.form };
      this.world.history.saw(this.world.now, delivered ? { kind: 'sms-received', ...text, source: sms.source } : { kind: 'sms-failed', ...text });
    }
    await this.world.ingress(SmscReceipt, { user, smsId, attempt, at: this.world.now, segmentId, state: delivered ? 'DELIVERED' : 'UNDELIVERABLE' });
  }

  /** A summary of notifications stands for several messages. */
  private async messagesOf({ smsId, user }: Submission): Promise<readonly string[]> {
    const [stored] = await this.world.storeOf('sms-interworking-gateway').load('sms', [smsId]);
    const covered = (stored?.state as Sms | undefined)?.request?.covered;
    return covered?.map(({ messageId }) => messageId) ?? [smsId.slice(user.length + 1)];
  }
}
