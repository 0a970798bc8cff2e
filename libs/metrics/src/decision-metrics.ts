import { counter } from './definition.js';

const state = ['AVAILABLE', 'UNAVAILABLE', 'UNKNOWN', 'SUSPECT'] as const;

/** What decisions count. A batch that is decided again after its write was refused counts once. */
export const DECISION_METRICS = {
  cpm_legs_total: counter('Moves of delivery legs by the form in which content goes to the device and why', {
    role: ['primary', 'secondary'],
    form: ['FULL', 'NOTIFY', 'SMS', 'UCN', 'DEFER', 'HOLD', 'SKIP'],
    reason: [
      'planned',
      'in-session', 'invitation-pending', 'not-in-session', 'active-elsewhere', 'session-declined',
      'auto-accepted', 'accepted', 'accepted-elsewhere', 'rejected-elsewhere', 'rejected', 'interrupted', 'completed', 'device-failed', 'cancelled-by-sender',
      'ip-available', 'too-large', 'content-type', 'preference',
      'capability', 'policy-target', 'device-removed', 'subscriber-removed',
      'no-ip', 'no-access', 'ip-lost', 'ip-preference', 'trying-cpm', 'quiet-hours', 'immediate-delivery-off', 'ucn-disabled', 'primary-changed',
      'text-fits-sms', 'not-text', 'text-too-long', 'text-not-sendable', 'sms-interworking-off',
      'sms-submitted', 'sms-delivered', 'sms-failed', 'sms-unknown', 'sms-expired', 'sms-cancelled',
      'ucn-submitted', 'ucn-delivered', 'ucn-failed', 'ucn-unknown', 'ucn-expired', 'ucn-cancelled',
      'push-timeout', 'acknowledged', 'displayed', 'expired', 'revoked',
    ],
  }),
  cpm_messages_offered_total: counter('Messages for one recipient, by whether he is there', { outcome: ['accepted', 'unreachable'] }),
  cpm_reports_total: counter('Disposition reports by what became of them on the way to the sender', {
    status: ['delivered', 'displayed', 'failed', 'interworked', 'stored'],
    outcome: ['released', 'not-requested', 'already-reported', 'not-permitted', 'negative-after-positive', 'positive-after-negative', 'superseded'],
  }),
  cpm_access_changes_total: counter('Changes of what is held of the access of a device, by what it is now', { ip: state, cs: state }),
  cpm_access_evidence_total: counter('Evidence of access by its source and what became of it', {
    source: ['connection', 'reginfo', 'nhss-ee', 'nhss-ims-sdm', 'nudm-ee', 't8', 'camara', 'smpp-receipt', 'smpp-alert', 'other'],
    fate: ['recorded', 'older'],
  }),
  cpm_access_evidence_ended_total: counter('Changes of access because nobody stood by a word any more: its time was over, or its source was silent. A Primary that then waits for IP is not counted', { reason: ['evidence-expired', 'source-silent'] }),
  cpm_store_objects_total: counter('Objects that boxes took in', { kind: ['message', 'report', 'session', 'created'] }),
  cpm_store_changes_total: counter('Objects of boxes that were changed or removed'),
} as const;
