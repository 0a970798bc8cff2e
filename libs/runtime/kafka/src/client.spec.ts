import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { unrefOnlyWhileOpen } from './client.js';

it('keeps nothing of a socket that ended, however often it is let go', async () => {
  // Unrefed, so that it holds up nobody.
  const server = createServer((peer) => peer.destroy()).listen(0, '127.0.0.1').unref();
  await once(server, 'listening');
  const socket = unrefOnlyWhileOpen(connect((server.address() as AddressInfo).port, '127.0.0.1'));
  socket.resume();
  await once(socket, 'close');
  for (let retry = 0; retry < 20; retry += 1) socket.unref();
  expect(socket.listenerCount('connect')).toBe(0);
});
