import { randomUUID } from 'node:crypto';
import type { Pool } from 'undici';
import WebSocket from 'ws';
import { signToken } from '../dev-tokens/dev-tokens.js';

export interface Pair {
  readonly recipient: string;
  readonly submitHeaders: Record<string, string>;
}

export interface Provisioned extends Pair {
  /** The sender's one device, then the recipient's, his Primary first. */
  readonly devices: readonly { readonly user: string; readonly id: string }[];
  /** Of each device. */
  readonly tokens: readonly string[];
}

export interface PairListener {
  received(messageId: string): void;
  reported(messageId: string): void;
  /** A stream has ended: what its device misses from now on is not seen. */
  cut?(): void;
}

/** Two subscribers and their devices, through the public interface. */
export async function provisionPair(pool: Pool, index: number, recipientDevices = 3): Promise<Provisioned> {
  const operator = await signToken({ user: 'tel:+4900000000', scope: 'operator', ttlSec: 3600 });
  const [sender, recipient] = [`tel:+4930${1_000_000 + index}`, `tel:+4940${1_000_000 + index}`] as const;
  const devices = [sender, ...Array.from({ length: recipientDevices }, () => recipient)].map((user) => ({ user, id: urn() }));
  for (const { user, id } of devices.slice(0, 2)) {
    await put(pool, `/admin/v1/subscribers/${encodeURIComponent(user)}`, operator, { primaryDevice: { id } });
  }
  const tokens: string[] = [];
  for (const [number, { user, id }] of devices.entries()) {
    const token = await signToken({ user, device: id, scope: 'device', ttlSec: 7200 });
    await put(pool, `/cpm/v1/devices/${encodeURIComponent(id)}`, token, {
      name: `device ${number}`, capabilities: { services: ['standalone'], contentTypes: ['*/*'], maxBytes: 1_000_000 }, autoAnswer: { session: false, fileTransfer: false },
    });
    tokens.push(token);
  }
  return { recipient, devices, tokens, submitHeaders: { authorization: `Bearer ${tokens[0]}`, 'content-type': 'application/json' } };
}

/** Opens the four streams; recipients acknowledge what they get as soon as they get it. */
export async function connectPair(url: string, pair: Provisioned, listener: PairListener): Promise<Pair> {
  await Promise.all(pair.tokens.map((token, index) => openStream(url, token, (socket, text) => {
    const frame = JSON.parse(text) as { cursor: string; type: string; data: Record<string, unknown> };
    if (frame.type === 'message.received' && index > 0) {
      const id = String(frame.data['id']);
      socket.send(`{"disposition":{"id":"${id}","status":"delivered"}}`);
      listener.received(id);
    } else if (frame.type === 'disposition' && index === 0) listener.reported(String(frame.data['messageId']));
    if (Number(frame.cursor) % 50 === 0) socket.send(`{"ack":"${frame.cursor}"}`);
  }).then((socket) => socket.once('close', () => listener.cut?.()))));
  return { recipient: pair.recipient, submitHeaders: pair.submitHeaders };
}

export function openStream(url: string, token: string, onText: (socket: WebSocket, text: string) => void): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/cpm/v1/stream`, { headers: { authorization: `Bearer ${token}` }, perMessageDeflate: false });
  socket.on('message', (data) => onText(socket, (data as Buffer).toString('utf8')));
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(socket));
    socket.once('error', reject);
    socket.once('close', (code, reason) => reject(new Error(`stream closed: ${code} ${String(reason)}`)));
  });
}

export async function put(pool: Pool, path: string, token: string, body: unknown): Promise<void> {
  const answer = await pool.request({ method: 'PUT', path, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const text = await answer.body.text();
  if (answer.statusCode > 201) throw new Error(`PUT ${path}: ${answer.statusCode} ${text}`);
}

export function urn(): string {
  return `urn:uuid:${randomUUID()}`;
}
