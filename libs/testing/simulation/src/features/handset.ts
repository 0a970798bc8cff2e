import { SmsReceived } from '@cpm/contracts-sms-interworking-gateway';
import { msisdnOf, type CpmAddress } from '@cpm/vocabulary';
import { USERS } from '../cast.js';
import type { World } from '../world.js';
import type { FeatureOperation } from './operations.js';

type Operation = Extract<FeatureOperation, { op: 'text' }>;

/** Handsets that write to numbers of the gateway: words to stop and start, answers to persons, texts in parts, copies. */
export class Handsets {
  constructor(private readonly world: World) {}

  play({ user: at, to, words, part, total, mayRepeat }: Operation): Promise<void> {
    const user = USERS[at] as CpmAddress;
    const { now } = this.world;
    const place = total > 1 ? { part: { reference: 7, total, number: part } } : {};
    return this.world.ingress(SmsReceived, {
      user, to: this.numberFor(user, to), text: total > 1 ? `${words} ${part}` : words, ...place, ...(mayRepeat && { mayRepeat, ...(part > 0 && { repeatsSince: now - 60_000 }) }), at: now,
    });
  }

  private numberFor(user: CpmAddress, to: Operation['to']): string {
    const other = USERS.find((one) => one !== user) as CpmAddress;
    if (to === 'short-code') return '12345';
    if (to === 'nobody') return '447700999999';
    const last = this.world.history.of('sms-received').findLast((text) => text.user === user && text.source !== undefined)?.source;
    return to === 'last-text' && last !== undefined ? last : (msisdnOf(other) ?? '0');
  }
}
