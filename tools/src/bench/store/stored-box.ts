/** A message as a device puts it into a box. */
export interface BenchMessage {
  readonly id: string;
  /** E.164 with `+`. */
  readonly from: string;
  readonly to: string;
  /** Epoch ms. */
  readonly date: number;
  readonly text: string;
}

/** The same work on a mail server and on the message store. `onDone` is told how many more items are done. */
export interface StoredBox {
  /** One request per message. */
  append(messages: readonly BenchMessage[], onDone: (count: number) => void): Promise<void>;
  /** One request per group. */
  appendGroups(groups: readonly (readonly BenchMessage[])[], onDone: (count: number) => void): Promise<void>;
  /** The workers learn which the first `count` messages are; another client knows everything up to now and goes away. */
  settle(count: number): Promise<void>;
  /** Sets \Seen on those messages, one request per group. */
  setSeen(groupSize: number, onDone: (count: number) => void): Promise<void>;
  /** The client that was away learns what changed meanwhile. */
  resync(onDone: (count: number) => void): Promise<void>;
  close(): Promise<void>;
}

/** Each worker takes the next item when it is done with its last. */
export async function inParallel<Item, Worker>(items: readonly Item[], workers: readonly Worker[], work: (item: Item, worker: Worker) => Promise<void>): Promise<void> {
  const queue = items[Symbol.iterator]();
  await Promise.all(workers.map(async (worker) => {
    // All share one iterator.
    for (const item of queue) await work(item, worker);
  }));
}
