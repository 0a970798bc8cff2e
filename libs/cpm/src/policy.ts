import { faultsOfUcnSummaryTemplate, faultsOfUcnTemplate, NATIONAL_LANGUAGES } from '@cpm/sms-text';
import { z } from 'zod';
import { networkMonitoring } from './access.js';

/** The UCN text when the operator has set none; `{url}` is left out where `ucn.includeUrl` is off. */
export const DEFAULT_UCN_TEXT = {
  en: 'You received {type} from {sender} ({ref}). It will arrive when your phone has data. {url}',
  de: 'Sie haben {type} von {sender} erhalten ({ref}). Der Inhalt folgt, sobald Ihr Telefon Daten hat. {url}',
  fr: 'Vous avez un message ({type}) de {sender} ({ref}). Il arrivera avec la connexion de donnees. {url}',
} as const;

/** The text for several contents at once when the operator has set none; `{url}` stays empty in it. */
export const DEFAULT_UCN_SUMMARY_TEXT = {
  en: '{count} more {type} from {sender} wait for you ({ref}). They will arrive when your phone has data.',
  de: '{count} weitere {type} von {sender} warten auf Sie ({ref}). Sie folgen, sobald Ihr Telefon Daten hat.',
  fr: '{count} autres {type} de {sender} vous attendent ({ref}). Ils arriveront avec la connexion de donnees.',
} as const;

const language = z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/);
const LONGEST_TEMPLATE = 320;
/** A text that can be sent whatever its placeholders stand for. */
const template = (faultsOf: (text: string) => readonly string[]) => z.string().min(1).max(LONGEST_TEMPLATE).superRefine((text, context) => {
  // Asked for a longer one, too: what it is filled into could exhaust the stack.
  if (text.length > LONGEST_TEMPLATE) return;
  for (const message of faultsOf(text)) context.addIssue({ code: 'custom', message });
});

/** The operator's notification texts by language tag. */
export const ucnTexts = z.record(language, template(faultsOfUcnTemplate));
/** As `ucnTexts`, for what tells of several messages. */
export const ucnSummaryTexts = z.record(language, template(faultsOfUcnSummaryTemplate));

const msisdn = z.string().regex(/^[1-9]\d{6,14}$/, 'must be an MSISDN: 7 to 15 digits without +');

/** +49 176 040690 00 to 19: numbers that the German regulator keeps for fiction, so that nobody owns what an operator did not set. */
const DRAMA_NUMBERS = Array.from({ length: 20 }, (_, at) => `4917604069${String(at).padStart(3, '0')}`);

/** Words that count when a text consists of nothing else, in any case; an empty list turns them off. */
const words = (...fallback: readonly string[]) => z.array(z.string().trim().min(1).max(20)).max(50).default([...fallback]);

const flag = (fallback: boolean) => z.boolean().default(fallback);

/**
 * The service provider's policy. Durations in the unit their name ends with.
 * Defaults are the project's; an operator changes any of them at run time, versions are kept.
 */
