import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { devKeys } from '../dev-tokens/index.js';

/** A call of the operator's interface, with the token in CPM_TOKEN or one of the development key. Throws an Error that says what the service answered. */
export async function operatorCall(url: string, path: string, method = 'GET'): Promise<unknown> {
  return (await answered(url, path, method)).json();
}

/** Writes what the operator's interface answers into a file, as it comes; resolves with its bytes. Throws as above, and when the answer breaks off. */
export async function operatorDownload(url: string, path: string, file: string): Promise<number> {
  const { body } = await answered(url, path, 'GET');
  if (!body) return 0;
  const target = createWriteStream(file);
  await pipeline(Readable.fromWeb(body as ReadableStream), target);
  return target.bytesWritten;
}

async function answered(url: string, path: string, method: string): Promise<Response> {
  const token = process.env['CPM_TOKEN'] ?? (await (await devKeys()).sign({ scope: 'operator', ttlSec: 60 }));
  const target = `${url.replace(/\/$/, '')}${path}`;
  const response = await fetch(target, { method, headers: { authorization: `Bearer ${token}` } }).catch((error: unknown) => {
    throw new Error(`nobody answers at ${url}: start the services with npm start, or name another --url`, { cause: error });
  });
  if (response.ok) return response;
  const body: unknown = await response.json().catch(() => undefined);
  const { title = response.statusText, detail = '' } = (body ?? {}) as { title?: string; detail?: string };
  throw new Error(`${response.status} ${title}${detail === '' ? '' : `: ${detail}`}`);
}
