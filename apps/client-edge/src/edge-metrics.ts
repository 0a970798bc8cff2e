import { counterOf, gaugeOf } from '@cpm/runtime-host';
import type { Registry } from 'prom-client';
import type { PublishedTransferProgress } from './content/transfer-progress.js';
import type { Uploads } from './content/uploads.js';
import type { LiveConnections } from './stream/live-connections.js';
import type { StreamGateway } from './stream/stream-gateway.js';

export interface MeasuredEdge {
  readonly connections: Pick<LiveConnections, 'count'>;
  readonly streams: Pick<StreamGateway, 'counts'>;
  readonly uploads: Pick<Uploads, 'counts'>;
  readonly transfers: Pick<PublishedTransferProgress, 'counts'>;
}

/** Measures the edge whenever somebody collects. */
export function measureEdge(registry: Registry, { connections, streams, uploads, transfers }: MeasuredEdge): void {
  gaugeOf(registry, 'cpm_stream_connections', (gauge) => gauge.set({}, connections.count));
  counterOf(registry, 'cpm_stream_opened_total', (counter) => {
    counter.reset();
    counter.inc({}, streams.counts.opened);
  });
  counterOf(registry, 'cpm_stream_refused_total', (counter) => {
    counter.reset();
    for (const fault of ['client', 'edge'] as const) counter.inc({ fault }, streams.counts[fault]);
  });
  counterOf(registry, 'cpm_uploads_total', (counter) => {
    counter.reset();
    for (const outcome of ['whole', 'refused'] as const) counter.inc({ outcome }, uploads.counts[outcome]);
  });
  counterOf(registry, 'cpm_upload_bytes_total', (counter) => {
    counter.reset();
    counter.inc({}, uploads.counts.bytes);
  });
  counterOf(registry, 'cpm_file_transfers_total', (counter) => {
    counter.reset();
    for (const progress of ['started', 'completed', 'interrupted'] as const) counter.inc({ progress }, transfers.counts[progress]);
  });
}
