import { Body, Delete, Get, HttpCode, Inject, Param, Put } from '@nestjs/common';
import { objectUrl, type CpmAddress } from '@cpm/vocabulary';
import type { ObjectRow } from '@cpm/domain-message-store-sync';
import { Describe, parse, ProblemError } from '@cpm/http';
import { z } from 'zod';
import { changeOf, changeTo, flagList, flagName, tooManyFlags, type FlagChange } from '../flags.js';
import { InBox, NmsResource, type BoxDevice } from '../nms-resource.js';
import { ObjectReader } from '../object-reader.js';
import { objectId } from '../references.js';
import { ObjectChanges } from './object-changes.js';

const flagListAnswer = z.object({ flagList: z.object({ flag: z.array(z.string()).readonly(), resourceURL: z.string() }) });
type FlagListAnswer = z.output<typeof flagListAnswer>;

const objectPath = z.object({ objectId });
const flagPath = objectPath.extend({ flagName });
/** A flag that nothing can have is none that is not there. */
const anyFlag = objectPath.extend({ flagName: z.string() });

/** The flags of one object. */
@NmsResource('objects')
export class FlagsController {
  constructor(
    @Inject(ObjectReader) private readonly reader: ObjectReader,
    @Inject(ObjectChanges) private readonly changes: ObjectChanges,
  ) {}

  @Get(':objectId/flags')
  @Describe({ summary: 'The flags of an object', path: objectPath, answers: { 200: flagListAnswer }, problems: [404] })
  async list(@InBox() { user, baseUrl }: BoxDevice, @Param() params: unknown): Promise<FlagListAnswer> {
    return flagsOf(await this.find(user, params), baseUrl);
  }

  @Put(':objectId/flags')
  @Describe({ summary: 'Gives an object these flags', path: objectPath, body: flagList, answers: { 200: flagListAnswer }, problems: [404] })
  async replace(@InBox() caller: BoxDevice, @Param() params: unknown, @Body() body: unknown): Promise<FlagListAnswer> {
    const wanted = parse(flagList, body);
    const row = await this.find(caller.user, params);
    await this.change(caller, row, changeTo(wanted, row.flags));
    return flagsOf(await this.find(caller.user, params), caller.baseUrl);
  }

  @Get(':objectId/flags/:flagName')
  @Describe({ summary: 'Whether an object has a flag', path: anyFlag, answers: { 200: z.object({ flag: z.string() }) }, problems: [404] })
  async get(@InBox() { user }: BoxDevice, @Param() params: unknown): Promise<{ flag: string }> {
    const { flagName: flag } = parse(anyFlag, params);
    const row = await this.find(user, params);
    if (!row.flags.includes(flag)) throw new ProblemError(404, 'unknown-flag', 'the object has no such flag');
    return { flag };
  }

  @Put(':objectId/flags/:flagName')
  @HttpCode(204)
  @Describe({ summary: 'Gives an object a flag', path: flagPath, answers: { 204: null }, problems: [404] })
  async add(@InBox() caller: BoxDevice, @Param() params: unknown): Promise<void> {
    const { flagName: flag } = parse(flagPath, params);
    const row = await this.find(caller.user, params);
    await this.change(caller, row, changeOf([flag], [], row.flags));
  }

  /** Of `\Seen`, too: the user wants to read it again. No report of his reading is taken back, or made again. */
  @Delete(':objectId/flags/:flagName')
  @HttpCode(204)
  @Describe({ summary: 'Takes a flag from an object', path: flagPath, answers: { 204: null }, problems: [404] })
  async remove(@InBox() caller: BoxDevice, @Param() params: unknown): Promise<void> {
    const { flagName: flag } = parse(flagPath, params);
    const row = await this.find(caller.user, params);
    await this.change(caller, row, changeOf([], [flag], row.flags));
  }

  private find(user: CpmAddress, params: unknown): Promise<ObjectRow> {
    return this.reader.get(user, parse(objectPath, params).objectId);
  }

  private async change(caller: BoxDevice, { oid, flags }: ObjectRow, change: FlagChange): Promise<void> {
    const problem = tooManyFlags(change, flags);
    if (problem) throw problem;
    if (change.addFlags ?? change.removeFlags) await this.changes.make(caller, [{ objectId: oid, ...change }]);
  }
}

function flagsOf({ u, oid, flags }: ObjectRow, baseUrl: string): FlagListAnswer {
  return { flagList: { flag: flags, resourceURL: `${baseUrl}${objectUrl(u, oid)}/flags` } };
}
