import type { JourneyEntry } from './journey-text.js';

/** Decisions that scenarios look for in a journey, by form and reason: those are closed lists, the words beside them are not. */
type Recognise = (entry: JourneyEntry) => boolean;

export const isDeferred: Recognise = ({ form, reason }) => form === 'DEFER' && reason === 'no-access';
export const isHeldForIp: Recognise = ({ form, reason }) => form === 'HOLD' && reason === 'ip-preference';
export const isHandedOverAsSms: Recognise = ({ service, form, reason }) => service === 'routing' && form === 'SMS' && reason === 'text-fits-sms';
export const isDeliveredNotification: Recognise = ({ service, reason }) => service === 'routing' && reason === 'ucn-delivered';

const isReport = (word: string): Recognise => ({ service, step }) => service === 'report-aggregation' && step.startsWith(`report "delivered" ${word}`);

export const isReleasedReport = isReport('released');
/** A second proof of delivery that the sender is not told of. */
export const isSuppressedReport: Recognise = (entry) => isReport('suppressed')(entry) && entry.reason === 'already-reported';
