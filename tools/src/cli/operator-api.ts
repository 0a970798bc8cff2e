import { devKeys } from '../dev-tokens/index.js';

/** A GET of the operator's interface with a development token. Throws an Error that says what the service answered. */
export async function operatorGet(url: string, path: string): Promise<unknown> {
  const token = await (await devKeys()).sign({ scope: 'operator', ttlSec: 60 });
  const target = `${url.replace(/\/$/, '')}${path}`;
  const response = await fetch(target, { headers: { authorization: `Bearer ${token}` } }).catch((error: unknown) => {
    throw new Error(`nobody answers at ${url}: start the services with npm start, or name another --url`, { cause: error });
  });
  const body: unknown = await response.json().catch(() => undefined);
  if (response.ok) return body;
  const { title = response.statusText, detail = '' } = (body ?? {}) as { title?: string; detail?: string };
  throw new Error(`${response.status} ${title}${detail === '' ? '' : `: ${detail}`}`);
}
