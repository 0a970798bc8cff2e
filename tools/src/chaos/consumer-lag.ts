import { inboxOf, SERVICES } from '@cpm/runtime-decider';
import kafkajs, { type Admin } from 'kafkajs';

/** How far the services' consumers are behind. */
export class ConsumerLag {
  private constructor(private readonly admin: Admin) {}

  static async of(brokers: string): Promise<ConsumerLag> {
    const admin = new kafkajs.Kafka({ clientId: 'lag', brokers: brokers.split(','), logLevel: kafkajs.logLevel.NOTHING, requestTimeout: 60_000 }).admin();
    await admin.connect();
    return new ConsumerLag(admin);
  }

  /** Records that are in the inboxes and not committed. */
  async records(): Promise<number> {
    const lags = await Promise.all(SERVICES.map(async (service) => {
      const topic = inboxOf(service);
      const [ends, [committed]] = await Promise.all([this.admin.fetchTopicOffsets(topic), this.admin.fetchOffsets({ groupId: `cpm.${service}`, topics: [topic] })]);
      const done = new Map((committed?.partitions ?? []).map(({ partition, offset }) => [partition, Math.max(0, Number(offset))]));
      return ends.reduce((sum, { partition, high }) => sum + Number(high) - (done.get(partition) ?? 0), 0);
    }));
    return lags.reduce((sum, lag) => sum + lag, 0);
  }

  async close(): Promise<void> {
    await this.admin.disconnect();
  }
}
