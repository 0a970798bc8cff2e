import { createHash, randomUUID } from 'node:crypto';
import { Body, Delete, Get, HttpCode, Inject, Param, Post, Put, Query, Res } from '@nestjs/common';
import { ChangeFolder, type FolderChange } from '@cpm/contracts-message-store-sync';
import { folderOfId, nmsFolder, type NmsFolder } from '@cpm/domain-message-store-sync';
import { contentHash, CreatesWork, Describe, type DevicePrincipal, parse, ProblemError } from '@cpm/http';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { BoxCommands } from '../box-commands.js';
import { Boxes } from '../boxes.js';
import { InBox, NmsResource, type BoxDevice } from '../nms-resource.js';
import { folderList, folderWithSubfolders, nmsFolder as nmsFolderAnswer } from '../nms-schemas.js';
import { FolderList, type FolderAnswer, type FolderListAnswer } from './folder-list.js';
import { folderCreation, folderListQuery, folderPath, folderRename, parentIn } from './folder-requests.js';

const folderAnswer = z.object({ folder: nmsFolderAnswer });

/** The folders of a box. */
@NmsResource('folders')
export class FoldersController {
  constructor(
    @Inject(FolderList) private readonly list: FolderList,
    @Inject(BoxCommands) private readonly commands: BoxCommands,
    @Inject(Boxes) private readonly boxes: Boxes,
  ) {}

  @Get()
  @Describe({ summary: 'The folders of the box by path', query: folderListQuery, answers: { 200: folderList }, problems: [404] })
  all(@InBox() caller: BoxDevice, @Query() query: unknown): Promise<FolderListAnswer> {
    return this.list.page(caller, parse(folderListQuery, query));
  }

  @CreatesWork()
  @Post()
  @Describe({ summary: 'Makes a folder', body: folderCreation, answers: { 201: folderAnswer }, answerHeaders: { 201: { Location: 'URL of the folder' } }, problems: [404, 409, 410] })
  async create(@InBox() caller: BoxDevice, @Body() body: unknown, @Res({ passthrough: true }) reply: FastifyReply): Promise<{ folder: NmsFolder }> {
    const { folder: { clientCorrelator, ...given } } = parse(folderCreation, body);
    const box = await this.boxes.of(caller.user);
    const [prefix, key] = keysOf(caller, clientCorrelator, given);
    if (Object.keys(box.folders).some((known) => prefix !== undefined && known.startsWith(prefix) && known !== key)) {
      throw new ProblemError(409, 'correlator-reused', 'the clientCorrelator was used for another folder', { errors: [{ path: 'folder.clientCorrelator', message: 'was used for another folder' }] });
    }
    if (box.removedFolders.includes(key)) throw removedSince();
    // A creation that is repeated does not ask whether its parent is still there.
    const parent = Object.hasOwn(box.folders, key) ? '' : parentIn(given, caller.user, box);
    await this.change(caller, key, { kind: 'create', name: given.name, parent });
    const folder = await this.shown(caller, key);
    reply.status(201).header('location', folder.resourceURL);
    return { folder };
  }

  @Get(':folderId')
  @Describe({ summary: 'A folder and what is right below it', path: folderPath, answers: { 200: z.object({ folder: folderWithSubfolders }) }, problems: [404] })
  async get(@InBox() caller: BoxDevice, @Param() params: unknown): Promise<{ folder: FolderAnswer }> {
    return { folder: await this.list.show(caller, keyIn(params)) };
  }

  @Put(':folderId/folderName')
  @Describe({ summary: 'Gives a folder another name', path: folderPath, body: folderRename, answers: { 200: folderAnswer }, problems: [404, 409, 410] })
  async rename(@InBox() caller: BoxDevice, @Param() params: unknown, @Body() body: unknown): Promise<{ folder: NmsFolder }> {
    const { name } = parse(folderRename, body);
    const key = keyIn(params);
    await this.change(caller, key, { kind: 'rename', name });
    return { folder: await this.shown(caller, key) };
  }

  /** What is in it goes with it; of a conversation, what is in it now. */
  @Delete(':folderId')
  @HttpCode(204)
  @Describe({ summary: 'Removes a folder and what is in it', path: folderPath, answers: { 204: null }, problems: [404, 409] })
  async remove(@InBox() caller: BoxDevice, @Param() params: unknown): Promise<void> {
    const key = keyIn(params);
    await this.list.assertThere(caller.user, key, await this.boxes.of(caller.user));
    await this.change(caller, key, { kind: 'remove' });
  }

  private async change({ user, device }: DevicePrincipal, folder: string, change: FolderChange): Promise<void> {
    await this.commands.tell(ChangeFolder, { user, device, folder, change });
  }

  private async shown({ user, baseUrl }: BoxDevice, key: string): Promise<NmsFolder> {
    const { folders } = await this.boxes.of(user);
    if (!Object.hasOwn(folders, key)) throw removedSince();
    return nmsFolder(user, key, { folders, baseUrl });
  }
}

function removedSince(): ProblemError {
  return new ProblemError(410, 'removed-since', 'the folder was created before and removed since');
}

function keyIn(params: unknown): string {
  return folderOfId(parse(folderPath, params).folderId);
}

/** Of the same call always the same: it says by its first part which call, and by its second what was in it. */
function keysOf({ device }: DevicePrincipal, clientCorrelator: string | undefined, body: unknown): [prefix: string | undefined, key: string] {
  if (clientCorrelator === undefined) return [undefined, `f-${randomUUID()}`];
  const prefix = `f-${createHash('sha256').update(`${device}|${clientCorrelator}`).digest('hex').slice(0, 24)}-`;
  return [prefix, prefix + contentHash(body).slice(0, 12)];
}
