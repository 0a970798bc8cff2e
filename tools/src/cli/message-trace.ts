import { z } from 'zod';
import { announcedSystem } from '../start/running-system.js';
import { keptSpan, type KeptSpan } from '../spans/otlp-json.js';

/** The spans that the development collector has of a message. Throws an Error that says why there are none. */
export async function spansAbout(messageId: string, collector?: string): Promise<readonly KeptSpan[]> {
  const url = collector ?? (await announcedSystem())?.collectorUrl;
  if (url === undefined) throw new Error('nobody collects traces: start the services with npm start -- --traces, or name a --collector');
  const answer = await fetch(`${url.replace(/\/$/, '')}/messages/${encodeURIComponent(messageId)}`).catch((error: unknown) => {
    throw new Error(`no collector answers at ${url}`, { cause: error });
  });
  if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText} from ${url}`);
  const spans = z.array(keptSpan).parse(await answer.json());
  if (spans.length === 0) throw new Error('no trace of that message is kept: a span arrives some seconds after it ended, and only the last 2,000 traces are kept');
  return spans;
}
