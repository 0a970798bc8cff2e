import { msisdnOf, type CpmAddress, type Message } from '@cpm/vocabulary';
import { defineAggregate, publish, type Reaction } from '@cpm/runtime-decider';
import { OfferMessage, SendChatMessage } from '@cpm/contracts-routing';
import { SendSms } from '@cpm/contracts-sms-interworking-gateway';
import { inboundLetter } from './inbound-letter.js';
import { leasesDecider, utf8Length } from './leases.decider.js';
import { LEASE_LIFE_MS, upgradeLeases, type Leases, type LeasesCommand, type LeasesEvent } from './leases.js';
import { forgottenAt } from './partial-text.js';

const FORGET = 'forget-parts';

function react(event: LeasesEvent, user: CpmAddress): readonly Reaction[] {
  switch (event.type) {
    case 'TextAddressed':
      return [submission(event)];
    case 'TextTaken':
      return [message(event, user)];
    case 'NotForConversation':
      return [letter(event, user)];
    case 'WholeReceived':
    case 'PartsForgotten':
    case 'PartKept':
    case 'TextJoined':
    case 'OptedOut':
    case 'OptedIn':
      return [];
  }
}

function submission({ text, source, at }: Extract<LeasesEvent, { type: 'TextAddressed' }>): Reaction {
  const { user, messageId: id, sender, device, attempt, text: words, expiresAt, sessionId } = text;
  return publish(SendSms, { user, messageId: id, sender, device, attempt, text: words, expiresAt, ...(source !== undefined && { source }), ...(sessionId !== undefined && { sessionId }), at });
}

/** To a session it is said there; to one sender it is a message like any other of the conversation that he wrote in. */
function message(event: Extract<LeasesEvent, { type: 'TextTaken' }>, user: CpmAddress): Reaction {
  const { sessionId, party } = event.lease;
  const said = messageOf(event, user);
  if (sessionId !== undefined) return publish(SendChatMessage, { user, sessionId, via: 'SMS', message: { ...said, service: 'chat', sessionId } });
  const recipient = party as CpmAddress;
  return publish(OfferMessage, { message: { ...said, to: [recipient], contributionId: said.id }, recipient, depositSentCopy: true });
}

function messageOf({ lease, taken, at }: Extract<LeasesEvent, { type: 'TextTaken' }>, user: CpmAddress): Message {
  const { conversationId, contributionId, device } = lease;
  const { number, text, sentAt, expiresAt } = taken;
  return {
    id: messageId(user, at, number),
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

/** A short message that belongs to no conversation stays where an operator finds it. */
function letter({ at, number, inbound, reason }: Extract<LeasesEvent, { type: 'NotForConversation' }>, user: CpmAddress): Reaction {
  return inboundLetter(`${user}/${at}-${number}`, { key: user, message: { from: user, ...inbound }, reason, at });
}

/** What numbers stand for towards one user: id is the user. */
export const leases = defineAggregate<LeasesCommand, Leases, LeasesEvent>({
  name: 'leases',
  decider: leasesDecider,
  react: (event, _after, { id }) => react(event, id as CpmAddress),
  ownerOf: (id) => id,
  upgrade: upgradeLeases,
  timersOf: ({ partialTexts }) => (partialTexts.length === 0 ? {} : { [FORGET]: Math.min(...partialTexts.map(forgottenAt)) }),
  whenDue: (_timer, { now, policy }) => ({ type: 'ForgetParts', lifeMs: policy['deferred.ttlSec'] * 1_000, now }),
  removableAt: ({ optOuts, touchedAt }) => (optOuts.all || optOuts.scopes.length > 0 ? undefined : touchedAt + LEASE_LIFE_MS),
});
