import { Body, Controller, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { CallingDevice, CreatesWork, parse, type DevicePrincipal } from '@cpm/http';
import { z } from 'zod';
import { DispositionReports, reportedStatus } from '../disposition/disposition-reports.js';
import { ForRegisteredDevice } from '@cpm/runtime-host';
import { MessageIntake } from './message-intake.js';
import type { SubmissionResult } from './submission-book.js';
import { nothing, pathId } from './submission-request.js';

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
  submit(@CallingDevice() sender: DevicePrincipal, @Body() body: unknown): Promise<SubmissionResult> {
    return this.intake.submit(sender, body);
  }

  @Post(':id/dispositions')
  @HttpCode(204)
  async report(@CallingDevice() { user, device }: DevicePrincipal, @Param() path: unknown, @Body() body: unknown): Promise<void> {
    const { id } = parse(pathId, path);
    const { status } = parse(dispositionRequest, body);
    await this.reports.report({ user, device, messageId: id, status });
  }

  @Post(':id/revoke')
  @HttpCode(202)
  async revoke(@CallingDevice() sender: DevicePrincipal, @Param() path: unknown, @Body() body: unknown): Promise<Record<string, never>> {
    const { id } = parse(pathId, path);
    parse(nothing, body);
    await this.intake.revoke(sender, id);
    return {};
  }
}
