import { element, row, show, table, timeCell } from './dom.js';
import type { OperatorApi } from './operator-api.js';
import type { View } from './view.js';

interface DeadLetter {
  readonly id: string;
  readonly service: string;
  readonly key: string;
  readonly reason: string;
  readonly at: string;
  readonly bytes: number;
  readonly replayed: boolean;
}

/** Records that no service could take; one can be put into the log again when its cause is mended. */
export const deadLettersView: View = async (api) => {
  const list = element('div');
  const read = async () => {
    const { deadLetters, cursor } = await api.get<{ readonly deadLetters: readonly DeadLetter[]; readonly cursor?: string }>('/dead-letters');
    show(list, lettersOf(deadLetters, cursor !== undefined, (letter) => void replay(api, letter, list).then(read).catch(() => undefined)));
  };
  return {
    content: [
      element('h2', {}, 'Dead letters'),
      element('p', {}, 'Records that a service put aside so that the others go on. Replay one when its cause is mended.'),
      list,
    ],
    read,
  };
};

function lettersOf(letters: readonly DeadLetter[], areMore: boolean, replayed: (letter: DeadLetter) => void): readonly Node[] {
  if (letters.length === 0) return [element('p', { class: 'quiet' }, 'There are none.')];
  const rows = letters.map((letter) => row([
    timeCell(letter.at), letter.service, letter.key, letter.reason, element('td', { class: 'number' }, `${letter.bytes} B`),
    letter.replayed ? 'replayed' : element('button', { type: 'button', click: () => replayed(letter) }, 'Replay'),
  ]));
  return [table(['Put aside', 'Service', 'About', 'Why', 'Size', ''], rows), ...(areMore ? [element('p', { class: 'quiet' }, 'There are more than these.')] : [])];
}

async function replay(api: OperatorApi, { id, service, key }: DeadLetter, list: HTMLElement): Promise<void> {
  if (!confirm(`Put this record of ${key} into the log of ${service} again?`)) return;
  await api.call('POST', `/dead-letters/${encodeURIComponent(id)}/replay`).catch((error: unknown) => {
    list.before(element('div', { class: 'fault', role: 'alert' }, (error as Error).message));
  });
}
