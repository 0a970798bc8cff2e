import { ceType, SERVICES, type EventContract, type ServiceName } from '@cpm/runtime-decider';
import { CONTRACTS } from '../../contracts.js';
import { envelopeOf, recordOf, withData, type FuzzRecord, type GoodEvent } from './fuzz-record.js';
import { hostileRecord, oddRecord } from './hostile-records.js';
import type { Dice } from './random.js';
import { schemaNamed } from './schema.js';
import { spoiledValue } from './spoiled-values.js';
import { validValue } from './valid-values.js';

const HEARD: ReadonlyMap<ServiceName, readonly EventContract[]> = new Map(SERVICES.map((service) => [service, CONTRACTS.filter(({ listeners }) => listeners.includes(service))]));
const TRIES = 50;
const ERASING = new Set(['AskForErasure', 'EraseUser', 'UserErased']);
/** Of the records that must go aside, those whose payload is what is wrong. */
const SPOILED_PAYLOADS = 0.6;

/** Records by seed: each inbox in turn. What the document forbids and the code takes is noted, and handed out as what has to be taken. */
export class RecordPlan {
  /** By contract and change. */
  readonly gaps = new Map<string, number>();
  #turn = 0;

  constructor(private readonly dice: Dice) {}

  hostile(): FuzzRecord {
    const event = this.#event();
    return this.dice.is(SPOILED_PAYLOADS) ? this.#spoiled(event) : hostileRecord(event, this.dice);
  }

  /** Allowed by the schema, about nobody and nothing that there is. */
  nonsense(): FuzzRecord {
    const event = apart(this.#event());
    if (this.dice.is(0.2)) return oddRecord(event, this.dice);
    return recordOf(event, `nonsense: ${event.contract.type}`, withData(envelopeOf(event, ceType(event.contract), this.dice), JSON.stringify(event.payload)), { must: 'be taken' });
  }

  #spoiled(event: GoodEvent): FuzzRecord {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const spoiled = spoiledValue(event.payload, schemaNamed(event.contract.type), this.dice);
      if (!spoiled) continue;
      const value = withData(envelopeOf(event, ceType(event.contract), this.dice), spoiled.json);
      if (spoiled.how === 'deep nesting' || spoiled.how === 'forbidden key' || !isTaken(event.contract, spoiled.json)) return recordOf(event, `payload: ${spoiled.how}`, value);
      this.gaps.set(`${event.contract.type}: ${spoiled.how}`, (this.gaps.get(`${event.contract.type}: ${spoiled.how}`) ?? 0) + 1);
    }
    return hostileRecord(event, this.dice);
  }

  #event(): GoodEvent {
    const service = SERVICES[(this.#turn += 1) % SERVICES.length] as ServiceName;
    for (let tries = 0; tries < TRIES; tries += 1) {
      const contract = this.dice.one(HEARD.get(service) ?? []);
      const payload = JSON.parse(JSON.stringify(validValue(schemaNamed(contract.type), this.dice))) as unknown;
      if (isTaken(contract, JSON.stringify(payload))) return { service, contract, payload, key: contract.key(payload) };
    }
    throw new Error(`no event that ${service} hears could be made of its schema`);
  }
}

/** Who is erased takes his dead letters along: users of whom something else is written must stay. */
function apart(event: GoodEvent): GoodEvent {
  if (!ERASING.has(event.contract.type)) return event;
  const key = event.key.startsWith('tel:') ? event.key.replace('tel:+4977', 'tel:+4978') : `tel:+4978${event.key.length}000000`;
  return { ...event, key, payload: { ...(event.payload as object), user: key } };
}

function isTaken({ schema }: EventContract, json: string): boolean {
  try {
    schema.parse(JSON.parse(json));
    return true;
  } catch {
    return false;
  }
}
