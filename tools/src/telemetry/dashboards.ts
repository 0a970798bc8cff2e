import type { Dashboard, Panel } from './dashboard-json.js';

type Unit = Panel['unit'];

function panel(title: string, unit: Unit, ...targets: readonly (readonly [expr: string, legend: string])[]): Panel {
  return { title, unit, targets: targets.map(([expr, legend]) => ({ expr, legend })) };
}

function rate(title: string, metric: string, ...by: readonly string[]): Panel {
  const legend = by.length === 0 ? 'all' : by.map((label) => `{{${label}}}`).join(' ');
  return panel(title, 'ops', [`sum${by.length === 0 ? '' : ` by (${by.join(', ')})`} (rate(${metric}[$__rate_interval]))`, legend]);
}

function quantiles(title: string, metric: string, { by, where = '' }: { readonly by: string; readonly where?: string }): Panel {
  const of = (quantile: number): readonly [string, string] => [
    `histogram_quantile(${quantile}, sum by (${by}, le) (rate(${metric}_bucket${where === '' ? '' : `{${where}}`}[$__rate_interval])))`, `p${quantile * 100} {{${by}}}`,
  ];
  return panel(title, 's', of(0.5), of(0.99));
}

/** What an operator looks at: one dashboard for one question. */
export const DASHBOARDS: readonly Dashboard[] = [
  {
    uid: 'cpm-journey', title: 'CPM: the way of messages',
    panels: [
      rate('Messages offered to recipients', 'cpm_messages_offered_total', 'outcome'),
      rate('Legs by form', 'cpm_legs_total', 'role', 'form'),
      rate('Legs by reason', 'cpm_legs_total', 'reason'),
      rate('Reports by what became of them', 'cpm_reports_total', 'outcome'),
      rate('Reports released', 'cpm_reports_total{outcome="released"}', 'status'),
      quantiles('How long records waited in the log', 'cpm_inbox_wait_seconds', { by: 'service' }),
      quantiles('How late timers come', 'cpm_timer_delay_seconds', { by: 'service' }),
      panel('Dead letters', 'short', ['sum by (service, reason) (increase(cpm_dead_letters_total[$__rate_interval]))', '{{service}} {{reason}}'], ['sum by (service) (increase(cpm_dead_letters_replayed_total[$__rate_interval]))', '{{service}} replayed']),
    ],
  },
  {
    uid: 'cpm-scaling', title: 'CPM: lag and scaling',
    panels: [
      panel('Records that wait', 'short', ['sum by (service) (cpm_inbox_lag_records)', '{{service}}']),
      panel('Of the partition furthest behind', 'short', ['max by (service) (cpm_inbox_lag_partition_max_records)', '{{service}}']),
      panel('How long a partition has stood still', 's', ['max by (service) (cpm_inbox_stuck_seconds)', '{{service}}']),
      panel('Partitions by process', 'short', ['sum by (service, pod) (cpm_inbox_partitions)', '{{service}} {{pod}}']),
      rate('Records taken up', 'cpm_inbox_records_total', 'service'),
      panel('Records per batch', 'short', ['sum by (service) (rate(cpm_inbox_batch_records_sum[$__rate_interval])) / sum by (service) (rate(cpm_inbox_batch_records_count[$__rate_interval]))', '{{service}}']),
      quantiles('Steps of a batch', 'cpm_inbox_step_seconds', { by: 'step' }),
      panel('Oldest decision that is not published', 's', ['max by (service) (cpm_outbox_oldest_seconds)', '{{service}}']),
      panel('Batches not committed', 'ops', ['sum by (service) (rate(cpm_write_conflicts_total[$__rate_interval]))', '{{service}} another owner wrote'], ['sum by (service) (rate(cpm_ownership_lost_total[$__rate_interval]))', '{{service}} lost'], ['sum by (service) (rate(cpm_batch_failures_total[$__rate_interval]))', '{{service}} failed']),
      panel('New work let in', 'ops', ['sum by (outcome) (rate(cpm_intake_requests_total[$__rate_interval]))', '{{outcome}}'], ['sum(cpm_intake_per_second)', 'allowed']),
      panel('CPU', 'percentunit', ['rate(process_cpu_seconds_total{job="cpm"}[$__rate_interval])', '{{pod}}']),
      panel('Memory of its limit', 'percentunit', ['process_resident_memory_bytes{job="cpm"} / cpm_memory_limit_bytes', '{{pod}}']),
      panel('Event loop, p99', 's', ['nodejs_eventloop_lag_p99_seconds{job="cpm"}', '{{pod}}']),
      panel('Spans of traces', 'ops', ['sum by (outcome) (rate(cpm_spans_total[$__rate_interval]))', '{{outcome}}'], ['max(cpm_spans_waiting)', 'waiting']),
      panel('Consumers by state', 'short', ['sum by (service, status) (cpm_inbox_status == 1)', '{{service}} {{status}}']),
    ],
  },
  {
    uid: 'cpm-sms', title: 'CPM: SMS',
    panels: [
      panel('Binds', 'short', ['sum by (smsc) (cpm_smpp_bound)', '{{smsc}}']),
      panel('Circuit (0 closed, 1 half open, 2 open)', 'short', ['max by (smsc) (cpm_smpp_circuit_state)', '{{smsc}}']),
      rate('submit_sm by command_status', 'cpm_smpp_submit_responses_total', 'smsc', 'status'),
      quantiles('submit_sm to its response', 'cpm_smpp_submit_seconds', { by: 'smsc' }),
      panel('Window and what waits for it', 'short', ['sum by (smsc) (cpm_smpp_window_used)', '{{smsc}} used'], ['sum by (smsc) (cpm_smpp_waiting)', '{{smsc}} waiting']),
      rate('Pauses that SMSCs asked for', 'cpm_smpp_pauses_total', 'smsc', 'reason'),
      rate('Texts by outcome', 'cpm_sms_submissions_total', 'outcome'),
      rate('Delivery receipts', 'cpm_sms_receipts_total', 'fate'),
      rate('Possible duplicates', 'cpm_sms_possible_duplicates_total'),
      rate('Short messages of handsets', 'cpm_sms_inbound_total', 'fate'),
      rate('Cancellations', 'cpm_sms_cancellations_total', 'outcome'),
      rate('Screening', 'cpm_sms_screenings_total', 'fate'),
    ],
  },
  {
    uid: 'cpm-access', title: 'CPM: access',
    panels: [
      panel('Connected devices', 'short', ['sum(cpm_stream_connections)', 'all'], ['sum by (pod) (cpm_stream_connections)', '{{pod}}']),
      panel('Streams opened and refused', 'ops', ['sum(rate(cpm_stream_opened_total[$__rate_interval]))', 'opened'], ['sum by (fault) (rate(cpm_stream_refused_total[$__rate_interval]))', 'refused, fault of {{fault}}']),
      rate('Changes of access', 'cpm_access_changes_total', 'ip', 'cs'),
      rate('Evidence by source', 'cpm_access_evidence_total', 'source', 'fate'),
      rate('Evidence that nobody stands by any more', 'cpm_access_evidence_ended_total', 'reason'),
      rate('Subscriptions at SCEF or NEF', 'cpm_t8_requests_total', 'operation', 'outcome'),
      rate('What SCEF or NEF reported', 'cpm_t8_notifications_total', 'monitoring', 'fate'),
      panel('Circuit to SCEF or NEF', 'short', ['max(cpm_t8_circuit_state)', 'state']),
      panel('Keys of tokens not readable for', 's', ['max(cpm_token_keys_unreadable_seconds)', 'age']),
      panel('Certificates end in', 's', ['min by (certificate) (cpm_certificate_expiry_timestamp_seconds) - time()', '{{certificate}}']),
    ],
  },
  {
    uid: 'cpm-store', title: 'CPM: message store and files',
    panels: [
      rate('Objects taken in', 'cpm_store_objects_total', 'kind'),
      rate('Objects changed', 'cpm_store_changes_total'),
      rate('Lists for subscribers', 'cpm_nms_lists_total', 'outcome'),
      rate('Uploads', 'cpm_uploads_total', 'outcome'),
      panel('Bytes uploaded', 'Bps', ['sum(rate(cpm_upload_bytes_total[$__rate_interval]))', 'all']),
      rate('Fetches of accepted files', 'cpm_file_transfers_total', 'progress'),
      panel('Database answers', 'short', ['sum(cpm_database_up)', 'processes that reach it'], ['count(cpm_database_up)', 'processes']),
      quantiles('Writes', 'cpm_inbox_step_seconds', { by: 'service', where: 'step="write"' }),
      quantiles('Reads', 'cpm_inbox_step_seconds', { by: 'service', where: 'step="load"' }),
    ],
  },
];
