import { Listeners } from './listeners.js';

it('tells the others, and who spoke, nothing of a listener that throws', () => {
  const reported: unknown[] = [];
  Object.assign(globalThis, { reportError: (error: unknown) => reported.push(error) });
  const listeners = new Listeners<{ said: string }>();
  const heard: string[] = [];
  const fault = new Error('of the app');
  listeners.on('said', () => {
    throw fault;
  });
  listeners.on('said', (text) => heard.push(text));
  listeners.emit('said', 'hi');
  expect([heard, reported]).toEqual([['hi'], [fault]]);
  Object.assign(globalThis, { reportError: undefined });
});
