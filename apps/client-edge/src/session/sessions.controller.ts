import { Body, Controller, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { CallingDevice, CreatesWork, Describe, type DevicePrincipal, parse, ProblemError } from '@cpm/http';
import { ForRegisteredDevice } from '@cpm/runtime-host';
import { z } from 'zod';
import { MessageIntake } from '../submission/message-intake.js';
import { submissionResult, type SubmissionResult } from '../submission/submission-book.js';
import { chatRequest, nothing, pathId } from '../submission/submission-request.js';
import { SessionDirectory } from './session-directory.js';
import { rejection, sessionRequest } from './session-requests.js';
import { sessionShown, sessionView, type SessionView } from './session-view.js';
import { Sessions } from './sessions.js';

const done = z.object({ id: z.string() });
type Done = z.output<typeof done>;

@Controller('cpm/v1/sessions')
@ForRegisteredDevice()
export class SessionsController {
  constructor(
    @Inject(Sessions) private readonly sessions: Sessions,
    @Inject(SessionDirectory) private readonly directory: SessionDirectory,
    @Inject(MessageIntake) private readonly intake: MessageIntake,
  ) {}

  @CreatesWork()
  @Post()
  @HttpCode(202)
  @Describe({ summary: 'Starts a session', body: sessionRequest, answers: { 202: submissionResult }, problems: [409] })
  start(@CallingDevice() device: DevicePrincipal, @Body() body: unknown): Promise<SubmissionResult> {
    return this.sessions.start(device, body);
  }

  @Get(':id')
  @Describe({ summary: 'A session as one of its participants may see it', path: pathId, answers: { 200: sessionShown }, problems: [404] })
  async view(@CallingDevice() { user }: DevicePrincipal, @Param() path: unknown): Promise<SessionView> {
    const { id } = parse(pathId, path);
    const part = await this.directory.partOf(user, id);
    const view = part?.session && sessionView(part, await this.directory.rosterOf(part.session));
    if (!view) throw new ProblemError(404, 'unknown-session', 'there is no such session for you');
    return view;
  }

  @Post(':id/accept')
  @HttpCode(200)
  @Describe({ summary: 'Accepts an invitation', path: pathId, body: nothing, answers: { 200: done }, problems: [404, 409] })
  accept(@CallingDevice() device: DevicePrincipal, @Param() path: unknown, @Body() body: unknown): Promise<Done> {
    parse(nothing, body);
    return this.act(device, path, { act: 'accept' });
  }

  @Post(':id/reject')
  @HttpCode(200)
  @Describe({ summary: 'Rejects an invitation, or says that this device cannot', path: pathId, body: rejection, answers: { 200: done }, problems: [404, 409] })
  reject(@CallingDevice() device: DevicePrincipal, @Param() path: unknown, @Body() body: unknown): Promise<Done> {
    const failure = parse(rejection, body)?.failure;
    return this.act(device, path, { act: 'reject', ...(failure !== undefined && { failure }) });
  }

  @Post(':id/leave')
  @HttpCode(200)
  @Describe({ summary: 'Leaves a session', path: pathId, body: nothing, answers: { 200: done }, problems: [404, 409] })
  leave(@CallingDevice() device: DevicePrincipal, @Param() path: unknown, @Body() body: unknown): Promise<Done> {
    parse(nothing, body);
    return this.act(device, path, { act: 'leave' });
  }

  @Post(':id/restart')
  @HttpCode(202)
  @Describe({ summary: 'Restarts a long-lived group', path: pathId, body: nothing, answers: { 202: done }, problems: [404, 409] })
  restart(@CallingDevice() device: DevicePrincipal, @Param() path: unknown, @Body() body: unknown): Promise<Done> {
    parse(nothing, body);
    return this.act(device, path, { act: 'restart' });
  }

  @CreatesWork()
  @Post(':id/messages')
  @HttpCode(202)
  @Describe({ summary: 'Says something in a session', path: pathId, body: chatRequest, answers: { 202: submissionResult }, problems: [404, 409] })
  async say(@CallingDevice() device: DevicePrincipal, @Param() path: unknown, @Body() body: unknown): Promise<SubmissionResult> {
    const { id } = parse(pathId, path);
    return this.intake.say(device, await this.sessions.toSpeakIn(device.user, id), body);
  }

  private async act(device: DevicePrincipal, path: unknown, how: Parameters<Sessions['act']>[2]): Promise<Done> {
    const { id } = parse(pathId, path);
    await this.sessions.act(device, id, how);
    return { id };
  }
}
