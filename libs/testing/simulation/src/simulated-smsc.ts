import { SmscAccepted, SmscCancelled, SmscReceipt, SmscRefused, type HandsetCause } from '@cpm/contracts-sms-interworking-gateway';
import type { Sms } from '@cpm/domain-sms-interworking-gateway';
import type { CpmAddress } from '@cpm/vocabulary';
import { USERS } from './cast.js';
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
    for (const messageId of messageIds) this.world.history.saw(at, { kind: 'attempted', messageId, user, form: sms.form, textId: smsId, source: sms.source });
    if (this.isBusy || this.world.dice.chance(this.world.faults.smscRefuses)) {
      const retry = this.isBusy || this.world.dice.chance(500) ? 'later' as const : 'never' as const;
      const screened = retry === 'never' && messageIds.length > 1 && this.world.dice.chance(500) ? { screened: [USERS[0] as CpmAddress] } : {};
      const wait = retry === 'later' && this.world.dice.chance(300) ? { retryAfterMs: 7_000, refused: [{ smsc: 'simulated', status: 88 }] } : {};
      return this.world.ingress(SmscRefused, { user, smsId, attempt, at, retry, reason: 'simulated', ...screened, ...wait });
    }
    const silent = this.world.dice.chance(this.world.faults.smscSilent);
    for (const messageId of messageIds) this.world.history.saw(at, { kind: 'submitted', messageId, user, form: sms.form, textId: smsId, attempt, known: !silent });
    if (silent) {
      this.unanswered.add(smsId);
      return this.world.ingress(SmscRefused, { user, smsId, attempt, at, retry: 'unknown', reason: 'no answer' });
    }
    for (const segment of this.segmentsOf(sms)) this.queued.add(segment);
    if (this.keepsReceipts) this.kept.push(sms);
    const receipt = this.keepsReceipts ? Promise.resolve() : this.receipt(sms, this.outcome());
    await this.world.ingress(SmscAccepted, { user, smsId, attempt, at, segmentIds: this.segmentsOf(sms), smsc: 'simulated', ...(this.world.dice.chance(200) && { source: { ton: 1, npi: 1, address: '4917' } }) });
    return receipt;
  }

  /** Drops what it has not delivered, though not always. */
  async cancel(input: unknown): Promise<void> {
    const { user, smsId, attempt, segmentIds } = input as Cancellation;
    await this.world.steps.turn();
    const willing = !this.keepsTexts && !this.world.dice.chance(this.world.faults.smscRefuses);
    const dropped = willing ? segmentIds.filter((id) => this.queued.delete(id)) : [];
    const isPart = dropped.length > 0 && dropped.length < segmentIds.length;
    await this.world.ingress(SmscCancelled, { user, smsId, attempt, at: this.world.now, outcome: dropped.length > 0 ? 'cancelled' : 'refused', reason: 'simulated', ...(isPart && { dropped }) });
  }

  /** Says of everything that was kept back what became of it, and of a handset that did not take it why. */
  async release(state: ReceiptState, cause?: HandsetCause): Promise<void> {
    for (const sms of this.kept.splice(0)) await this.receipt(sms, { state, cause });
  }

  private outcome(): { state: ReceiptState; cause: HandsetCause | undefined } {
    const { dice, faults } = this.world;
    return dice.chance(faults.receiptFails) ? { state: 'UNDELIVERABLE', cause: CAUSES[dice.below(CAUSES.length)] } : { state: 'DELIVERED', cause: undefined };
  }

  /** One for each segment; the handset has the text when it has all of them. */
  private async receipt(sms: Submission, { state, cause }: { readonly state: ReceiptState; readonly cause: HandsetCause | undefined }): Promise<void> {
    const segments = this.segmentsOf(sms);
    for (const [place, segmentId] of segments.entries()) {
      await this.world.steps.turn();
      if (!this.queued.delete(segmentId)) return;
      const { user, smsId, attempt } = sms;
      const at = this.world.now;
      if (place === segments.length - 1) await this.tell(sms, state, at);
      const how = this.world.dice.chance(200) ? { segments: segments.length, doneAt: at - 1_000, error: '001' } : {};
      await this.world.ingress(SmscReceipt, { user, smsId, attempt, at, segmentId, state, ...(cause !== undefined && { cause }), ...how });
    }
  }

  private async tell(sms: Submission, state: ReceiptState, at: number): Promise<void> {
    for (const messageId of await this.messagesOf(sms)) {
      const text = { messageId, user: sms.user, form: sms.form };
      this.world.history.saw(at, state === 'DELIVERED' ? { kind: 'sms-received', ...text, source: sms.source } : { kind: 'sms-failed', ...text });
    }
  }

  /** Some texts need two. */
  private segmentsOf({ smsId, attempt, text }: Submission): string[] {
    const segment = `${smsId}|${attempt}`;
    return text.length > 160 || smsId.endsWith('2') ? [segment, `${segment}|2`] : [segment];
  }

  /** A summary of notifications stands for several messages. */
  private async messagesOf({ smsId, user }: Submission): Promise<readonly string[]> {
    const [stored] = await this.world.storeOf('sms-interworking-gateway').load('sms', [smsId]);
    const covered = (stored?.state as Sms | undefined)?.request?.covered;
    return covered?.map(({ messageId }) => messageId) ?? [smsId.slice(user.length + 1)];
  }
}
