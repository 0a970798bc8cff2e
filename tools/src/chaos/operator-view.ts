import { signToken } from '../dev-tokens/dev-tokens.js';
import type { History, JourneyLine } from './history.js';
import { overtaken } from './invariants/in-order.js';
import { judge } from './judge.js';
import { Seen } from './seen.js';

const MOST_JOURNEYS = 300;

/** What the system itself tells of messages that look amiss, so that what had to wait is told from what was lost or overtaken. */
export async function appendJourneys(url: string, history: History): Promise<void> {
  const late = overtaken(new Seen(history.events)).map(({ id }) => id);
  const amiss = judge(history.events).violations.map(({ about }) => about).filter((about) => about.startsWith('chaos-'));
  for (const id of [...new Set([...amiss, ...late])].slice(0, MOST_JOURNEYS)) history.append({ is: 'journey', id, lines: await journeyOf(url, id) });
}

/** @throws when the system does not list them */
export async function deadLetters(url: string): Promise<readonly unknown[]> {
  const answer = await asOperator(url, '/admin/v1/dead-letters') as { deadLetters?: readonly unknown[] };
  if (!answer.deadLetters) throw new Error(`dead letters are not listed: ${JSON.stringify(answer)}`);
  return answer.deadLetters;
}

async function journeyOf(url: string, id: string): Promise<readonly JourneyLine[]> {
  const { entries = [] } = (await asOperator(url, `/admin/v1/messages/${id}/journey`)) as { entries?: readonly JourneyLine[] };
  return entries;
}

async function asOperator(url: string, path: string): Promise<unknown> {
  const answer = await fetch(url + path, { headers: { authorization: `Bearer ${await signToken({ scope: 'operator' })}` } });
  return answer.json();
}
