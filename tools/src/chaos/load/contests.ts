import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FrameData } from '@cpm/client';
import type { History } from '../history.js';
import type { ChaosDevice } from './chaos-device.js';
import type { Person } from './people.js';

/** How many of a person's devices answer at once. */
const ANSWERING = 2;
/** How long a device goes on asking. */
const FETCH_LIMIT_MS = 240_000;
const FETCH_PAUSE_MS = 500;

/** Invitations and files: the devices of who is asked answer at once, and who asked hears how it ended. */
export class Contests {
  readonly #answered = new Set<string>();
  /** Files by device that has them. */
  readonly #has = new Set<string>();
  #underWay = 0;

  constructor(private readonly history: History) {}

  /** Devices that answer or fetch. */
  get underWay(): number {
    return this.#underWay;
  }

  watch({ devices }: Person): void {
    for (const [at, device] of devices.entries()) {
      if (at < ANSWERING) {
        device.sdk.on('session.invited', ({ data: { id } }) => void this.#once(`${device.id}|${id}`, () => this.#join(device, id)));
        device.sdk.on('file-transfer.invited', ({ data: { id } }) => void this.#invited(device, id));
      }
      device.sdk.on('session.established', ({ data }) => this.#established(device, data));
      device.sdk.on('session.closed', ({ data: { id, reason = '' } }) => {
        this.#settle(id, reason);
      });
    }
  }

  /** Offered again, the file did not count as taken, for who served it died before it said so: who has it takes it once more. */
  #invited(device: ChaosDevice, id: string): Promise<void> {
    const key = `${device.id}|${id}`;
    if (this.#has.has(key)) this.#answered.delete(key);
    return this.#once(key, () => this.#take(device, id));
  }

  async #once(key: string, act: () => Promise<void>): Promise<void> {
    if (this.#answered.has(key)) return;
    this.#answered.add(key);
    this.#underWay += 1;
    await act().catch((error: unknown) => console.error(`${key}: ${(error as Error).message}`));
    this.#underWay -= 1;
  }

  async #join(device: ChaosDevice, id: string): Promise<void> {
    const outcome = await decidedOutcome(() => device.outcomeOf(() => device.sdk.sessions.accept(id)));
    this.history.append({ is: 'answered', id, at: Date.now(), device: device.id, outcome });
  }

  async #take(device: ChaosDevice, id: string): Promise<void> {
    const taken: { url?: string } = {};
    const outcome = await decidedOutcome(() => device.outcomeOf(async () => {
      taken.url = await device.sdk.transfers.accept(id);
    }));
    this.history.append({ is: 'answered', id, at: Date.now(), device: device.id, outcome });
    if (taken.url === undefined) return;
    const sha256 = await this.#fetched(device, taken.url);
    if (sha256 === undefined) return;
    this.#has.add(`${device.id}|${id}`);
    this.history.append({ is: 'fetched', id, at: Date.now(), device: device.id, sha256 });
  }

  /** Goes on after every break, for some minutes. */
  async #fetched(device: ChaosDevice, url: string): Promise<string | undefined> {
    const deadline = Date.now() + FETCH_LIMIT_MS;
    while (Date.now() < deadline) {
      try {
        const content = await (await device.sdk.download(url)).arrayBuffer();
        return sha256Of(new Uint8Array(content));
      } catch {
        // The connection broke, or the service that keeps the file is away.
        await sleep(FETCH_PAUSE_MS);
      }
    }
    return undefined;
  }

  /** Who invited ends the session that stands; to be heard of by a device of his. */
  #established(device: ChaosDevice, { id, from }: FrameData['session.established']): void {
    if (from !== device.user || !this.#settle(id, 'established')) return;
    void device.sdk.sessions.leave(id).catch(() => undefined);
  }

  #settle(id: string, how: string): boolean {
    if (this.#answered.has(`settled|${id}`)) return false;
    this.#answered.add(`settled|${id}`);
    this.history.append({ is: 'settled', id, at: Date.now(), how });
    return true;
  }
}

/** A device that was not told how it stands asks again, for it may be the first. */
async function decidedOutcome(answer: () => Promise<string>): Promise<string> {
  const deadline = Date.now() + FETCH_LIMIT_MS;
  for (;;) {
    const outcome = await answer();
    if (outcome !== 'unknown' || Date.now() > deadline) return outcome;
    await sleep(FETCH_PAUSE_MS);
  }
}

export function sha256Of(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
