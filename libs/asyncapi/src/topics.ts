import { deadLettersOf, inboxOf, SERVICES, type ServiceName } from '@cpm/runtime-decider';

export interface TopicSettings {
  /** Fixed for the life of the topics: users are assigned to partitions by it. */
  readonly partitions: number;
  readonly replicas: number;
  readonly retentionMs: number;
}

/** How long the services' topics keep a record: longer than any listener is away, or it would lose it. */
export const RETENTION_MS = 7 * 24 * 60 * 60 * 1_000;

/** A topic as the broker must have it; `config` in the broker's own names. */
export interface Topic {
  readonly name: string;
  readonly partitions: number;
  readonly replicas: number;
  readonly config: Readonly<Record<string, string>>;
}

export type TopicPurpose = 'inbox' | 'dead-letters';

/** The two topics of each service: what it hears, and what it could not understand. */
export function topicsOf(settings: TopicSettings, services: readonly ServiceName[] = SERVICES): readonly Topic[] {
  return services.flatMap((service) => [topicOf(service, 'inbox', settings), topicOf(service, 'dead-letters', settings)]);
}

export function topicOf(service: ServiceName, purpose: TopicPurpose, { partitions, replicas, retentionMs }: TopicSettings): Topic {
  return {
    name: purpose === 'inbox' ? inboxOf(service) : deadLettersOf(service),
    partitions,
    replicas,
    config: {
      'cleanup.policy': 'delete',
      // What comes packed is unpacked and measured by the broker, so that no reader has to.
      'compression.type': 'uncompressed',
      'message.timestamp.type': 'LogAppendTime',
      // One copy may be down and records still count only when another has them.
      'min.insync.replicas': String(Math.max(1, replicas - 1)),
      'retention.ms': String(retentionMs),
      'unclean.leader.election.enable': 'false',
    },
  };
}
