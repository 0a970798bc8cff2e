import { CpmProblem, UNNAMED } from '../calls/problem.js';
import type { NmsCalls } from '../nms/nms-calls.js';
import { idOf } from '../nms/stored-from-wire.js';
import type { LocalBox } from '../store/local-box.js';
import type { PendingOperation, UnsentMessage } from '../store/stored.js';
import { codesOf, nextGroup, refused, requestOf, sendingOf, taken, type BoxAddress, type Group, type GroupAnswer } from './outbox-requests.js';

export interface OutboxOptions {
  readonly local: LocalBox;
  readonly nms: NmsCalls;
  readonly box: BoxAddress;
  readonly problem: (problem: CpmProblem) => void;
}

const GONE: ReadonlySet<number> = new Set([404, 410]);
const WAITS: ReadonlySet<number> = new Set([401, 408, 425, 429]);

/** Sends what the user did, in order, until nothing waits. What the server has taken is kept as taken before anything more is sent. */
export class Outbox {
  constructor(private readonly options: OutboxOptions) {}

  /** Rejects when the server cannot take it now: all that waits stays, in its order. */
  async send(): Promise<void> {
    const { local } = this.options;
    for (const id of [...local.tables.unsent.keys()]) {
      // As it is now: its user may have thought better of it while another was sent.
      const unsent = local.tables.unsent.get(id);
      if (unsent?.state === 'waiting') await this.sendMessage(unsent);
    }
    for (let group = nextGroup(local.tables.pending); group; group = nextGroup(local.tables.pending)) await this.sendGroup(group);
  }

  private async sendMessage(unsent: UnsentMessage): Promise<void> {
    const outcome = await this.options.nms.json(sendingOf(unsent)).then(() => 'accepted' as const, (error: unknown) => refusal(error));
    if (outcome !== 'accepted') this.options.problem(outcome);
    // Its copy may have come from the store meanwhile, or its user thought better of it.
    await this.options.local.commit(({ unsent: all, position }) => {
      const told: UnsentMessage = outcome === 'accepted' ? { ...unsent, state: outcome, search: position?.search ?? 0 } : { ...unsent, state: 'refused' };
      return all.has(unsent.id) ? { unsent: { put: [told] } } : undefined;
    });
  }

  private async sendGroup(given: Group): Promise<void> {
    const { nms, box, local } = this.options;
    const group = given[0].type === 'create-draft' ? await this.attempting(given[0]) : given;
    if (group === undefined) return;
    const outcome = await nms.json<GroupAnswer | undefined>(requestOf(group, box)).then((answer) => ({ answer }), (error: unknown) => refusal(error));
    if (!(outcome instanceof CpmProblem)) await this.settle(group, outcome.answer);
    // It does not say which of several it is about.
    else if (group.length > 1) for (const one of group) await this.sendGroup([one]);
    else {
      if (!GONE.has(outcome.status)) this.options.problem(outcome);
      await local.commit((tables) => refused(group, tables));
    }
  }

  /** From now on the server may have it: it is not changed here any more. Undefined when its user thought better of it. */
  private async attempting({ order }: PendingOperation): Promise<Group | undefined> {
    let group: Group | undefined;
    await this.options.local.commit(({ pending }) => {
      const current = pending.find((one) => one.order === order);
      if (current?.type !== 'create-draft') return undefined;
      const attempted = { ...current, isAttempted: true };
      group = [attempted];
      return { pending: { put: [attempted] } };
    });
    return group;
  }

  private async settle(group: Group, answer: GroupAnswer | undefined): Promise<void> {
    const codes = codesOf(group, answer);
    const having = (fits: (code: number) => boolean) => group.filter((_, index) => fits(codes[index] ?? 0));
    const denied = having((code) => code >= 400 && code < 500 && !WAITS.has(code));
    if (denied.length > 0) await this.options.local.commit((tables) => refused(denied, tables));
    for (const [index, code] of codes.entries()) if (code >= 400 && code < 500 && !WAITS.has(code) && !GONE.has(code)) this.options.problem(itemProblem(code, group[index], answer));
    const done = having((code) => code < 400);
    if (done.length > 0) await this.options.local.commit((tables) => taken(done, answer, tables));
    const [first] = done;
    if (first?.type === 'create-draft' && answer?.object) this.options.local.rename(first.object, idOf(answer.object.resourceURL));
    if (first?.type === 'create-folder' && answer?.folder) this.options.local.rename(first.folder, idOf(answer.folder.resourceURL));
    if (done.length + denied.length < group.length) throw new CpmProblem(503, 'partly-done', 'the server did not take all of a bulk request', [], undefined);
  }
}

/** A final no of the service, in its own words: what something in between answers, while it does not find the service, is thrown on. */
function refusal(error: unknown): CpmProblem {
  if (error instanceof CpmProblem && error.kind !== UNNAMED && error.status >= 400 && error.status < 500 && !WAITS.has(error.status)) return error;
  throw error;
}

function itemProblem(code: number, operation: PendingOperation | undefined, answer: GroupAnswer | undefined): CpmProblem {
  const reason = answer?.bulkResponseList?.response.find((one) => one.code === code)?.reason ?? '';
  return new CpmProblem(code, operation?.type ?? 'unknown', reason, [], undefined);
}
