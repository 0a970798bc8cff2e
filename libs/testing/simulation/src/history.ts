import { inboxOf, type ServiceName } from '@cpm/runtime-decider';
import type { AggregateWrite, OutboxEntry, StoredAggregate } from '@cpm/runtime-ports';
import type { Subscriber } from '@cpm/domain-device-registry';
import { COMPOSING_TYPE, DEFAULT_PROFILE, type Message } from '@cpm/vocabulary';
import type { AcceptedMessage, Seen, SeenOf } from './sightings.js';
import type { World } from './world.js';

/** The run as it happened, in the order it was seen, and the runtime's own promises checked at every write and commit. Checkers read nothing else but this and the stores. */
export class History {
  readonly violations: string[] = [];
  private readonly byKind = new Map<Seen['kind'], (Seen & { at: number; order: number })[]>();
  private readonly versions = new Map<string, StoredAggregate>();
  /** Those of a service that hold outputs. */
  private readonly owing = new Map<ServiceName, Map<string, StoredAggregate>>();
  private seen = 0;
  private readonly acceptedIds = new Set<string>();
  private readonly relayed = new Set<string>();
  private readonly recipients = new Map<string, Set<string>>();

  /** Of a world that begins where this one is. */
  fork(): History {
    const other = new History();
    for (const [key, stored] of this.versions) other.versions.set(key, stored);
    for (const [service, owing] of this.owing) other.owing.set(service, new Map(owing));
    return other;
  }

  saw(at: number, what: Seen): void {
    const sighting = { ...what, at, order: this.seen };
    this.seen += 1;
    const alike = this.byKind.get(what.kind);
    if (alike) alike.push(sighting);
    else this.byKind.set(what.kind, [sighting]);
    if (what.kind === 'accepted') this.acceptedIds.add(what.messageId);
  }

  of<Kind extends Seen['kind']>(kind: Kind): readonly SeenOf<Kind>[] {
    return (this.byKind.get(kind) ?? []) as unknown as readonly SeenOf<Kind>[];
  }

  /** Every message that was accepted, and to whom it goes: of a chat message those that the focus relayed it to. */
  messages(): Map<string, AcceptedMessage> {
    return new Map(this.of('accepted').map((message) => [message.messageId, { ...message, to: message.service === 'chat' ? [...(this.recipients.get(message.messageId) ?? [])] : message.to }]));
  }

  /** Of these those that must come to something, and at whom: neither who sent one nor who was to get it was removed or erased, and of a session nobody. */
  lasting(): Map<string, AcceptedMessage> {
    const gone = new Set(this.of('unsettled').map(({ user }) => user));
    if (gone.size === 0) return this.messages();
    const lasting = [...this.messages()].filter(([, { from, service }]) => !gone.has(from) && service !== 'chat');
    return new Map(lasting.map(([id, message]) => [id, { ...message, to: message.to.filter((user) => !gone.has(user)) }]));
  }

  /** Versions and watermarks only ever grow, by one write at a time, and no record is applied twice. */
  wrote(service: ServiceName, { kind, next }: AggregateWrite, at: number): void {
    const key = `${service}/${kind}/${next.id}`;
    const before = this.versions.get(key);
    if (before && next.version !== before.version + 1) this.violations.push(`${key}: version ${before.version} -> ${next.version}`);
    if (before && next.watermark < before.watermark) this.violations.push(`${key}: watermark ${before.watermark} -> ${next.watermark}`);
    const twice = next.outbox.find((output, position) => position > 0 && isAmong(next.outbox, position, output));
    if (twice) this.violations.push(`${key}: a record was applied twice, its output ${twice.offset}.${twice.index} to ${twice.topic} stands twice`);
    this.versions.set(key, next);
    this.keepOwing(service, key, next);
    if (kind === 'subscriber') this.learnPreferences(next, at);
    if (kind === 'leases') for (const { value } of next.outbox) this.learnAnswer(value, at);
    if (kind === 'focus') for (const { topic, value } of next.outbox) if (topic === inboxOf('routing')) this.learnRelay(value, at);
  }

