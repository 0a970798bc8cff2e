import type { EventContract, ServiceName } from '@cpm/runtime-decider';
import type { IHeaders } from 'kafkajs';
import type { Dice } from './random.js';

/** A record for the inbox of a service, and what has to become of it. */
export interface FuzzRecord {
  readonly service: ServiceName;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: IHeaders;
  /** Where its key belongs, unless it says otherwise. */
  readonly misplaced?: true;
  /** In a word or two, for the table at the end. */
  readonly kind: string;
  readonly must: 'go aside' | 'be taken';
}

/** An event as it would be taken: spoilt records are made of one. */
export interface GoodEvent {
  readonly service: ServiceName;
  readonly contract: EventContract;
  readonly key: string;
  readonly payload: unknown;
}

export type Parts = Readonly<Record<string, unknown>>;

export function envelopeOf({ contract }: GoodEvent, type: string, dice: Dice): Parts {
  return { specversion: '1.0', id: `fuzz-${dice.from(0, 2 ** 31)}`, source: `/${contract.owner}/ingress`, type };
}

/** The parts in their order, with `data` as it is written. */
export function withData(parts: Parts, data: string): string {
  return `${JSON.stringify(parts).slice(0, -1)},"data":${data}}`;
}

export function recordOf({ service, key }: GoodEvent, kind: string, value: string | Buffer | null, about: Partial<FuzzRecord> = {}): FuzzRecord {
  return { service, key: Buffer.from(key), value: typeof value === 'string' ? Buffer.from(value) : value, kind, must: 'go aside', ...about };
}
