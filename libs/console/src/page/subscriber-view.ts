import { ask, chip, clockTime, element, row, show, table, timeCell } from './dom.js';
import { goTo, type View } from './view.js';

interface Evidence {
  readonly access: string;
  readonly source: string;
  readonly state: string;
  readonly confidence: string;
  readonly observedAt: string;
  readonly validUntil?: string;
  readonly staleAt?: string;
  readonly trusted?: true;
  readonly expired: boolean;
  readonly cause?: string;
}

interface DeviceAccess {
  readonly id: string;
  readonly role: string;
  readonly ip: string;
  readonly cs: string;
  readonly holdUntil?: string;
  readonly evidence: readonly Evidence[];
}

interface Change {
  readonly at: string;
  readonly device: string;
  readonly ip: string;
  readonly cs: string;
  readonly holdUntil?: string;
  readonly reason: string;
  readonly source?: string;
  readonly cause?: string;
}

interface Subscription {
  readonly monitoring: string;
  readonly status: string;
  readonly expiresAt?: string;
  readonly reason?: string;
}

interface Access {
  readonly networkSubscriptions?: readonly Subscription[];
  readonly devices: readonly DeviceAccess[];
  readonly recent: readonly Change[];
}

interface Subscriber {
  readonly devices: readonly { readonly id: string; readonly name: string }[];
}

type Names = ReadonlyMap<string, string>;

/** How the devices of a user can be reached, how that is known, and how it came about. */
export const subscriberView: View = async (api, address) => {
  const question = ask('Address (tel:+… or sip:…)', address, (text) => goTo('subscribers', text));
  const heading = element('h2', {}, address === '' ? 'How can a user be reached?' : address);
  if (address === '') return { content: [heading, question] };
  const path = encodeURIComponent(address);
  const facts = element('div');
  const read = async () => {
    const [subscriber, access] = await Promise.all([api.get<Subscriber>(`/subscribers/${path}`), api.get<Access>(`/access/${path}`)]);
    show(facts, accessOf(access, new Map(subscriber.devices.map(({ id, name }) => [id, name]))));
  };
  return { content: [question, heading, facts], read };
};

function accessOf({ devices, recent, networkSubscriptions = [] }: Access, names: Names): readonly Node[] {
  return [
    ...devices.map((device) => deviceCard(device, names)),
    ...subscriptionsOf(networkSubscriptions),
    element('h3', {}, 'What changed, newest first'),
    recent.length === 0
      ? element('p', { class: 'quiet' }, 'Nothing was heard of these devices yet.')
      : table(['Time', 'Device', 'IP', 'CS', 'Why', 'Said by', 'Cause'], recent.map((change) => changeRow(change, names))),
  ];
}

function deviceCard({ id, role, ip, cs, holdUntil, evidence }: DeviceAccess, names: Names): HTMLElement {
  return element('section', { class: 'device' },
    element('div', {},
      element('strong', {}, names.get(id) ?? 'Unnamed device'), role, chip(ip, `IP ${ip}`), chip(cs, `CS ${cs}`),
      holdUntil !== undefined && chip('SUSPECT', `waiting for IP until ${clockTime(holdUntil)}`),
      element('code', {}, id)),
    evidence.length === 0
      ? element('p', { class: 'quiet' }, 'Nobody has said anything about it.')
      : table(['Access', 'State', 'Said by', 'Weight', 'Observed', 'Counts until', 'Cause'], evidence.map(evidenceRow)),
  );
}

function subscriptionsOf(all: readonly Subscription[]): readonly Node[] {
  if (all.length === 0) return [];
  const rows = all.map(({ monitoring, status, expiresAt, reason }) => row([monitoring, status, timeCell(expiresAt), reason]));
  return [element('h3', {}, 'What the network is asked to report'), table(['Report', 'Status', 'Until', 'Why'], rows)];
}

function evidenceRow({ access, state, source, confidence, trusted, observedAt, validUntil, staleAt, expired, cause }: Evidence): HTMLElement {
  const weight = confidence === 'DELIVERABLE' ? 'proof' : trusted ? 'hint, trusted' : 'hint';
  return row([access, state, source, weight, timeCell(observedAt), timeCell(validUntil ?? staleAt), cause], { class: expired ? 'expired' : '' });
}

function changeRow({ at, device, ip, cs, holdUntil, reason, source, cause }: Change, names: Names): HTMLElement {
  const why = holdUntil === undefined ? reason : `${reason}, IP is awaited until ${clockTime(holdUntil)}`;
  return row([timeCell(at), names.get(device) ?? device, chip(ip, ip), chip(cs, cs), why, source, cause]);
}
