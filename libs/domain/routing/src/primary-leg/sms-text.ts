import { msisdnOf, type CpmAddress, type Message, type SessionBinding } from '@cpm/vocabulary';

/** The text that the Primary gets as SMS; undefined for what is no text in the log. A text names its sender where it does not come from his number: in a group, and where he has none. */
export function smsTextOf({ content, from }: Message, binding: SessionBinding | null): string | undefined {
  if (content.kind !== 'inline') return undefined;
  return binding?.group || msisdnOf(from) === undefined ? `${senderOf(from)}: ${content.text}` : content.text;
}

function senderOf(from: CpmAddress): string {
  const msisdn = msisdnOf(from);
  return msisdn === undefined ? from.slice('sip:'.length) : `+${msisdn}`;
}
