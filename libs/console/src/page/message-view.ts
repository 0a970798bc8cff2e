import { ask, clockTime, element, row, show, table } from './dom.js';
import { goTo, type View } from './view.js';

interface Entry {
  readonly at: string;
  readonly service: string;
  readonly recipient?: string;
  readonly device?: string;
  readonly deviceName?: string;
  readonly form?: string;
  readonly step: string;
  readonly reason?: string;
}

/** Every decision about a message. */
export const messageView: View = async (api, id) => {
  const question = ask('Message id', id, (text) => goTo('messages', text));
  if (id === '') return { content: [element('h2', {}, 'What happened to a message?'), question] };
  const facts = element('div');
  const read = async () => {
    const { entries } = await api.get<{ readonly entries: readonly Entry[] }>(`/messages/${encodeURIComponent(id)}/journey`);
    show(facts, journeyOf(entries));
  };
  return { content: [question, element('h2', {}, `Journey of ${id}`), facts], read };
};

function journeyOf(entries: readonly Entry[]): readonly Node[] {
  const [first] = entries;
  if (!first) return [];
  const begin = Date.parse(first.at);
  return [
    element('p', { class: 'quiet' }, `Begins at ${clockTime(first.at)}; ${entries.length} decisions.`),
    table(['After', 'Recipient', 'Device', 'Form', 'Decision', 'Why', 'Service'], entries.map((entry) => entryRow(entry, begin))),
  ];
}

function entryRow({ at, service, recipient, device, deviceName, form, step, reason }: Entry, begin: number): HTMLElement {
  const after = element('td', { class: 'number', title: at }, `${((Date.parse(at) - begin) / 1_000).toFixed(3)} s`);
  return row([after, recipient, element('td', { title: device ?? '' }, deviceName ?? device), form, step, reason, element('td', { class: 'quiet' }, service)]);
}
