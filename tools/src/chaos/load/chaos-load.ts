import { randomBytes } from 'node:crypto';
import type { DispositionRequest } from '@cpm/client';
import type { History } from '../history.js';
import type { ChaosDevice } from './chaos-device.js';
import { Contests, sha256Of } from './contests.js';
import { edit } from './edit.js';
import { Lanes } from './lanes.js';
import { Network } from './network.js';
import { operations, type Cast, type Operation } from './operations.js';
import { people, type People, type Person } from './people.js';
import { Submissions } from './submissions.js';

export interface LoadOptions {
  readonly url: string;
  readonly history: History;
  readonly seed: number;
  /** Operations per second in all. */
  readonly rate: number;
  readonly cast: Cast;
  readonly submitLimitMs: number;
}

type Do<What extends Operation['do']> = Extract<Operation, { do: What }>;

const TICK_MS = 20;
const DELIVERY: readonly DispositionRequest[] = ['positive-delivery'];
const DELIVERY_AND_DISPLAY: readonly DispositionRequest[] = ['positive-delivery', 'display'];

/** Everything that devices do, mixed by a seed at a constant rate, whatever becomes of it. */
export class ChaosLoad {
  readonly network: Network;
  readonly #submissions: Submissions;
  readonly #contests: Contests;
  readonly #lanes = new Lanes((lane, error) => console.error(`${lane}: ${(error as Error).message}`));
  readonly #absences = new Map<ChaosDevice, NodeJS.Timeout>();
  readonly #groups: string[] = [];
  #people: People = { talkers: [], texters: [], members: [] };
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: LoadOptions) {
    this.network = new Network(options.url);
    this.#submissions = new Submissions(options.history);
    this.#contests = new Contests(options.history);
  }

  get people(): People {
    return this.#people;
  }

  /** A word that each text of the run holds. */
  get secret(): string {
    return this.#submissions.secret;
  }

  /** What waits to be submitted, answered or fetched. */
  get waiting(): number {
    return this.#lanes.waiting + this.#contests.underWay;
  }

  /** Calls of all devices that were not answered, or with 5xx or 429. */
  get failedCalls(): number {
    const { talkers, members } = this.#people;
    return [...talkers, ...members].flatMap(({ devices }) => devices).reduce((sum, { failedCalls }) => sum + failedCalls, 0);
  }

  /** Makes people and groups. @throws when the system refuses them */
  async connect(): Promise<void> {
    this.#people = await people(this.options);
    const { talkers, texters, members } = this.#people;
    for (const talker of talkers) this.#contests.watch(talker);
    for (const { address, devices: [phone] } of texters) await this.network.deregistered({ address, device: phone?.id ?? '' });
    for (const { address } of texters) await this.network.reachable({ address, device: '' });
    const [founder, ...others] = members;
    for (let group = 0; group < this.options.cast.groups && founder; group += 1) {
      const [device] = founder.devices as [ChaosDevice];
      const established = device.sdk.next('session.established', () => true, 30_000);
      this.#groups.push((await device.sdk.sessions.start({ to: others.map(({ address }) => address), kind: 'long-lived-group' })).id);
      await established;
    }
  }

  start(): void {
    const started = Date.now();
    const all = operations(this.options.seed, this.options.cast);
    let begun = 0;
    this.#timer = setInterval(() => {
      for (const due = ((Date.now() - started) * this.options.rate) / 1_000; begun < due; begun += 1) this.#begin(all.next().value);
    }, TICK_MS);
  }

  /** Nothing more is begun; what waits is still done, and everybody has IP again. */
  stop(): void {
    clearInterval(this.#timer);
    for (const [device, timer] of this.#absences) {
      clearTimeout(timer);
      device.regainIp();
    }
    this.#absences.clear();
  }

  close(): void {
    const { talkers, members } = this.#people;
    for (const device of [...talkers, ...members].flatMap(({ devices }) => devices)) device.close();
  }

  #begin(operation: Operation): void {
    const { texters } = this.#people;
    switch (operation.do) {
      case 'write': return this.#write(this.#talker(operation.from), operation.device, this.#talker(operation.to), operation);
      case 'text': return this.#write(this.#talker(operation.from), 0, texters[operation.to] as Person, { ...operation, display: false });
      case 'say': return this.#say(operation);
      case 'invite': return this.#invite(this.#talker(operation.from), this.#talker(operation.to));
      case 'offer': return this.#offer(this.#talker(operation.from), this.#talker(operation.to), operation.bytes);
      case 'edit': return this.#edit(operation);
      case 'leave': return this.#leave(operation);
      case 'network': return this.#network(operation);
    }
  }

  #talker(index: number): Person {
    return this.#people.talkers[index] as Person;
  }

  /** One after the other between two people, so that their messages have an order. */
  #write(from: Person, at: number, to: Person, { display, repeat }: { readonly display: boolean; readonly repeat: boolean }): void {
    const origin = from.devices[at] as ChaosDevice;
    const id = this.#submissions.nextId();
    const requested = display ? DELIVERY_AND_DISPLAY : DELIVERY;
    const kind = to.devices.length === 1 ? 'sms' : 'ip';
    const send = () => origin.sdk.send({ id, to: [to.address], body: this.#submissions.bodyOf(id), dispositionNotification: requested });
    this.#lanes.run(`${from.address} to ${to.address}`, async () => {
      const isAccepted = await this.#submissions.submit({ id, kind, sender: from.address, origin: origin.id, recipients: [to.address], requested }, send);
      if (repeat && isAccepted) await this.#submissions.repeat(id, send);
    });
  }

  #say({ from, group }: Do<'say'>): void {
    const { members } = this.#people;
    const speaker = members[from] as Person;
    const [device] = speaker.devices as [ChaosDevice];
    const id = this.#submissions.nextId();
    const session = this.#groups[group] as string;
    const recipients = members.filter((member) => member !== speaker).map(({ address }) => address);
    this.#lanes.run(`${speaker.address} in ${session}`, async () => {
      await this.#submissions.submit({ id, kind: 'chat', sender: speaker.address, origin: device.id, recipients, requested: DELIVERY, session },
        () => device.sdk.sessions.say(session, { id, body: this.#submissions.bodyOf(id), dispositionNotification: DELIVERY }));
    });
  }

  #invite(from: Person, to: Person): void {
    const [device] = from.devices as [ChaosDevice];
    const id = this.#submissions.nextId();
    this.#lanes.run(`${from.address} invites ${to.address}`, async () => {
      await this.#submissions.submit({ id, kind: 'invitation', sender: from.address, origin: device.id, recipients: [to.address], requested: [] },
        () => device.sdk.sessions.start({ id, to: [to.address], kind: 'one-to-one' }));
    });
  }

  #offer(from: Person, to: Person, bytes: number): void {
    const [device] = from.devices as [ChaosDevice];
    const id = this.#submissions.nextId();
    const content = new Uint8Array(randomBytes(bytes));
    this.#lanes.run(`${from.address} offers ${to.address}`, async () => {
      await this.#submissions.submit({ id, kind: 'file', sender: from.address, origin: device.id, recipients: [to.address], requested: DELIVERY, sha256: sha256Of(content) }, async () => {
        const file = await device.sdk.upload(content, { contentType: 'image/png', fileName: `${id}.png` });
        await device.sdk.transfers.offer({ id, to: [to.address], fileId: file.id, dispositionNotification: DELIVERY });
      });
    });
  }

  #edit(operation: Do<'edit'>): void {
    const device = this.#people.talkers[operation.who]?.devices[operation.device];
    if (device?.box) this.#lanes.run(`${device.id} edits`, () => edit(device, operation, this.options.history));
  }

  #leave({ who, index, device: at, forMs }: Do<'leave'>): void {
    const person = who === 'talker' ? this.#people.talkers[index] : this.#people.members[index];
    const device = person?.devices[at];
    if (!device || this.#absences.has(device)) return;
    device.loseIp();
    this.#absences.set(device, setTimeout(() => {
      this.#absences.delete(device);
      device.regainIp();
    }, forMs));
  }

  #network({ texter, via }: Do<'network'>): void {
    const { address, devices: [phone] } = this.#people.texters[texter] as Person;
    const about = { address, device: phone?.id ?? '' };
    this.#lanes.run(`network of ${address}`, () => (via === 't8' ? this.network.reachable(about) : this.network.deregistered(about)));
  }
}
