import { SmscAccepted, SmscRefused } from '@cpm/contracts-sms-interworking-gateway';
import type { Retry } from '@cpm/domain-sms-interworking-gateway';
import type { Clock, Ingress } from '@cpm/runtime-ports';
import { fillUcnTemplate } from '@cpm/sms-text';
import { SmppNotBoundError, type SubmitSm } from '@cpm/smpp';
import type { Receipts } from './receipts.js';
import { RefusalTally, verdictOn, type Refusal } from './refusal.js';
import type { RunningEffects } from './running-effects.js';
import type { Screening } from './screening.js';
import type { SegmentReference } from './sms-references.js';
import { smsSubmission, type SmsSubmission } from './sms-submission.js';
import type { SmscDispatch } from './smsc-dispatch.js';
import type { SmscSettings } from './smsc-settings.js';
import type { UcnLinks } from './ucn-links.js';

/** Texts under way, whatever they wait for: screening and links as well as the lines of all binds. */
const MAX_UNDER_WAY = 50_000;
const TOO_MANY_WAIT_MS = 30_000;

export type SubmissionFate = 'accepted' | Retry;

export interface SubmitterParts {
  readonly dispatch: SmscDispatch;
  readonly receipts: Receipts;
  readonly links: UcnLinks;
  readonly screening: Screening;
  readonly ingress: Ingress;
  readonly clock: Clock;
  readonly effects: RunningEffects;
  readonly done: (fate: SubmissionFate, mayRepeat: boolean) => void;
}

/** What an SMSC has accepted so far. */
interface Accepted {
  smsc: SmscSettings | undefined;
  source: SubmitSm['source'] | undefined;
  readonly references: SegmentReference[];
}

/** Submits texts, segment by segment, and tells the log what became of each. */
export class SmsSubmitter {
  constructor(private readonly parts: SubmitterParts) {}

  /** The handler of the effect `submit-sms`: begins and does not wait. */
  readonly submit = (inputs: readonly unknown[]): void => {
    for (const input of inputs) this.parts.effects.begin(() => this.#submit(smsSubmission.parse(input)));
  };

  async #submit(sms: SmsSubmission): Promise<void> {
    const { ingress, clock, effects, receipts, done } = this.parts;
    const { user, smsId, attempt } = sms;
    const accepted: Accepted = { smsc: undefined, source: undefined, references: [] };
    const refusal = this.#tooLate(sms) ?? this.#tooMany() ?? (await this.#screened(sms)) ?? (await this.#dispatch(sms, accepted));
    const { smsc, source, references } = accepted;
    const at = clock.now();
    const segmentIds = references.map(({ segmentId }) => segmentId);
    if (refusal) await effects.tell(() => ingress.publish(SmscRefused, { user, smsId, attempt, at, ...refusal }));
    else await effects.tell(() => ingress.publish(SmscAccepted, { user, smsId, attempt, at, segmentIds, ...(smsc && { smsc: smsc.id }), ...(source && { source }) }));
    done(refusal?.retry ?? 'accepted', sms.mayRepeat);
    if (smsc) for (const reference of references) await effects.tell(() => receipts.joinParked(smsc, reference));
  }

  /** The log may have come to the text late. It waits for this answer, so nothing that may take long comes before it. */
  #tooLate({ beginBy }: SmsSubmission): Refusal | undefined {
    return this.parts.clock.now() > beginBy ? { retry: 'later', reason: new SmppNotBoundError('overdue').message } : undefined;
  }

  #tooMany(): Refusal | undefined {
    const isFull = this.parts.effects.count > MAX_UNDER_WAY;
    return isFull ? { retry: 'later', reason: 'too many texts wait for their turn', retryAfterMs: TOO_MANY_WAIT_MS } : undefined;
  }

  /** A text that tells of several leaves only if it might for each of them. */
  async #screened({ senders, ...sms }: SmsSubmission): Promise<Refusal | undefined> {
    const verdicts = await Promise.all((senders ?? [sms.sender]).map(async (sender) => ({ sender, verdict: await this.parts.screening.verdictOn({ ...sms, sender }) })));
    const refused = verdicts.flatMap(({ sender, verdict }) => (verdict ? [{ sender, verdict }] : []));
    const open = refused.find(({ verdict }) => verdict.retry !== 'never') ?? refused[0];
    return open && { ...open.verdict, ...(senders && open.verdict.retry === 'never' && { screened: refused.map(({ sender }) => sender) }) };
  }

  /** Undefined when every segment was accepted; `accepted` grows with each. */
  async #dispatch(sms: SmsSubmission, accepted: Accepted): Promise<Refusal | undefined> {
    const { dispatch, receipts, effects } = this.parts;
    const { user, smsId, attempt } = sms;
    try {
      const text = await this.#textOf(sms);
      return await dispatch.submit({
        sms: { ...sms, text },
        accepted: async ({ settings }, { messageId: segmentId, source, segments }) => {
          const reference = { user, smsId, attempt, segmentId, segments };
          accepted.smsc = settings;
          accepted.source = source;
          accepted.references.push(reference);
          if (segmentId !== '') await effects.tell(() => receipts.accepted(settings, reference));
        },
      });
    } catch (error) {
      const { retry, reason } = verdictOn(error, { smsc: '', tally: new RefusalTally([]), acceptedSegments: 0 });
      return { retry: retry === 'elsewhere' ? 'later' : retry, reason };
    }
  }

  /** The link is kept before its URL leaves, so that nobody can come before it. */
  async #textOf({ user, text, link, expiresAt }: SmsSubmission): Promise<string> {
    if (!link) return text;
    return fillUcnTemplate(text, { url: await this.parts.links.urlOf({ user, expiresAt, ...link }) });
  }
}
