import { SmscAccepted, SmscCancelled, SmscReceipt, SmscRefused, type HandsetCause } from '@cpm/contracts-sms-interworking-gateway';
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

type ReceiptState = 'DELIVERED' | 'UNDELIVERABLE';

interface Cancellation {
  readonly user: CpmAddress;
  readonly smsId: string;
  readonly attempt: number;
  readonly segmentIds: readonly string[];
}

/** What a failed receipt may say of the handset; most say nothing. */
const CAUSES: readonly (HandsetCause | undefined)[] = [undefined, undefined, 'absent-subscriber', 'memory-full', 'barred'];

/** An SMSC with moods: takes a submission, refuses it for now, or takes it and never answers; receipts may fail. */
export class SimulatedSmsc {
  /** Submissions whose answer never came back: the only ones that may be sent twice. */
  readonly unanswered = new Set<string>();
  /** Submissions that told of several messages. */
  summaries = 0;
  /** It wants everything later. */
  isBusy = false;
  /** It says nothing of what it took until `release`. */
  keepsReceipts = false;
  /** What it was given it does not give back. */
  keepsTexts = false;
  private readonly kept: Submission[] = [];
  /** Segments that it has and has not delivered. */
  private readonly queued = new Set<string>();

  constructor(private readonly world: World) {}

  async submit(input: unknown): Promise<void> {
    const sms = input as Submission;
    const { user, smsId, attempt } = sms;
    await this.world.steps.turn();
    const at = this.world.now;
    const messageIds = await this.messagesOf(sms);
    if (messageIds.length > 1) this.summaries += 1;
    for (const messageId of messageIds) this.world.history.saw(at, { kind: 'attempted', messageId, user, form: sms.form, source: sms.source });
    if (this.isBusy || this.world.dice.chance(this.world.faults.smscRefuses)) {
      const retry = this.isBusy || this.world.dice.chance(500) ? 'later' as const : 'never' as const;
      return this.world.ingress(SmscRefused, { user, smsId, attempt, at, retry, reason: 'simulated' });
    }
    const silent = this.world.dice.chance(this.world.faults.smscSilent);
    for (const messageId of messageIds) this.world.history.saw(at, { kind: 'submitted', messageId, user, form: sms.form, attempt, known: !silent });
    if (silent) {
      this.unanswered.add(smsId);
      return this.world.ingress(SmscRefused, { user, smsId, attempt, at, retry: 'unknown', reason: 'no answer' });
    }
    this.queued.add(segmentOf(sms));
    if (this.keepsReceipts) this.kept.push(sms);
    const receipt = this.keepsReceipts ? Promise.resolve() : this.receipt(sms, this.outcome());
    await this.world.ingress(SmscAccepted, { user, smsId, attempt, at, segmentIds: [segmentOf(sms)], smsc: 'simulated' });
    return receipt;
  }

  /** Drops what it has not delivered, though not always. */
  async cancel(input: unknown): Promise<void> {
    const { user, smsId, attempt, segmentIds } = input as Cancellation;
    await this.world.steps.turn();
    const willing = !this.keepsTexts && !this.world.dice.chance(this.world.faults.smscRefuses);
    const dropped = willing && segmentIds.every((id) => this.queued.delete(id));
    await this.world.ingress(SmscCancelled, { user, smsId, attempt, at: this.world.now, outcome: dropped ? 'cancelled' : 'refused', reason: 'simulated' });
  }

  /** Says of everything that was kept back what became of it, and of a handset that did not take it why. */
  async release(state: ReceiptState, cause?: HandsetCause): Promise<void> {
    for (const sms of this.kept.splice(0)) await this.receipt(sms, { state, cause });
  }

  private outcome(): { state: ReceiptState; cause: HandsetCause | undefined } {
    const { dice, faults } = this.world;
    return dice.chance(faults.receiptFails) ? { state: 'UNDELIVERABLE', cause: CAUSES[dice.below(CAUSES.length)] } : { state: 'DELIVERED', cause: undefined };
  }

  private async receipt(sms: Submission, { state, cause }: { readonly state: ReceiptState; readonly cause: HandsetCause | undefined }): Promise<void> {
    await this.world.steps.turn();
    if (!this.queued.delete(segmentOf(sms))) return;
    const { user, smsId, attempt } = sms;
    const at = this.world.now;
    for (const messageId of await this.messagesOf(sms)) {
      const text = { messageId, user, form: sms.form };
      this.world.history.saw(at, state === 'DELIVERED' ? { kind: 'sms-received', ...text, source: sms.source } : { kind: 'sms-failed', ...text });
    }
    await this.world.ingress(SmscReceipt, { user, smsId, attempt, at, segmentId: segmentOf(sms), state, ...(cause !== undefined && { cause }) });
  }

  /** A summary of notifications stands for several messages. */
  private async messagesOf({ smsId, user }: Submission): Promise<readonly string[]> {
    const [stored] = await this.world.storeOf('sms-interworking-gateway').load('sms', [smsId]);
    const covered = (stored?.state as Sms | undefined)?.request?.covered;
    return covered?.map(({ messageId }) => messageId) ?? [smsId.slice(user.length + 1)];
  }
}

function segmentOf({ smsId, attempt }: Submission): string {
  return `${smsId}|${attempt}`;
}