export const policy = z.strictObject({
  'primary.immediateDelivery': flag(true),
  'sms.interworking': flag(true),
  'sms.maxSegments': z.number().int().min(1).max(255).default(10),
  /** Languages whose national GSM tables may save short messages; none by default, because many SMSCs and handsets lose the header that names them. */
  'sms.nationalLanguages': z.array(z.enum(NATIONAL_LANGUAGES)).max(NATIONAL_LANGUAGES.length).default([]),
  /** After an unknown submission outcome: may the text be submitted once more (possible duplicate) or not (possible loss). */
  'sms.onUnknownOutcome': z.enum(['retry-once', 'drop']).default('retry-once'),
  'ucn.enabled': flag(true),
  'ucn.includeUrl': flag(false),
  /** How often the link of a notification shows its message. */
  'ucn.linkMaxUses': z.number().int().min(1).max(100).default(5),
  'ucn.text': ucnTexts.default({ ...DEFAULT_UCN_TEXT }),
  /** For what is told together within `ucn.aggregateWindowSec`. */
  'ucn.summaryText': ucnSummaryTexts.default({ ...DEFAULT_UCN_SUMMARY_TEXT }),
  'ucn.creditOn': z.enum(['STATUS_REPORT', 'SMSC_ACK']).default('STATUS_REPORT'),
  /** How long after a notification further ones to the same phone are collected, to be told by one summary; 0: each leaves at once. */
  'ucn.aggregateWindowSec': z.number().int().min(0).max(3600).default(0),
  'ip.preferenceSec': z.number().min(0).max(600).default(15),
  /** Whether a radio report that the Primary has data counts as IP, without any registration. That it has none counts anyway, where no registration lives. */
  'ip.trustRadioHints': flag(false),
  /** A source that says nothing of an access for so long is believed no more, unless it said itself for how long; 0: it is believed for ever. */
  'access.staleAfterSec': z.number().min(0).max(30 * 86_400).default(6 * 3600),
  /** Access that comes and goes within it is flapping: after a wait for IP in vain CS starts no other, and losses of IP share one. */
  'access.flappingSec': z.number().min(0).max(3600).default(60),
  /** What the operator's SCEF or NEF is asked to tell of each Primary (3GPP T8); none: it is asked nothing. */
  'access.t8.subscriptions': z.array(networkMonitoring).max(3).default([]),
  'ip.pushTimeoutSec': z.number().min(0.1).max(120).default(10),
  'deferred.ttlSec': z.number().int().min(1).max(30 * 86_400).default(3 * 86_400),
  'reports.copyToOtherDevices': z.enum(['none', 'all']).default('all'),
  'device.maxSecondaries': z.number().int().min(0).max(64).default(9),
  'fork.targets': z.enum(['all', 'primary', 'secondaries']).default('all'),
  /** What counts as the user's response that ends auto-answered legs on his other devices. */
  'autoAnswer.responseTrigger': z.enum(['MESSAGE', 'COMPOSING']).default('MESSAGE'),
  /** Whether the Primary without IP gets texts of a session that its user answered on another device. */
  'primary.smsDuringActiveSession': flag(false),
  /** How long an invitation rings. */
  'session.inviteTtlSec': z.number().min(1).max(86_400).default(180),
  /** A session without a message for so long is closed. */
  'session.inactivitySec': z.number().min(1).max(30 * 86_400).default(300),
  /** Participants of a group session, its creator included. */
  'group.maxParticipants': z.number().int().min(3).max(256).default(256),
  /** How long a file whose transfer broke off waits for the device that accepted it. */
  'ft.resumeWindowSec': z.number().min(1).max(86_400).default(300),
  /** Numbers of the gateway from which texts of group sessions are sent, so that an answer finds its session. */
  'sms.leasedNumbers': z.array(msisdn).max(10_000).default([...DRAMA_NUMBERS]),
  /** A phone that answers one of these gets no SMS any more from that session or sender; the first list below: from nobody; the second undoes both. */
  'sms.stopWords': words('STOP', 'UNSUBSCRIBE'),
  'sms.stopAllWords': words('STOPALL'),
  'sms.startWords': words('START', 'UNSTOP'),
  /** How long a stored object is kept; 0: until somebody removes it. */
  'store.retentionDays': z.number().int().min(0).max(36_500).default(0),
  /** How long a removed object is remembered, for devices that were away; one that comes back later searches all again. */
  'store.tombstoneDays': z.number().int().min(1).max(3_650).default(30),
  /** How old and how large what devices keep in step may be, whatever their users want; 0: any. All of it stays in the store. */
  'store.syncMaxAgeDays': z.number().int().min(0).max(36_500).default(0),
  'store.syncMaxBytes': z.number().int().min(0).default(0),
  /** Of one box. Above it the oldest objects go, and devices can add none. */
  'store.maxObjects': z.number().int().min(1).default(5_000_000),
  'store.maxBytes': z.number().int().min(1).default(100 * 2 ** 30),
});
export type Policy = z.infer<typeof policy>;

export const DEFAULT_POLICY: Policy = policy.parse({});
