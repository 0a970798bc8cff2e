import { signToken } from '../dev-tokens/dev-tokens.js';

const MOST_JOURNEYS = 10;

/** What the system itself tells of the messages, by id; of the first ones where there are many. */
export async function journeysOf(url: string, ids: readonly string[]): Promise<Record<string, unknown>> {
  const found: [string, unknown][] = [];
  for (const id of ids.slice(0, MOST_JOURNEYS)) found.push([id, await asOperator(url, `/admin/v1/messages/${id}/journey`)]);
  return Object.fromEntries(found);
}

export function deadLetters(url: string): Promise<unknown> {
  return asOperator(url, '/admin/v1/dead-letters');
}

async function asOperator(url: string, path: string): Promise<unknown> {
  const answer = await fetch(url + path, { headers: { authorization: `Bearer ${await signToken({ scope: 'operator' })}` } });
  return answer.json();
}
