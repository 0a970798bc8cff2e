import kafkajs, { type logCreator, type LogEntry } from 'kafkajs';

type Write = (fields: Readonly<Record<string, unknown>>, message: string) => void;

/** Where the adapter's log lines go; a pino logger fits. */
export interface Log {
  readonly debug: Write;
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
}

/** Everything else that kafkajs adds to a line may hold keys (CPM Addresses) or payloads. */
const SAFE_FIELDS = [
  'broker', 'clientId', 'correlationId', 'groupId', 'memberId', 'memberAssignment', 'nodeId', 'offset', 'partition', 'retryCount', 'retryTime', 'topic',
] as const;

const { logLevel } = kafkajs;
const LEVELS: Readonly<Record<number, keyof Log>> = { [logLevel.ERROR]: 'warn', [logLevel.WARN]: 'warn', [logLevel.INFO]: 'debug', [logLevel.DEBUG]: 'debug' };

function safeFields({ namespace, log: { message: _, ...extra } }: LogEntry): Record<string, unknown> {
  const known = SAFE_FIELDS.filter((field) => extra[field] !== undefined).map((field) => [field, extra[field] as unknown]);
  const { error } = extra as { error?: unknown };
  const reason = error instanceof Error ? error.message : typeof error === 'string' ? error : undefined;
  return { component: `kafkajs.${namespace}`, ...(Object.fromEntries(known) as Record<string, unknown>), ...(reason !== undefined && { reason }) };
}

/** kafkajs's log lines without what could be personal, one level down: its errors are mostly attempts that it repeats. */
export function kafkaLogCreator(log: Log): logCreator {
  return () => (entry) => {
    const level = LEVELS[entry.level];
    if (level) log[level](safeFields(entry), entry.log.message);
  };
}
