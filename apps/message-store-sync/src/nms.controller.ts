import { randomUUID } from 'node:crypto';
import { Body, Controller, Delete, Get, Headers, HttpCode, Inject, Param, Post, Put, Req, Res, UseFilters } from '@nestjs/common';
import { UpdateObjects } from '@cpm/contracts-message-store-sync';
import { nmsObject, scopeOf, type NmsObject, type ObjectRow } from '@cpm/domain-message-store-sync';
import { CallingDevice, parse, ProblemError, RequireScope, orUnavailable, type DevicePrincipal } from '@cpm/http';
import { CLOCK, ingressOf } from '@cpm/runtime-host';
import type { Clock, Ingress } from '@cpm/runtime-ports';
import { cpmAddress, type CpmAddress } from '@cpm/vocabulary';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Boxes } from './boxes.js';
import { NmsErrorFilter } from './nms-error.js';
import { cursorAt, objectSearch } from './object-search.js';
import { PayloadAnswer } from './payload-answer.js';
import { StoredObjects } from './stored-objects.js';

const boxPath = z.object({ storeName: z.string().regex(/^[\w-]{1,32}$/, 'must be 1 to 32 letters, digits, _ or -'), boxId: cpmAddress });
const objectPath = boxPath.extend({ objectId: z.string().min(1).max(256) });
const flagPath = objectPath.extend({ flagName: z.literal('\\Seen', 'only \\Seen can be changed') });

/** A user's network message store, in the words of OMA NMS. Every device of the user sees the same box under any store name. */
@Controller('/nms/v1/:storeName/:boxId/objects')
@RequireScope('device')
@UseFilters(NmsErrorFilter)
export class NmsController {
  constructor(
    @Inject(StoredObjects) private readonly objects: StoredObjects,
    @Inject(Boxes) private readonly boxes: Boxes,
    @Inject(PayloadAnswer) private readonly payloads: PayloadAnswer,
    @Inject(ingressOf('message-store-sync')) private readonly ingress: Ingress,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get('/:objectId')
  async get(@CallingDevice() { user }: DevicePrincipal, @Param() params: unknown, @Req() request: FastifyRequest): Promise<{ object: NmsObject }> {
    const [row, { folders }] = await Promise.all([this.find(user, params), this.boxes.of(user)]);
    return { object: nmsObject(row, { folders, baseUrl: baseUrlOf(request) }) };
  }

  @Get(['/:objectId/payload', '/:objectId/payloadParts/1'])
  async payload(
    @CallingDevice() { user }: DevicePrincipal, @Param() params: unknown, @Headers() headers: Record<string, string | undefined>, @Res() reply: FastifyReply,
  ): Promise<void> {
    const row = await this.find(user, params);
    if (row.context === 'imdn-message') throw new ProblemError(404, 'no-payload', 'a report has no payload');
    await this.payloads.send(row, headers, reply);
  }

  @Put('/:objectId/flags/:flagName')
  @HttpCode(204)
  async addFlag(@CallingDevice() caller: DevicePrincipal, @Param() params: unknown): Promise<void> {
    const row = await this.find(caller.user, params);
    parse(flagPath, params);
    if (!row.flags.includes('\\Seen')) await this.change(row, caller, 'seen');
  }

  /** What was displayed cannot be made undisplayed: the sender may have been told. */
  @Delete('/:objectId/flags/:flagName')
  async removeFlag(@CallingDevice() { user }: DevicePrincipal, @Param() params: unknown): Promise<never> {
    await this.find(user, params);
    parse(flagPath, params);
    throw new ProblemError(403, 'flag-is-final', '\\Seen cannot be removed again');
  }

  @Delete('/:objectId')
  @HttpCode(204)
  async remove(@CallingDevice() caller: DevicePrincipal, @Param() params: unknown): Promise<void> {
    await this.change(await this.find(caller.user, params), caller, 'removed');
  }

  @Post('/operations/search')
  @HttpCode(200)
  async search(
    @CallingDevice() { user, device }: DevicePrincipal, @Param() params: unknown, @Body() body: unknown, @Req() request: FastifyRequest,
  ): Promise<{ objectList: { object: NmsObject[]; cursor?: string } }> {
    requireOwnBox(user, parse(boxPath, params));
    const query = parse(objectSearch, body);
    const [rows, { syncRules, folders }] = await Promise.all([this.objects.search(user, { ...query, limit: query.limit + 1 }), this.boxes.of(user)]);
    const page = rows.slice(0, query.limit);
    const last = page.at(-1);
    const wanted = page.filter((row) => scopeOf(row, { device, rules: syncRules, folders }, this.clock.now()) === 'in');
    const view = { folders, baseUrl: baseUrlOf(request) };
    return { objectList: { object: wanted.map((row) => nmsObject(row, view)), ...(rows.length > page.length && last ? { cursor: cursorAt(last) } : {}) } };
  }

  private async find(user: CpmAddress, params: unknown): Promise<ObjectRow> {
    const { objectId, ...box } = parse(objectPath, params);
    requireOwnBox(user, box);
    const row = await this.objects.find(user, objectId);
    if (!row) throw new ProblemError(404, 'unknown-object', 'there is no such object');
    return row;
  }

  private async change({ u: user, oid: objectId, context }: ObjectRow, { device }: DevicePrincipal, change: 'seen' | 'removed'): Promise<void> {
    if (context === 'imdn-message') throw new ProblemError(403, 'report-is-final', 'a report cannot be changed');
    const object = { objectId, ...(change === 'seen' ? { addFlags: ['\\Seen'] } : { remove: 'deleted' as const }) };
    await orUnavailable(this.ingress.publish(UpdateObjects, { user, commandId: randomUUID(), objects: [object], device, at: this.clock.now() }));
  }
}

function requireOwnBox(user: CpmAddress, { boxId }: { readonly boxId: CpmAddress }): void {
  if (boxId !== user) throw new ProblemError(403, 'foreign-box', 'the box belongs to another user');
}

function baseUrlOf({ protocol, host }: FastifyRequest): string {
  return `${protocol}://${host}`;
}
