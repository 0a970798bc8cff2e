import { Body, Delete, Get, HttpCode, Inject, Post, Query, Res } from '@nestjs/common';
import type { ObjectUpdate } from '@cpm/contracts-message-store-sync';
import type { ObjectRow } from '@cpm/domain-message-store-sync';
import { CreatesWork, Describe, parse, ProblemError } from '@cpm/http';
import { objectUrl } from '@cpm/vocabulary';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { bulkAnswer, bulkResponseList, failed, succeeded, type BulkAnswer, type BulkResponse, type BulkResponses } from '../bulk.js';
import { changeOf, tooManyFlags } from '../flags.js';
import { InBox, NmsResource, type BoxDevice } from '../nms-resource.js';
import { objectList } from '../nms-schemas.js';
import { ObjectReader, unknownObject } from '../object-reader.js';
import { objectIdIn, reference, type Reference } from '../references.js';
import { objectSearch, type ObjectQuery } from '../search/object-query.js';
import { ObjectSearch } from '../search/object-search.js';
import { bulkDeleteBody, bulkUpdateBody } from './bulk-requests.js';
import { objectListAnswer, type ObjectListAnswer } from './nms-object-list.js';
import { ObjectChanges } from './object-changes.js';

interface Selection {
  readonly objects?: { readonly objectReference: readonly Reference[] } | undefined;
  readonly selectionCriteria?: ObjectQuery | undefined;
}
interface Selected {
  readonly rows: readonly (ObjectRow | undefined)[];
  readonly cursor?: string;
}
/** What a bulk request does to an object: nothing when it is so already. */
type Change = (row: ObjectRow) => Omit<ObjectUpdate, 'objectId'> | ProblemError | undefined;

const pathQuery = z.object({ path: z.string().max(2048).startsWith('/', 'must begin with /') });

const BULK = { 200: bulkResponseList, 206: bulkResponseList };

/** Operations on many objects. */
@NmsResource('objects')
export class ObjectOperationsController {
  constructor(
    @Inject(ObjectSearch) private readonly search: ObjectSearch,
    @Inject(ObjectReader) private readonly reader: ObjectReader,
    @Inject(ObjectChanges) private readonly changes: ObjectChanges,
  ) {}

  @Post('operations/search')
  @HttpCode(200)
  @Describe({ summary: 'Objects that fit criteria', body: objectSearch, answers: { 200: objectList }, problems: [404] })
  async find(@InBox() caller: BoxDevice, @Body() body: unknown): Promise<ObjectListAnswer> {
    return objectListAnswer(await this.search.find(caller, parse(objectSearch, body).selectionCriteria), caller);
  }

  @Get('operations/pathToId')
  @Describe({ summary: 'The object at a path', query: pathQuery, answers: { 200: z.object({ reference: z.object({ resourceURL: z.string(), path: z.string() }) }) }, problems: [404] })
  async pathToId(@InBox() caller: BoxDevice, @Query() query: unknown): Promise<{ reference: { resourceURL: string; path: string } }> {
    const { path } = parse(pathQuery, query);
    const object = await this.reader.show(caller, await this.reader.get(caller.user, objectIdIn(parse(reference, { path }), caller.user) ?? ''));
    if (object.path !== path) throw unknownObject();
    return { reference: { resourceURL: object.resourceURL, path } };
  }

  @CreatesWork()
  @Post('operations/bulkUpdate')
  @Describe({ summary: 'Gives many objects flags, or takes them away', body: bulkUpdateBody, answers: BULK, problems: [404] })
  async update(@InBox() caller: BoxDevice, @Body() body: unknown, @Res({ passthrough: true }) reply: FastifyReply): Promise<BulkAnswer> {
    const { bulkUpdate: { operation, flags: { flag }, ...selection } } = parse(bulkUpdateBody, body);
    const change: Change = (row) => {
      const changed = operation === 'AddFlag' ? changeOf([...new Set(flag)], [], row.flags) : changeOf([], flag, row.flags);
      return tooManyFlags(changed, row.flags) ?? (changed.addFlags ?? changed.removeFlags ? changed : undefined);
    };
    return bulkAnswer(await this.apply(caller, selection, change, 200), reply);
  }

  /** Also as POST, for what stands between may drop the body of a DELETE. */
  @CreatesWork()
  @Post('operations/bulkDelete')
  @Describe({ summary: 'Removes many objects', body: bulkDeleteBody, answers: BULK, problems: [404] })
  async remove(@InBox() caller: BoxDevice, @Body() body: unknown, @Res({ passthrough: true }) reply: FastifyReply): Promise<BulkAnswer> {
    return bulkAnswer(await this.apply(caller, parse(bulkDeleteBody, body).bulkDelete, () => ({ remove: 'deleted' }), 204), reply);
  }

  @Delete('operations/bulkDelete')
  @Describe({ summary: 'Removes many objects', body: bulkDeleteBody, answers: BULK, problems: [404] })
  removeByDelete(@InBox() caller: BoxDevice, @Body() body: unknown, @Res({ passthrough: true }) reply: FastifyReply): Promise<BulkAnswer> {
    return this.remove(caller, body, reply);
  }

  private async apply(caller: BoxDevice, selection: Selection, change: Change, code: 200 | 204): Promise<BulkResponses> {
    const { rows, cursor } = await this.select(caller, selection);
    const planned = rows.map((row) => ({ row, change: row && change(row) }));
    const updates = new Map(planned.flatMap(({ row, change: made }) => (row && made && !(made instanceof ProblemError) ? [[row.oid, { objectId: row.oid, ...made }]] : [])));
    await this.changes.make(caller, [...updates.values()]);
    const response = planned.map(({ row, change: made }): BulkResponse => {
      if (!row) return failed(unknownObject());
      return made instanceof ProblemError ? failed(made) : succeeded(caller.baseUrl + objectUrl(row.u, row.oid), code);
    });
    return { response, ...(cursor !== undefined && { cursor }) };
  }

  private async select(caller: BoxDevice, { objects, selectionCriteria }: Selection): Promise<Selected> {
    if (selectionCriteria) return this.search.find(caller, selectionCriteria);
    const ids = (objects?.objectReference ?? []).map((named) => objectIdIn(named, caller.user));
    const rows = await this.reader.find(caller.user, ids.flatMap((id) => id ?? []));
    return { rows: ids.map((id) => (id === undefined ? undefined : rows.get(id))) };
  }
}
