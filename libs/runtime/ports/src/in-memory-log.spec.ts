import { InMemoryLog } from './in-memory-log.js';
import { describeLogContract, type LogMember } from './log.contract.js';

const TOPIC = 'cpm.routing.inbox';

describeLogContract('InMemoryLog', async () => {
  let now = 1_000;
  const log = new InMemoryLog(() => { now += 1; return now; }, 3);
  return {
    topic: TOPIC,
    publisher: log,
    close: async () => undefined,
    join: async (): Promise<LogMember> => {
      const { generation } = log.join(TOPIC);
      return {
        next: async () => ({ batches: log.fetch(TOPIC, new Map(), 7), session: log.session(TOPIC, generation) }),
        leave: async () => undefined,
      };
    },
  };
});
