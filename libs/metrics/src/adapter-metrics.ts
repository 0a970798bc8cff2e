import { counter, gauge, histogram } from './definition.js';

const smsc = { of: 'the SMSCs of the configuration', atMost: 16 } as const;
/** Values of command_status that are told apart; an SMSC may say any of four billion. */
export const STATUSES_TOLD_APART = 32;
const circuit = '0 closed, 1 half open, 2 open';

/** Of the talk with SMSCs. */
export const SMS_METRICS = {
  cpm_smpp_bound: gauge('1 while the bind to the SMSC is there', { smsc, bind: { of: 'the numbers of the binds to one SMSC', atMost: 16 } }),
  cpm_smpp_circuit_state: gauge(circuit, { smsc }),
  cpm_smpp_circuit_events_total: counter('What the circuit breaker saw', { smsc, event: ['success', 'failure', 'reject', 'open'] }),
  cpm_smpp_submit_seconds: histogram('From submit_sm to its response', [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10], { smsc }),
  cpm_smpp_submit_responses_total: counter('submit_sm by command_status; none: no answer came; other: a value beyond the first that were seen', { smsc, status: { of: 'the first values of command_status that were seen, none and other', atMost: STATUSES_TOLD_APART + 2 } }),
  cpm_smpp_pauses_total: counter('Pauses of a bind that its SMSC asked for', { smsc, reason: ['throttled', 'congested', 'queue-full'] }),
  cpm_smpp_window_used: gauge('Submissions that are not answered', { smsc }),
  cpm_smpp_waiting: gauge('Submissions that wait for the window, the rate or the end of a pause', { smsc }),
  cpm_sms_submissions_total: counter('Texts by what the SMSC made of them', { outcome: ['accepted', 'later', 'never', 'unknown'] }),
  cpm_sms_possible_duplicates_total: counter('Texts accepted after an earlier submission of unknown outcome'),
  cpm_sms_receipts_total: counter('Delivery receipts by what became of them', { fate: ['reported', 'parked', 'unreadable'] }),
  cpm_sms_inbound_total: counter('Short messages of handsets by what became of them', { fate: ['logged', 'put-aside'] }),
  cpm_sms_cancellations_total: counter('Submitted texts that the SMSC was asked to drop, by what it said', { outcome: ['cancelled', 'refused'] }),
  cpm_sms_screenings_total: counter('Texts by what the screening service said of them', { fate: ['allowed', 'refused', 'unanswered'] }),
} as const;

/** Of the talk with the network's SCEF or NEF. */
export const T8_METRICS = {
  cpm_t8_requests_total: counter('Requests for subscriptions at the SCEF or NEF by what became of them', {
    operation: ['create', 'renew', 'delete'], outcome: ['confirmed', 'reported', 'deleted', 'gone', 'later', 'never'],
  }),
  cpm_t8_notifications_total: counter('Notifications to callback URLs by what they said', {
    monitoring: ['UE_REACHABILITY_FOR_SMS', 'UE_REACHABILITY_FOR_DATA', 'LOSS_OF_CONNECTIVITY'], fate: ['reported', 'ended', 'stray'],
  }),
  cpm_t8_circuit_state: gauge(circuit),
} as const;

/** Of devices: their streams, their files, and the lists of changes for subscribers of boxes. */
export const DEVICE_METRICS = {
  cpm_stream_connections: gauge('Devices that are connected to this edge'),
  cpm_stream_opened_total: counter('Device streams that were opened'),
  cpm_stream_refused_total: counter('Device streams that were not opened, by whose fault that was', { fault: ['client', 'edge'] }),
  cpm_uploads_total: counter('Uploads that came whole: clean, or refused by the scanner for malware', { outcome: ['whole', 'refused'] }),
  cpm_upload_bytes_total: counter('Bytes of files that were taken in'),
  cpm_file_transfers_total: counter('Fetches of files that devices accepted, by how far they got', { progress: ['started', 'completed', 'interrupted'] }),
  cpm_nms_lists_total: counter('Lists of changes for subscribers by what became of them', { outcome: ['taken', 'empty', 'failed'] }),
} as const;
