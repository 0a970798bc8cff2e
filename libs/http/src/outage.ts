/** What the driver of the database and the client of the log name errors of a server that is away, changes its role or does not answer in time. */
const OUTAGES: ReadonlySet<string> = new Set([
  'MongoServerSelectionError', 'MongooseServerSelectionError', 'MongoNetworkError', 'MongoNetworkTimeoutError', 'MongoPoolClearedError', 'MongoPoolClosedError',
  'MongoWaitQueueTimeoutError', 'MongoNotConnectedError', 'MongoTopologyClosedError', 'TimeLimitError',
  'KafkaJSNumberOfRetriesExceeded', 'KafkaJSConnectionError', 'KafkaJSConnectionClosedError', 'KafkaJSRequestTimeoutError', 'KafkaJSBrokerNotFound', 'KafkaJSLeaderNotAvailable',
]);

/** Of a server that was primary a moment ago, and of connections that broke under a command. */
const LABELS = ['RetryableWriteError', 'TransientTransactionError', 'ResetPool'] as const;

interface Labelled {
  readonly name?: unknown;
  readonly hasErrorLabel?: (label: string) => boolean;
}

/** Whether the same request may succeed in a moment, for only the way to what keeps the data is broken. Known by name: this package has neither driver. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { name, hasErrorLabel } = error as Labelled;
  return OUTAGES.has(String(name)) || (typeof hasErrorLabel === 'function' && LABELS.some((label) => hasErrorLabel.call(error, label)));
}
