import { step, type Clock } from '@cpm/runtime-ports';
import { SmppOutcomeUnknownError, SmppStatusError, type SmppText, type SubmitSm, type SubmitSmResult } from '@cpm/smpp';
import { msisdnOf } from '@cpm/vocabulary';
import type { OutcomeProof } from './outcome-proof.js';
import { RefusalTally, verdictOn, type Refusal, type Verdict } from './refusal.js';
import { segmentsOf, type SegmentChanges } from './segments.js';
import type { SegmentReference } from './sms-references.js';
import type { SmsSubmission } from './sms-submission.js';
import type { Smsc } from './smsc-link.js';
import type { SmscRouter } from './smsc-router.js';

export interface Dispatched {
  readonly sms: SmsSubmission;
  /** Called with each segment that an SMSC accepted, in order; the next one waits for it. */
  readonly accepted: (smsc: Smsc, segment: AcceptedSegment) => Promise<void>;
}

export interface AcceptedSegment {
  readonly messageId: string;
  readonly source: SubmitSm['source'];
  /** How many the text has. */
  readonly segments: number;
}

export interface DispatchParts {
  readonly router: SmscRouter<Smsc>;
  readonly clock: Clock;
  readonly proof: OutcomeProof;
  /** Only another configuration lets the text leave. */
  readonly misconfigured: (reason: string) => void;
}

interface Submitted {
  readonly smsc: Smsc;
  /** What a receipt is about that comes without a response. */
  readonly reference: SegmentReference | undefined;
  readonly text: SmppText;
  readonly segment: SubmitSm;
  readonly beginBy: number;
}

/** Finds an SMSC that takes a text; all its segments go to one SMSC over one bind, in order. */
export class SmscDispatch {
  constructor(private readonly parts: DispatchParts) {}

  /**
   * Undefined when every segment was accepted. Another SMSC is tried only while it is certain that none has any of it.
   * @throws what the text or its addresses cannot be submitted for
   */
  async submit({ sms, accepted }: Dispatched): Promise<Refusal | undefined> {
    const msisdn = msisdnOf(sms.user);
    if (msisdn === undefined) return { retry: 'never', reason: 'the recipient has no telephone number' };
    const { router } = this.parts;
    const ways = router.waysTo(msisdn);
    if (ways.length === 0) return this.#withoutWay();
    const tally = new RefusalTally(sms.refusedBy);
    const excluded = new Set(ways.filter((smsc) => tally.isExhausted(smsc)).map(({ settings }) => settings.id));
    let reason = 'no SMSC is available';
    for (let smsc = router.choose(msisdn, excluded); smsc; smsc = router.choose(msisdn, excluded)) {
      const verdict = await this.#submitTo(smsc, { sms, accepted, tally });
      if (verdict === undefined) return undefined;
      if (verdict.retry !== 'elsewhere') return verdict;
      excluded.add(smsc.settings.id);
      ({ reason } = verdict);
    }
    const isOver = ways.every((smsc) => tally.isExhausted(smsc));
    return { retry: isOver ? 'never' : 'later', reason, refused: tally.now };
  }

  /** The operator repairs his configuration, and what waited for that leaves. */
  #withoutWay(): Refusal {
    const reason = 'no SMSC has a route to the number';
    this.parts.misconfigured(reason);
    return { retry: 'later', reason };
  }

  async #submitTo(smsc: Smsc, { sms, accepted, tally }: Dispatched & { readonly tally: RefusalTally }): Promise<Verdict | undefined> {
    const acceptedIds: string[] = [];
    let changes: SegmentChanges = {};
    for (;;) {
      const text = smsc.leastBusyBind()?.begin();
      if (!text) return { retry: 'elsewhere', reason: `no bind to ${smsc.settings.id}` };
      try {
        const segments = segmentsOf(sms, this.parts.clock.now(), { ...smsc.settings, ...changes });
        for (const segment of segments) {
          const reference = segment === segments.at(-1) ? unanswered(sms, acceptedIds) : undefined;
          const { messageId } = await this.#submitProven({ smsc, reference, text, segment, beginBy: sms.beginBy });
          acceptedIds.push(messageId);
          await accepted(smsc, { messageId, source: segment.source, segments: segments.length });
        }
        return undefined;
      } catch (error) {
        const acceptedSegments = acceptedIds.length;
        const repaired = acceptedSegments === 0 ? repairedAfter(error, smsc, changes) : undefined;
        if (!repaired) return verdictOn(error, { smsc: smsc.settings.id, tally, acceptedSegments });
        changes = repaired;
      } finally {
        text.end();
      }
    }
  }

  async #submitProven({ smsc, reference, ...submitted }: Submitted): Promise<SubmitSmResult> {
    const since = this.parts.clock.now();
    const attributes = { 'network.protocol.name': 'smpp', 'cpm.smsc': smsc.settings.id };
    try {
      return await step('submit_sm', () => ({ kind: 'CLIENT', service: 'sms-interworking-gateway', attributes }), () => this.#submitThrottled(submitted));
    } catch (error) {
      if (!(error instanceof SmppOutcomeUnknownError)) throw error;
      return await this.parts.proof.await(smsc.settings.id, { segment: submitted.segment, since, reference }, error);
    }
  }

  /** A throttled segment takes its place in the line again, where it waits for the end of the pause. */
  async #submitThrottled({ text, segment, beginBy }: Omit<Submitted, 'smsc' | 'reference'>): Promise<SubmitSmResult> {
    for (;;) {
      try {
        return await text.submit(segment, () => this.parts.clock.now() <= beginBy);
      } catch (error) {
        if (!(error instanceof SmppStatusError) || error.kind !== 'throttled') throw error;
      }
    }
  }
}

/** The last segment, should its response be missing. */
function unanswered({ user, smsId, attempt }: SmsSubmission, acceptedBefore: readonly string[]): SegmentReference {
  return { user, smsId, attempt, segmentId: '', acceptedBefore: [...acceptedBefore] };
}

/** What is to be changed for one more try at once; undefined where nothing is, or it was changed already. */
function repairedAfter(error: unknown, { settings }: Smsc, changes: SegmentChanges): SegmentChanges | undefined {
  const repair = error instanceof SmppStatusError ? error.statusClass.repair : undefined;
  if (repair === 'default-sender' && settings.senderFallback && !changes.defaultSender) return { ...changes, defaultSender: true };
  return repair === 'without-tlvs' && !changes.withoutTlvs ? { ...changes, withoutTlvs: true } : undefined;
}
