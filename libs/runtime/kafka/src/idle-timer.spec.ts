import { createRequire } from 'node:module';
import { removeIdleTimer, type RequestQueue } from './idle-timer.js';

interface Queue extends RequestQueue {
  push(request: object): void;
  maybeThrottle(ms: number): void;
  fulfillRequest(response: object): void;
  destroy(): void;
}

const KafkaRequestQueue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as new (options: object) => Queue;
const original = KafkaRequestQueue.prototype.scheduleCheckPendingRequests as () => void;
const silent = () => undefined;

function queueOf(maxInFlightRequests: number) {
  const queue = new KafkaRequestQueue({
    maxInFlightRequests, requestTimeout: 1_000, enforceRequestTimeout: false, clientId: 'c', broker: 'b', logger: { debug: silent, warn: silent },
  });
  const sentAt: number[] = [];
  let wakeUps = 0;
  const check = queue.checkPendingRequests.bind(queue);
  queue.checkPendingRequests = () => {
    wakeUps += 1;
    check();
  };
  const push = (correlationId: number) => queue.push({ entry: { correlationId, resolve: silent, reject: silent }, expectResponse: true, sendRequest: () => sentAt.push(performance.now()) });
  const answer = (correlationId: number) => queue.fulfillRequest({ correlationId, payload: {}, size: 0 });
  return { queue, push, answer, sentAt, wakeUps: () => wakeUps };
}

/** Lets the event loop turn until timers of `ms` had their chance, however busy the machine is. */
const timersOf = (ms: number) => new Promise((resolve) => { setTimeout(resolve, ms); });

describe('an idle connection of kafkajs', () => {
  afterEach(() => {
    KafkaRequestQueue.prototype.scheduleCheckPendingRequests = original;
  });

  it('wakes up all the time as released', async () => {
    const { queue, push, answer, wakeUps } = queueOf(10);
    push(1);
    answer(1);
    const atRest = wakeUps();
    await timersOf(50);
    expect(wakeUps()).toBeGreaterThan(atRest + 1);
    queue.destroy();
  });

  it('does not wake up once the timer is removed', async () => {
    removeIdleTimer();
    const { queue, push, answer, wakeUps } = queueOf(10);
    push(1);
    answer(1);
    const atRest = wakeUps();
    await timersOf(50);
    expect(wakeUps()).toBe(atRest);
    expect(queue.throttleCheckTimeoutId).toBeNull();
  });

  it('still honours the throttle of the broker', async () => {
    removeIdleTimer();
    const { queue, push, sentAt } = queueOf(10);
    const throttledAt = performance.now();
    queue.maybeThrottle(60);
    push(1);
    push(2);
    expect(sentAt).toEqual([]);
    while (sentAt.length < 2) await timersOf(5);
    expect(sentAt[0]).toBeGreaterThanOrEqual(throttledAt + 59);
    await timersOf(20);
    expect(queue.throttleCheckTimeoutId).toBeNull();
  });

  it('sends a request that waited for another as soon as that one is answered', () => {
    removeIdleTimer();
    const { queue, push, answer, sentAt } = queueOf(1);
    push(1);
    push(2);
    expect(sentAt).toHaveLength(1);
    answer(1);
    expect(sentAt).toHaveLength(2);
    queue.destroy();
  });
});
