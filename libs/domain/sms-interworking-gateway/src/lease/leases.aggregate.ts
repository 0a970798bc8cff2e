import { msisdnOf, type CpmAddress, type Message } from '@cpm/vocabulary';
import { defineAggregate, inboxOf, publish, writeRow, type Reaction } from '@cpm/runtime-decider';
import { SendChatMessage } from '@cpm/contracts-routing';
import { SubmitSms } from '@cpm/contracts-sms-interworking-gateway';
import { leasesDecider, utf8Length } from './leases.decider.js';
import { LEASE_LIFE_MS, type Leases, type LeasesCommand, type LeasesEvent } from './leases.js';
import { PARTS_LIFE_MS, wordsOf } from './partial-text.js';

const SERVICE = 'sms-interworking-gateway';
/** Where the runtime keeps what could not be decided: an operator looks there. */
const DEAD_LETTERS = 'dead-letters';
const FORGET = 'forget-parts';

function react(event: LeasesEvent, user: CpmAddress): readonly Reaction[] {
  switch (event.type) {
    case 'GroupTextAddressed':
      return [submission(event)];
    case 'TextTaken':
      return [publish(SendChatMessage, { user, sessionId: event.lease.sessionId, via: 'SMS', message: messageOf(event, user) })];
    case 'NotForConversation':
      return [letter(event, user, { value: event.inbound, reason: event.reason })];
    case 'PartsForgotten':
      return event.partialText.joined ? [] : [letter(event, user, { value: { to: event.partialText.to, text: wordsOf(event.partialText) }, reason: 'parts are missing' })];
    case 'PartKept':
    case 'TextJoined':
      return [];
  }
}

function submission({ text, source, at }: Extract<LeasesEvent, { type: 'GroupTextAddressed' }>): Reaction {
  const { sessionId: _session, conversationId: _conversation, contributionId: _contribution, ...leg } = text;
  return publish(SubmitSms, { ...leg, ...(source !== undefined && { source }), at });
}

function messageOf({ lease, taken, at }: Extract<LeasesEvent, { type: 'TextTaken' }>, user: CpmAddress): Message {
  const { sessionId, conversationId, contributionId, device } = lease;
  const { number, text, sentAt, expiresAt } = taken;
  return {
    id: messageId(user, at, number),
    service: 'chat',
    sessionId,
    from: user,
    to: [],
    originDevice: device,
    conversationId,
    contributionId,
    inReplyTo: contributionId,
    contentType: 'text/plain',
    content: { kind: 'inline', text },
    size: utf8Length(text),
    dispositionNotification: [],
    sentAt,
    expiresAt,
  };
}

/** Names its sender, because all participants of a session share its other ids, and the time, because the count begins anew once the leases are forgotten. */
function messageId(user: CpmAddress, at: number, number: number): string {
  return `sms-${msisdnOf(user) ?? 'unknown'}-${at}-${number}`;
}

type Unclaimed = Extract<LeasesEvent, { type: 'NotForConversation' | 'PartsForgotten' }>;

/** A short message that belongs to no conversation stays where an operator finds it. */
function letter({ at, number }: Unclaimed, user: CpmAddress, { value, reason }: { readonly value: object; readonly reason: string }): Reaction {
  const insert = { service: SERVICE, key: user, value: JSON.stringify({ from: user, ...value }), reason: `inbound short message without a conversation: ${reason}`, at, replayed: false };
  return writeRow({ table: DEAD_LETTERS, id: `${inboxOf(SERVICE)}/inbound/${user}/${at}-${number}`, insert });
}

/** The leased numbers of one user: id is the user. */
export const leases = defineAggregate<LeasesCommand, Leases, LeasesEvent>({
  name: 'leases',
  decider: leasesDecider,
  react: (event, _after, { id }) => react(event, id as CpmAddress),
  ownerOf: (id) => id,
  timersOf: ({ partialTexts }) => (partialTexts.length === 0 ? {} : { [FORGET]: Math.min(...partialTexts.map(({ firstAt }) => firstAt)) + PARTS_LIFE_MS }),
  whenDue: (_timer, { now }) => ({ type: 'ForgetParts', now }),
  removableAt: ({ touchedAt }) => touchedAt + LEASE_LIFE_MS,
});
