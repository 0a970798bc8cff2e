import { groupOf, inboxOf, type ServiceName } from '@cpm/runtime-decider';
import type { Admin } from 'kafkajs';
import { setTimeout as pause } from 'node:timers/promises';
import { kafkaClient, type KafkaAddress } from './client.js';
import type { Log } from './log.js';

const RETRY = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 8 };
const GONE_LIMIT_MS = 30_000;
const POLL_MS = 200;

export interface InboxRemoval extends KafkaAddress {
  readonly log: Log;
  /** Removes inboxes that hold records; without it they are refused. */
  readonly discards: boolean;
}

/**
 * Leaves no record and no committed offset of these services' inboxes, for the positions of records begin at 0 again.
 * @throws when a service consumes, or an inbox holds records and may not be removed
 */
export async function removeInboxes(services: readonly ServiceName[], { discards, ...settings }: InboxRemoval): Promise<void> {
  const admin = kafkaClient({ ...settings, clientId: 'cpm-restore', requestTimeoutMs: 15_000, retry: RETRY }).admin();
  await admin.connect();
  try {
    await refuseConsumers(admin, services);
    const existing = await existingOf(admin, services);
    const used = (await Promise.all(existing.map(async (topic) => ((await admin.fetchTopicOffsets(topic)).some(({ high }) => high !== '0') ? [topic] : [])))).flat();
    if (used.length > 0 && !discards) throw new Error(`${used.join(', ')}: hold records that do not belong to the backup; --discard-topics removes them`);
    if (existing.length > 0) await admin.deleteTopics({ topics: existing });
    for (const deadline = Date.now() + GONE_LIMIT_MS; (await existingOf(admin, services)).length > 0; ) {
      if (Date.now() > deadline) throw new Error(`${existing.join(', ')}: are still there ${GONE_LIMIT_MS / 1_000} s after their removal`);
      await pause(POLL_MS);
    }
    await forgetOffsets(admin, services);
  } finally {
    await admin.disconnect();
  }
}

async function refuseConsumers(admin: Admin, services: readonly ServiceName[]): Promise<void> {
  const { groups } = await admin.describeGroups(services.map(groupOf));
  const running = groups.filter(({ members }) => members.length > 0).map(({ groupId }) => groupId);
  if (running.length > 0) throw new Error(`${running.join(', ')}: consume; stop every service first`);
}

async function existingOf(admin: Admin, services: readonly ServiceName[]): Promise<string[]> {
  const all = new Set(await admin.listTopics());
  return services.map(inboxOf).filter((topic) => all.has(topic));
}

/** An offset beyond the end of a new topic would let records pass unseen until it is reached. */
async function forgetOffsets(admin: Admin, services: readonly ServiceName[]): Promise<void> {
  const { groups } = await admin.listGroups();
  const known = new Set(groups.map(({ groupId }) => groupId));
  const own = services.map(groupOf).filter((group) => known.has(group));
  if (own.length > 0) await admin.deleteGroups(own);
}
