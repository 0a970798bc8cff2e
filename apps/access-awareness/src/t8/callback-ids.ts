import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { msisdnOf, networkMonitoring, normaliseAddress, type CpmAddress, type NetworkMonitoring } from '@cpm/vocabulary';

/** Which subscription of whom a callback is of. */
export interface CallbackSubject {
  /** Of a telephone number. */
  readonly user: CpmAddress;
  readonly monitoring: NetworkMonitoring;
  readonly generation: number;
  /** When nobody has a reason to use it any more, epoch ms. */
  readonly expiresAt: number;
}

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
const MAX_LENGTH = 100;
const KINDS = networkMonitoring.options;
const SUBJECT = /^(\d{7,15})\.(\d)\.([a-z\d]{1,11})(?:\.([a-z\d]{1,7}))?$/;
/** Those of the version before name no end. They were made anew with each renewal, 30 days after the creation that the generation dates at most. */
const UNDATED_MS = 31 * 86_400_000;

/**
 * The last segment of the URL under which the network reports: it says by itself what it is of, to those who know the secret, so that nothing is
 * looked up and no telephone number stands in anybody's access log. Nobody else can make one that is read (AES-256-GCM). It has at most 86 characters:
 * the router takes no more than 100.
 */
export class CallbackIds {
  readonly #key: Buffer;

  constructor(secret: string) {
    this.#key = Buffer.from(hkdfSync('sha256', secret, '', 'cpm t8 callback', 32));
  }

  of({ user, monitoring, generation, expiresAt }: CallbackSubject): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(CIPHER, this.#key, iv, { authTagLength: TAG_BYTES });
    const subject = [msisdnOf(user), KINDS.indexOf(monitoring), generation.toString(36), Math.ceil(expiresAt / 1_000).toString(36)];
    const text = Buffer.concat([cipher.update(subject.join('.'), 'utf8'), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64url');
  }

  /** Undefined when it was not made with this secret, or is over at `now` (epoch ms). */
  read(id: string, now: number): CallbackSubject | undefined {
    const subject = this.#decrypted(id);
    return subject && subject.expiresAt > now ? subject : undefined;
  }

  #decrypted(id: string): CallbackSubject | undefined {
    const bytes = Buffer.from(id.slice(0, MAX_LENGTH), 'base64url');
    if (bytes.length <= IV_BYTES + TAG_BYTES) return undefined;
    const decipher = createDecipheriv(CIPHER, this.#key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
    try {
      const text = Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8');
      return subjectOf(text);
    } catch {
      return undefined;
    }
  }
}

function subjectOf(text: string): CallbackSubject | undefined {
  const [, msisdn, kind, number, expiry] = SUBJECT.exec(text) ?? [];
  const user = normaliseAddress(`tel:+${msisdn}`);
  const monitoring = KINDS[Number(kind)];
  if (!user || !monitoring || number === undefined) return undefined;
  const generation = Number.parseInt(number, 36);
  return { user, monitoring, generation, expiresAt: expiry === undefined ? generation + UNDATED_MS : Number.parseInt(expiry, 36) * 1_000 };
}
