import { count, type Count } from '@cpm/metrics';
import { classOf, requestFor, type DispositionClass, type DispositionStatus, type Instant } from '@cpm/vocabulary';
import { defineAggregate, publish, type Decider, type JourneyEntry } from '@cpm/runtime-decider';
import { ReportReleased, type DispositionEvidence } from '@cpm/contracts-report-aggregation';

/** `now` is the log's time: how long the ledger is kept does not depend on what devices claim. */
export interface RecordEvidence {
  readonly evidence: DispositionEvidence;
  readonly now: Instant;
}

type Item = DispositionEvidence['items'][number];

export type SuppressionReason =
  | 'not-requested'
  | 'already-reported'
  | 'not-permitted'
  | 'negative-after-positive'
  | 'positive-after-negative'
  | 'superseded';

export type LedgerEvent =
  | {
      readonly type: 'ReportReleased';
      readonly report: ReportReleased;
      readonly item: Item;
      /** A display proves the delivery that nobody had reported yet. */
      readonly proof: 'reported' | 'implied-by-display';
      readonly now: Instant;
    }
  | { readonly type: 'ReportSuppressed'; readonly reason: SuppressionReason; readonly item: Item; readonly now: Instant };

/** For one message and one recipient: what the sender was told, and what he must not be told any more. */
export interface ReportLedger {
  readonly released: Readonly<Partial<Record<DispositionClass, DispositionStatus>>>;
  /** Statuses that the recipient's privacy held back: they stay untold whatever he allows later. */
  readonly withheld: readonly DispositionStatus[];
  /** Whether any device has it, told or not: a negative report would then be a lie. */
  readonly reached: boolean;
  readonly lastEvidenceAt: Instant;
}

const initial: ReportLedger = { released: {}, withheld: [], reached: false, lastEvidenceAt: 0 };

/**
 * CPM-MLD-004, CPM-MLD-005, CPM-MLD-024, CPM-MLD-025, CPM-MLD-030: the first report of a class leaves, later ones do not.
 * Returns why a status stays untold; undefined releases it.
 */
function suppressionOf(
  { status, permitted }: Pick<Item, 'status' | 'permitted'>,
  requested: DispositionEvidence['requested'],
  { released, reached, withheld }: ReportLedger,
): SuppressionReason | undefined {
  if (!requested.includes(requestFor(status))) return 'not-requested';
  const told = released[classOf(status)];
  if (status === 'failed' && (reached || told === 'delivered')) return 'negative-after-positive';
  if (status === 'delivered' && told === 'failed') return 'positive-after-negative';
  if (told) return 'already-reported';
  if (classOf(status) === 'interworking' && (reached || released.delivery)) return 'superseded';
  if (!permitted || withheld.includes(status)) return 'not-permitted';
  return undefined;
}

function decideItem(item: Item, { evidence, now }: RecordEvidence, ledger: ReportLedger): LedgerEvent {
  const reason = suppressionOf(item, evidence.requested, ledger);
  if (reason) return { type: 'ReportSuppressed', reason, item, now };
  return { type: 'ReportReleased', report: reportOf(evidence, item.status, item.at), item, proof: 'reported', now };
}

/** What a display tells of delivery: permitted whatever the privacy of reading, and silent when it is nothing new. */
function impliedDelivery(item: Item, { evidence, now }: RecordEvidence, ledger: ReportLedger): LedgerEvent | undefined {
  if (item.status !== 'displayed') return undefined;
  if (suppressionOf({ status: 'delivered', permitted: true }, evidence.requested, ledger)) return undefined;
  return { type: 'ReportReleased', report: reportOf(evidence, 'delivered', item.at), item, proof: 'implied-by-display', now };
}

function reportOf(evidence: DispositionEvidence, status: DispositionStatus, at: Instant): ReportReleased {
  const { messageId, sender, recipient, originDevice, service } = evidence;
  return { reportId: `${messageId}|${recipient}|${classOf(status)}`, messageId, sender, recipient, originDevice, service, status, at };
}

export const reportLedger: Decider<RecordEvidence, ReportLedger, LedgerEvent> = {
  initial,
  decide: (command, state) => {
    const events: LedgerEvent[] = [];
    let ledger = state;
    const record = (event: LedgerEvent | undefined) => {
      if (!event) return;
      events.push(event);
      ledger = reportLedger.evolve(ledger, event);
    };
    for (const item of command.evidence.items) {
      record(impliedDelivery(item, command, ledger));
      record(decideItem(item, command, ledger));
    }
    return events;
  },
  evolve: (ledger, event) => {
    const { status } = event.item;
    const reached = ledger.reached || status === 'delivered' || status === 'displayed';
    const lastEvidenceAt = Math.max(ledger.lastEvidenceAt, event.now);
    if (event.type === 'ReportReleased') {
      const told = event.report.status;
      return { ...ledger, released: { ...ledger.released, [classOf(told)]: told }, reached, lastEvidenceAt };
    }
    const withheld = event.reason === 'not-permitted' && !ledger.withheld.includes(status) ? [...ledger.withheld, status] : ledger.withheld;
    return { ...ledger, withheld, reached, lastEvidenceAt };
  },
};

/** A message lives 30 days at most; evidence can be a little later. */
const KEPT_MS = 35 * 86_400_000;

/** Of a recipient and a message. Message ids are unique per sender only: a refused namesake has a ledger of its own, or whoever guesses an id could silence its reports. */
export function ledgerId({ recipient, messageId, sender, refused }: Pick<DispositionEvidence, 'recipient' | 'messageId' | 'sender' | 'refused'>): string {
  return [recipient, messageId, ...(refused ? [sender] : [])].join('|');
}

function journalOf(event: LedgerEvent): JourneyEntry {
  const { item } = event;
  const at = { at: event.now, form: item.via, ...(item.device && { device: item.device }) };
  if (event.type === 'ReportSuppressed') return { ...at, step: `report "${item.status}" suppressed`, reason: event.reason };
  const step = `report "${event.report.status}" released to the sender`;
  return event.proof === 'reported' ? { ...at, step } : { ...at, step, reason: event.proof };
}

function countsOf(event: LedgerEvent): readonly Count[] {
  if (event.type === 'ReportReleased') return [count('cpm_reports_total', { status: event.report.status, outcome: 'released' })];
  return [count('cpm_reports_total', { status: event.item.status, outcome: event.reason })];
}

export const ledger = defineAggregate<RecordEvidence, ReportLedger, LedgerEvent>({
  name: 'ledger',
  decider: reportLedger,
  react: (event) => (event.type === 'ReportReleased' ? [publish(ReportReleased, event.report)] : []),
  ownerOf: (id) => id.slice(0, id.indexOf('|')),
  messageOf: (id) => id.split('|')[1] as string,
  isOfOneMessage: true,
  journalOf,
  countsOf,
  removableAt: ({ lastEvidenceAt }) => (lastEvidenceAt > 0 ? lastEvidenceAt + KEPT_MS : undefined),
});
