import { Body, Get, HttpCode, Inject, Post, Query, Res } from '@nestjs/common';
import { folderReference, type FolderReference } from '@cpm/domain-message-store-sync';
import { CreatesWork, parse } from '@cpm/http';
import type { FastifyReply } from 'fastify';
import { bulkAnswer, type BulkAnswer } from '../bulk.js';
import { Boxes } from '../boxes.js';
import { InBox, NmsResource, type BoxDevice } from '../nms-resource.js';
import { folderIn, unknownFolder } from '../references.js';
import { FolderList, type FolderListAnswer } from './folder-list.js';
import { folderSearch, pathQuery, transfer } from './folder-requests.js';
import { Transfers } from './transfers.js';

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
  search(@InBox() caller: BoxDevice, @Body() body: unknown): Promise<FolderListAnswer> {
    return this.list.page(caller, parse(folderSearch, body));
  }

  @Get('operations/pathToId')
  async pathToId(@InBox() { user, baseUrl }: BoxDevice, @Query() query: unknown): Promise<{ reference: FolderReference }> {
    const { path } = parse(pathQuery, query);
    const box = await this.boxes.of(user);
    const key = folderIn({ path }, user, box.folders);
    if (key === undefined) throw unknownFolder('path');
    await this.list.assertThere(user, key, box);
    return { reference: folderReference(user, key, { folders: box.folders, baseUrl }) };
  }

  @CreatesWork()
  @Post('operations/moveToFolder')
  async move(@InBox() caller: BoxDevice, @Body() body: unknown, @Res({ passthrough: true }) reply: FastifyReply): Promise<BulkAnswer> {
    return bulkAnswer({ response: await this.transfers.move(caller, parse(transfer, body)) }, reply);
  }

  @CreatesWork()
  @Post('operations/copyToFolder')
  async copy(@InBox() caller: BoxDevice, @Body() body: unknown, @Res({ passthrough: true }) reply: FastifyReply): Promise<BulkAnswer> {
    return bulkAnswer({ response: await this.transfers.copy(caller, parse(transfer, body)) }, reply);
  }
}
