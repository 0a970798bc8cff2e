import { counter, gauge, histogram } from './definition.js';

const service = ['device-registry', 'access-awareness', 'routing', 'sms-interworking-gateway', 'report-aggregation', 'message-store-sync', 'client-edge'] as const;
const SHORT_SEC = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];
const LONG_SEC = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** Of the runtime that all services share. */
export const RUNTIME_METRICS = {
  cpm_inbox_batch_records: histogram('Records per batch', [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000], { service }),
  cpm_inbox_step_seconds: histogram('Time of one step of a batch', SHORT_SEC, { service, step: ['load', 'decide', 'write', 'publish', 'commit'] }),
  cpm_inbox_wait_seconds: histogram('How long the oldest record of a batch had waited in the log when it was taken up, by the clocks of broker and service', LONG_SEC, { service }),
  cpm_inbox_records_total: counter('Records taken from the inbox', { service }),
  cpm_inbox_lag_records: gauge('Records of the owned partitions that are not committed', { service }),
  cpm_inbox_lag_partition_max_records: gauge('The same of the owned partition that is furthest behind', { service }),
  cpm_inbox_stuck_seconds: gauge('How long the owned partition that stands still longest has records and commits none; 0 where none stands still', { service }),
  cpm_inbox_status: gauge('1 for the current state of the consumer', { service, status: ['starting', 'running', 'stalled', 'crashed', 'stopped'] }),
  cpm_inbox_partitions: gauge('Partitions of the inbox that this process owns', { service }),
  cpm_published_records_total: counter('Records published by decisions', { service }),
  cpm_publish_failures_total: counter('Requests to publish that the brokers did not take', { service }),
  cpm_outbox_oldest_seconds: gauge('How long the oldest written decision waits to be published; 0 where none waits', { service }),
  cpm_dead_letters_total: counter('Records put aside: not understood, not decidable, or what was decided cannot be stored', { service, reason: ['not-understood', 'not-decidable', 'not-storable'] }),
  cpm_dead_letters_replayed_total: counter('Dead letters appended to the inbox again', { service }),
  cpm_write_conflicts_total: counter('Batches decided again because another owner wrote first', { service }),
  cpm_ownership_lost_total: counter('Batches dropped because their partitions had gone to another owner', { service }),
  cpm_batch_failures_total: counter('Batches that failed for another reason and were fetched again', { service }),
  cpm_timers_injected_total: counter('Due timers put into the log', { service }),
  cpm_timer_delay_seconds: histogram('How late due timers were put into the log', LONG_SEC, { service }),
  cpm_timer_scan_age_seconds: gauge('Since the last look for due timers that succeeded', { service }),
} as const;

/** Of one process, whatever it hosts. */
export const HOST_METRICS = {
  cpm_ready: gauge('1 while all services of the process take and answer events, as /health/ready says'),
  cpm_database_up: gauge('1 while the primary of the database answers'),
  cpm_memory_limit_bytes: gauge('Memory that the process may use: of its control group, or of the machine'),
  cpm_intake_per_second: gauge('Units of new work a second that are let in'),
  cpm_intake_limited: gauge('1 while accepted work waits too long and less is let in'),
  cpm_spans_waiting: gauge('Recorded spans that the collector does not have yet'),
  cpm_spans_total: counter('Recorded spans by what became of them: sent, dropped for want of room, or failed with the collector', { outcome: ['exported', 'dropped', 'failed'] }),
  cpm_intake_requests_total: counter('Requests for new work by what became of them', { outcome: ['admitted', 'overloaded', 'overShare'] }),
  cpm_token_keys_unreadable_seconds: gauge('Since when the keys that tokens are verified with cannot be read; 0 while they can. At 900 nobody is let in any more'),
  cpm_certificate_expiry_timestamp_seconds: gauge('When a certificate that the process was given ends, epoch seconds; of a file with several the first to end', { certificate: ['kafka-ca', 'kafka-client'] }),
} as const;
