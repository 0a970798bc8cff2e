import { randomUUID } from 'node:crypto';
import { Controller, Get, HttpCode, Inject, Module, Param, Post, Query } from '@nestjs/common';
import { Describe, parse, ProblemError, RequireScope } from '@cpm/http';
import { inboxOf, SERVICES, type ServiceName } from '@cpm/runtime-decider';
import { decodeEnvelope, encodeEnvelope, ingressSource, traced } from '@cpm/runtime-engine';
import { spanContextOf, traceparentOf, type Publisher } from '@cpm/runtime-ports';
import { timestamp } from '@cpm/vocabulary';
import { z } from 'zod';
import { Audited } from './audit/audited.js';
import type { DeadLetter, DeadLetters } from './dead-letters.js';
import { HostedServices } from './hosted-services.js';
import type { Metrics } from './metrics/metrics.js';
import type { Platform } from './platform.js';
import { METRICS, PLATFORM } from './tokens.js';

const PAGE = 100;
const listQuery = z.strictObject({ service: z.enum(SERVICES).optional(), cursor: z.string().max(256).optional() });

/** A dead letter as an operator sees it: the record itself may hold what a user wrote, so it is not shown. */
const deadLetterView = z.object({
  id: z.string(), service: z.enum(SERVICES), key: z.string(), reason: z.string(), replayed: z.boolean(), at: z.iso.datetime(), bytes: z.int(),
}).meta({ id: 'DeadLetter' });
type DeadLetterView = z.output<typeof deadLetterView>;

@Controller('/admin/v1/dead-letters')
@RequireScope('operator')
class DeadLettersController {
  private readonly letters: DeadLetters;

  constructor(
    @Inject(PLATFORM) platform: Platform,
    @Inject(HostedServices) private readonly hosted: HostedServices,
    @Inject(METRICS) private readonly metrics: Metrics,
  ) {
    this.letters = platform.deadLetters;
  }

  @Get()
  @Describe({ summary: 'Records that services put aside, in the order of their ids', query: listQuery, answers: { 200: z.object({ deadLetters: z.array(deadLetterView), cursor: z.string().exactOptional() }) } })
  async list(@Query() query: unknown): Promise<{ deadLetters: DeadLetterView[]; cursor?: string }> {
    const { service, cursor } = parse(listQuery, query);
    const services = service === undefined ? [...SERVICES].sort() : [service];
    const from = cursor === undefined ? undefined : serviceOf(cursor);
    const found: DeadLetter[] = [];
    for (const name of services) {
      if (from !== undefined && name < from) continue;
      const { letters } = await this.letters.list(name, name === from ? cursor : undefined, PAGE + 1 - found.length);
      found.push(...letters);
      if (found.length > PAGE) break;
    }
    const page = found.slice(0, PAGE);
    const last = page.at(-1);
    return { deadLetters: page.map(viewOf), ...(found.length > PAGE && last ? { cursor: last.id } : {}) };
  }

  /** Appends the record to its inbox again, as an event from outside: its first copy counts as seen. */
  @Post('/:id/replay')
  @Audited('dead-letter.replay')
  @HttpCode(202)
  @Describe({ summary: 'Appends a record that was put aside to its inbox again', path: z.object({ id: z.string() }), answers: { 202: deadLetterView }, problems: [404, 409] })
  async replay(@Param('id') id: string): Promise<DeadLetterView> {
    const service = serviceOf(id);
    const letter = service && (await this.letters.find(service, id));
    if (!letter) throw new ProblemError(404, 'unknown-dead-letter', 'there is no such dead letter');
    if (letter.replayed) throw new ProblemError(409, 'already-replayed', 'the dead letter was replayed before');
    await this.publisher(service).publish([{ topic: inboxOf(service), key: letter.key, value: asIngress(service, letter.value) }]);
    await this.letters.markReplayed(service, id);
    this.metrics.replayed(service);
    return viewOf({ ...letter, replayed: true });
  }

  /** Any service's way into the log will do: records are appended as they are. */
  private publisher(service: ServiceName): Publisher {
    const [first] = this.hosted.names;
    const ingress = this.hosted.ingressOf(service) ?? (first && this.hosted.ingressOf(first));
    if (!ingress) throw new ProblemError(503, 'temporarily-unavailable', 'no service runs here');
    return { publish: (records) => ingress.append(records) };
  }
}

/** The operator's view of what was put aside; import it into one application. */
@Module({ controllers: [DeadLettersController] })
export class DeadLettersModule {}

/** Ids begin with their inbox: `cpm.routing.inbox/3/17`. */
function serviceOf(id: string): ServiceName | undefined {
  return SERVICES.find((service) => id.startsWith(`${inboxOf(service)}/`));
}

function asIngress(service: ServiceName, value: string): string {
  try {
    const { type, data, traceparent } = decodeEnvelope(value);
    // Nobody has checked the type: as it stands it could end its string and bring fields of its own.
    const envelope = encodeEnvelope(ingressSource(service), randomUUID(), JSON.stringify(type).slice(1, -1), JSON.stringify(data ?? null));
    return traced(envelope, traceparentOf(spanContextOf(traceparent)));
  } catch {
    return value;
  }
}

function viewOf({ value, at, ...letter }: DeadLetter): DeadLetterView {
  return { ...letter, at: timestamp(at), bytes: Buffer.byteLength(value) };
}
