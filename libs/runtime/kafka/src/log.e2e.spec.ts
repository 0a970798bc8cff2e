import type { FetchSession, PartitionBatch } from '@cpm/runtime-ports';
import { describeLogContract, type Fetch, type LogMember } from '@cpm/runtime-ports/contracts';
import { type Inbox, kafkaForSpecs, openInbox, type StartedConsumer } from './kafka-under-test.js';

const kafka = kafkaForSpecs();

/** Hands each fetch to the test and works on it until the next one is asked for. */
class HeldMember implements LogMember {
  private consumer: StartedConsumer | undefined;
  private readonly arrived: Fetch[] = [];
  private arrive: () => void = () => undefined;
  private release: () => void = () => undefined;

  static async join(inbox: Inbox): Promise<HeldMember> {
    const member = new HeldMember();
    member.consumer = await inbox.consume((batches, session) => member.hold(batches, session));
    return member;
  }

  async next(): Promise<Fetch> {
    this.release();
    if (this.arrived.length === 0) await new Promise<void>((resolve) => { this.arrive = resolve; });
    return this.arrived.shift() as Fetch;
  }

  async leave(): Promise<void> {
    const left = this.consumer?.stop();
    this.release();
    await left;
  }

  private hold(batches: readonly PartitionBatch[], session: FetchSession): Promise<void> {
    this.arrived.push({ batches, session });
    this.arrive();
    return new Promise((resolve) => { this.release = resolve; });
  }
}

describeLogContract('Kafka', async () => {
  const inbox = await openInbox(kafka().brokers);
  const members: HeldMember[] = [];
  return {
    topic: inbox.topic,
    publisher: inbox.publisher,
    join: async () => {
      const member = await HeldMember.join(inbox);
      members.push(member);
      return member;
    },
    close: async () => {
      await Promise.all(members.map((member) => member.leave()));
      await inbox.close();
    },
  };
});
