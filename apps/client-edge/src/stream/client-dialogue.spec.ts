import { address, device } from '../edge-world.fixture.js';
import type { DispositionReports } from '../disposition/disposition-reports.js';
import { ClientDialogue } from './client-dialogue.js';
import type { Cursors } from './cursors.js';
import type { DeviceConnection } from './device-connection.js';

it('reads no more from a client while a thousand things it said wait, whatever they are, and follows them all in the end', async () => {
  const log = Promise.withResolvers<void>();
  const said: string[] = [];
  const connection = { user: address(2), device: device(1), position: 9, send: () => said.push('sent'), pause: () => said.push('pause'), resume: () => said.push('resume') } as unknown as DeviceConnection;
  const confirmed: number[] = [];
  const dialogue = new ClientDialogue(connection, {
    reports: { report: () => log.promise } as unknown as DispositionReports,
    cursors: { confirm: (_user: string, _device: string, n: number) => confirmed.push(n) } as unknown as Cursors,
    now: () => 0,
  });
  const hear = (message: object) => dialogue.hear(Buffer.from(JSON.stringify(message)), false);
  hear({ disposition: { id: 'm1', status: 'delivered' } });
  for (let at = 0; at < 998; at += 1) hear({ ack: '3' });
  expect(said).toEqual([]);
  hear({ ack: '4' });
  expect(said).toEqual(['pause']);
  log.resolve();
  await new Promise(setImmediate);
  expect([said, confirmed.length, confirmed.at(-1)]).toEqual([['pause', 'resume'], 999, 4]);
});
