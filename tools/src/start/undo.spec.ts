import { Undo } from './undo.js';

it('undoes in reverse, each once', async () => {
  const undo = new Undo();
  const undone: string[] = [];
  for (const step of ['first', 'second']) undo.add(async () => { undone.push(step); });
  await undo.all();
  await undo.all();
  expect(undone).toEqual(['second', 'first']);
});

it('lets whoever asks second wait for what is under way', async () => {
  const undo = new Undo();
  const { promise, resolve } = Promise.withResolvers<void>();
  const seen: string[] = [];
  undo.add(async () => { await promise; seen.push('undone'); });
  void undo.all();
  const second = undo.all().then(() => seen.push('waited'));
  resolve();
  await second;
  expect(seen).toEqual(['undone', 'waited']);
});
