import { Inject, Injectable } from '@nestjs/common';
import { orUnavailable, ProblemError } from '@cpm/http';
import type { ReadStore } from '@cpm/runtime-host';
import { sessionHead, type CpmAddress, type SessionHead } from '@cpm/vocabulary';
import { z } from 'zod';
import { ROUTING_STORE } from '../ports.js';

/** What the edge reads of a user's part in a session, as routing stores it. Times are epoch ms. */
const part = z.object({
  status: z.enum(['none', 'invited', 'joined', 'left', 'declined', 'missed', 'ended']),
  session: sessionHead.nullable(),
  legs: z.array(z.object({ device: z.string(), state: z.string(), joinedAt: z.number().nullable(), leftAt: z.number().nullable() })),
});
export type SessionPart = z.infer<typeof part>;

/** What the edge reads of a session's focus. */
const roster = z.object({ active: z.boolean(), members: z.record(z.string(), z.object({ status: z.string(), since: z.number() })) });
export type SessionRoster = z.infer<typeof roster>;

/** Sessions as routing keeps them. */
@Injectable()
export class SessionDirectory {
  constructor(@Inject(ROUTING_STORE) private readonly store: ReadStore) {}

  /** A user's part in a session; undefined when he has none, or none yet. */
  async partOf(user: CpmAddress, sessionId: string): Promise<SessionPart | undefined> {
    return part.optional().parse(await this.state('participation', `${user}|${sessionId}`));
  }

  async rosterOf({ creator, id }: SessionHead): Promise<SessionRoster | undefined> {
    return roster.optional().parse(await this.state('focus', `${creator}|${id}`));
  }

  private async state(kind: string, id: string): Promise<unknown> {
    const [found] = await orUnavailable(this.store.load(kind, [id]));
    return found?.state;
  }
}

/** Whether a user may speak in a session. Throws 409 with what became of it. */
export function assertMaySpeak({ status, session }: SessionPart): void {
  if (status === 'joined' || status === 'invited') return;
  const group = session?.kind !== 'one-to-one';
  if ((status === 'missed' && group) || (status === 'ended' && session?.kind === 'long-lived-group')) return;
  throw new ProblemError(409, 'not-in-session', status === 'ended' || status === 'missed' ? 'the session has ended' : `you have ${status} the session`);
}
