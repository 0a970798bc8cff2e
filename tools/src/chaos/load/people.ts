import { Pool } from 'undici';
import { put, urn } from '../../bench/pair.js';
import { signToken } from '../../dev-tokens/dev-tokens.js';
import type { History } from '../history.js';
import { ChaosDevice } from './chaos-device.js';
import type { Cast } from './operations.js';

export interface Person {
  /** CPM Address. */
  readonly address: string;
  /** His Primary first. */
  readonly devices: readonly ChaosDevice[];
}

export interface People {
  readonly talkers: readonly Person[];
  readonly texters: readonly Person[];
  readonly members: readonly Person[];
}

export interface PeopleOptions {
  readonly url: string;
  readonly history: History;
  readonly cast: Cast;
  readonly submitLimitMs: number;
}

interface Role {
  readonly name: keyof People;
  readonly addressOf: (index: number) => string;
  readonly devices: number;
  readonly answersByItself: boolean;
  /** How many of his devices say that a message was displayed there. */
  readonly displays: number;
}

const TOKEN_TTL_SEC = 6 * 3_600;
const PROVISIONING_WORKERS = 4;

/** Numbers of the network of the run: of a length that no other number in a log has. */
const number = (prefix: string, index: number) => `tel:+${prefix}${String(7_000_000 + index * 13)}`;

const ROLES: readonly Role[] = [
  // Every other one has no number: his Primary gets no SMS, whatever becomes of its IP.
  { name: 'talkers', addressOf: (index) => (index % 2 === 0 ? number('49301', index) : `sip:talker-${index}@people.chaos.example`), devices: 3, answersByItself: false, displays: 2 },
  { name: 'texters', addressOf: (index) => number('49401', index), devices: 1, answersByItself: false, displays: 0 },
  { name: 'members', addressOf: (index) => number('49501', index), devices: 2, answersByItself: true, displays: 0 },
];

/** Makes everybody through the public interface, and connects the devices of all but the texters. */
export async function people(options: PeopleOptions): Promise<People> {
  const pool = new Pool(options.url, { connections: PROVISIONING_WORKERS });
  const made: Record<keyof People, Person[]> = { talkers: [], texters: [], members: [] };
  const wanted = ROLES.flatMap((role) => Array.from({ length: options.cast[role.name] }, (_, index) => ({ role, index })));
  const worker = async () => {
    for (let next = wanted.shift(); next; next = wanted.shift()) made[next.role.name][next.index] = await person(next.role, next.index, { pool, ...options });
  };
  await Promise.all(Array.from({ length: PROVISIONING_WORKERS }, worker));
  await pool.close();
  for (const talker of made.talkers.slice(0, options.cast.boxes)) {
    for (const device of talker.devices.slice(1)) await device.openBox();
  }
  await Promise.all([...made.talkers, ...made.members].flatMap(({ devices }) => devices).map((device) => device.connect()));
  return made;
}

async function person(role: Role, index: number, { pool, url, history, submitLimitMs }: PeopleOptions & { readonly pool: Pool }): Promise<Person> {
  const address = role.addressOf(index);
  const ids = Array.from({ length: role.devices }, urn);
  await put(pool, `/admin/v1/subscribers/${encodeURIComponent(address)}`, await signToken({ scope: 'operator', ttlSec: TOKEN_TTL_SEC }), { primaryDevice: { id: ids[0] } });
  const devices: ChaosDevice[] = [];
  for (const [at, id] of ids.entries()) {
    const token = await signToken({ user: address, device: id, scope: 'device', ttlSec: TOKEN_TTL_SEC });
    await put(pool, `/cpm/v1/devices/${encodeURIComponent(id)}`, token, { name: `device ${at}`, autoAnswer: { session: role.answersByItself, fileTransfer: false } });
    devices.push(new ChaosDevice({ url, history, user: address, id, token, displays: at < role.displays, submitLimitMs }));
  }
  history.append({ is: 'enrolled', user: address, devices: ids });
  return { address, devices };
}