  /** A service has erased what it keeps of a user, or a part of it: what it writes of him now begins anew. */
  forgot(service: ServiceName, owner: string): void {
    for (const [key, stored] of this.versions) {
      if (stored.owner !== owner || !key.startsWith(`${service}/`) || key.startsWith('device-registry/erasure/')) continue;
      this.versions.delete(key);
      this.owing.get(service)?.delete(key);
    }
  }

  /** Everything that a committed record put out is in the log. */
  committed(service: ServiceName, next: ReadonlyMap<number, number>, world: World): void {
    for (const stored of this.owing.get(service)?.values() ?? []) {
      const upTo = next.get(stored.partition);
      if (upTo === undefined) continue;
      for (const { offset, topic, value } of stored.outbox) {
        if (offset >= upTo) continue;
        if (!world.inLog(topic, value)) this.violations.push(`${service} committed ${upTo} but an output of ${offset} is not in ${topic}`);
      }
    }
  }

  private keepOwing(service: ServiceName, key: string, next: StoredAggregate): void {
    const owing = this.owing.get(service) ?? new Map<string, StoredAggregate>();
    this.owing.set(service, owing);
    if (next.outbox.length > 0) owing.set(key, next);
    else owing.delete(key);
  }

  private learnPreferences({ owner: user, state }: StoredAggregate, at: number): void {
    const { activeProfile, profiles } = (state as Subscriber).preferences;
    const { sendReadReports, deviceRules } = profiles[activeProfile] ?? DEFAULT_PROFILE;
    if (this.of('privacy').findLast((setting) => setting.user === user)?.sendReadReports !== sendReadReports) this.saw(at, { kind: 'privacy', user, sendReadReports });
    const services = deviceRules.flatMap((rule) => (rule.mode === 'notify' ? rule.services : []));
    if (services.length > 0) this.saw(at, { kind: 'notified-only', user, services });
  }

  /** What a handset answers to one person has its id from the gateway. */
  private learnAnswer(value: string, at: number): void {
    if (!value.includes('.OfferMessage.')) return;
    const { message } = (JSON.parse(value) as { data: { message: Message } }).data;
    if (!this.acceptedIds.has(message.id)) this.saw(at, { ...acceptedBySms(message), service: 'standalone', to: message.to });
  }

  private learnRelay(value: string, at: number): void {
    if (!value.includes('.PassChatMessage.')) return;
    const { user, sessionId, message } = (JSON.parse(value) as { data: { user: string; sessionId: string; message: Message } }).data;
    if (message.contentType === COMPOSING_TYPE) return;
    const known = this.recipients.get(message.id) ?? new Set();
    this.recipients.set(message.id, known);
    known.add(user);
    if (this.relayed.has(message.id)) return;
    this.relayed.add(message.id);
    if (!this.acceptedIds.has(message.id)) this.saw(at, acceptedBySms(message));
    this.saw(at, { kind: 'relayed', sessionId, message });
  }
}

/** What a handset said by SMS has its id from the gateway, so nobody knows of it before. */
function acceptedBySms({ id, from, originDevice, sessionId, content, dispositionNotification, expiresAt }: Message): { kind: 'accepted' } & AcceptedMessage {
  return { kind: 'accepted', messageId: id, service: 'chat', sessionId, from, originDevice, to: [], text: content.kind === 'inline' && content.text.length < 800, requested: dispositionNotification, expiresAt };
}

/** Of the first `before` outputs one is the same. */
function isAmong(outputs: readonly OutboxEntry[], before: number, { offset, index, topic }: OutboxEntry): boolean {
  for (let at = 0; at < before; at += 1) {
    const other = outputs[at] as OutboxEntry;
    if (other.offset === offset && other.index === index && other.topic === topic) return true;
  }
  return false;
}
