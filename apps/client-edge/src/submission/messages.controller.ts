import { Body, Controller, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { CallingDevice, CreatesWork, Describe, type DevicePrincipal, parse } from '@cpm/http';
import { z } from 'zod';
import { DispositionReports, reportedStatus } from '../disposition/disposition-reports.js';
import { ForRegisteredDevice } from '@cpm/runtime-host';
import { MessageIntake } from './message-intake.js';
import { submissionResult, type SubmissionResult } from './submission-book.js';
import { nothing, pathId, submissionRequest } from './submission-request.js';

const dispositionRequest = z.strictObject({ status: reportedStatus });

@Controller('cpm/v1/messages')
@ForRegisteredDevice()
export class MessagesController {
  constructor(
    @Inject(MessageIntake) private readonly intake: MessageIntake,
    @Inject(DispositionReports) private readonly reports: DispositionReports,
  ) {}

  @CreatesWork()
  @Post()
  @HttpCode(202)
  @Describe({ summary: 'Sends a message', body: submissionRequest, answers: { 202: submissionResult }, problems: [409] })
  submit(@CallingDevice() sender: DevicePrincipal, @Body() body: unknown): Promise<SubmissionResult> {
    return this.intake.submit(sender, body);
  }

  @Post(':id/dispositions')
  @HttpCode(204)
  @Describe({ summary: 'Says that a message was delivered or displayed', path: pathId, body: dispositionRequest, answers: { 204: null } })
  async report(@CallingDevice() { user, device }: DevicePrincipal, @Param() path: unknown, @Body() body: unknown): Promise<void> {
    const { id } = parse(pathId, path);
    const { status } = parse(dispositionRequest, body);
    await this.reports.report({ user, device, messageId: id, status });
  }

  @Post(':id/revoke')
  @HttpCode(202)
  @Describe({ summary: 'Asks to take a message back from every recipient', path: pathId, body: nothing, answers: { 202: z.strictObject({}) }, problems: [404] })
  async revoke(@CallingDevice() sender: DevicePrincipal, @Param() path: unknown, @Body() body: unknown): Promise<Record<string, never>> {
    const { id } = parse(pathId, path);
    parse(nothing, body);
    await this.intake.revoke(sender, id);
    return {};
  }
}
