import { Body, Get, HttpCode, Inject, Post, Query, Res } from '@nestjs/common';
import { type FolderReference, folderReference as referenceTo } from '@cpm/domain-message-store-sync';
import { CreatesWork, Describe, parse } from '@cpm/http';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { bulkAnswer, bulkResponseList, type BulkAnswer } from '../bulk.js';
import { Boxes } from '../boxes.js';
import { InBox, NmsResource, type BoxDevice } from '../nms-resource.js';
import { folderList, folderReference } from '../nms-schemas.js';
import { folderIn, unknownFolder } from '../references.js';
import { FolderList, type FolderListAnswer } from './folder-list.js';
import { folderSearch, pathQuery, transfer } from './folder-requests.js';
import { Transfers } from './transfers.js';

const BULK = { 200: bulkResponseList, 206: bulkResponseList };

/** Operations on folders and what is in them. */
@NmsResource('folders')
export class FolderOperationsController {
  constructor(
    @Inject(FolderList) private readonly list: FolderList,
    @Inject(Transfers) private readonly transfers: Transfers,
    @Inject(Boxes) private readonly boxes: Boxes,
  ) {}

  @Post('operations/search')
  @HttpCode(200)
  @Describe({ summary: 'Folders that fit criteria', body: folderSearch, answers: { 200: folderList }, problems: [404] })
  search(@InBox() caller: BoxDevice, @Body() body: unknown): Promise<FolderListAnswer> {
    return this.list.page(caller, parse(folderSearch, body));
  }

  @Get('operations/pathToId')
  @Describe({ summary: 'The folder at a path', query: pathQuery, answers: { 200: z.object({ reference: folderReference }) }, problems: [404] })
  async pathToId(@InBox() { user, baseUrl }: BoxDevice, @Query() query: unknown): Promise<{ reference: FolderReference }> {
    const { path } = parse(pathQuery, query);
    const box = await this.boxes.of(user);
    const key = folderIn({ path }, user, box.folders);
    if (key === undefined) throw unknownFolder('path');
    await this.list.assertThere(user, key, box);
    return { reference: referenceTo(user, key, { folders: box.folders, baseUrl }) };
  }

  @CreatesWork()
  @Post('operations/moveToFolder')
  @Describe({ summary: 'Moves objects and folders into a folder', body: transfer, answers: BULK, problems: [404] })
  async move(@InBox() caller: BoxDevice, @Body() body: unknown, @Res({ passthrough: true }) reply: FastifyReply): Promise<BulkAnswer> {
    return bulkAnswer({ response: await this.transfers.move(caller, parse(transfer, body)) }, reply);
  }

  @CreatesWork()
  @Post('operations/copyToFolder')
  @Describe({ summary: 'Copies objects into a folder', body: transfer, answers: BULK, problems: [404] })
  async copy(@InBox() caller: BoxDevice, @Body() body: unknown, @Res({ passthrough: true }) reply: FastifyReply): Promise<BulkAnswer> {
    return bulkAnswer({ response: await this.transfers.copy(caller, parse(transfer, body)) }, reply);
  }
}
