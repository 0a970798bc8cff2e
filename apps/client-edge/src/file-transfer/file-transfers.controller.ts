import { Body, Controller, HttpCode, Inject, Param, Post } from '@nestjs/common';
import type { AnswerFileTransfer, OfferAnswer } from '@cpm/contracts-routing';
import { CallingDevice, CreatesWork, Describe, type DevicePrincipal, parse } from '@cpm/http';
import { transferUrl } from '@cpm/vocabulary';
import { ForRegisteredDevice } from '@cpm/runtime-host';
import { z } from 'zod';
import { answerProblem } from '../session/answer-problem.js';
import { RoutingCommands } from '../session/routing-commands.js';
import { rejection } from '../session/session-requests.js';
import { MessageIntake } from '../submission/message-intake.js';
import { submissionResult, type SubmissionResult } from '../submission/submission-book.js';
import { fileTransferRequest, nothing, pathId } from '../submission/submission-request.js';

const done = z.object({ id: z.string() });

type Answer = Pick<AnswerFileTransfer, 'answer' | 'failure'>;

@Controller('cpm/v1/file-transfers')
@ForRegisteredDevice()
export class FileTransfersController {
  constructor(
    @Inject(MessageIntake) private readonly intake: MessageIntake,
    @Inject(RoutingCommands) private readonly commands: RoutingCommands,
  ) {}

  @CreatesWork()
  @Post()
  @HttpCode(202)
  @Describe({ summary: 'Offers an uploaded file', body: fileTransferRequest, answers: { 202: submissionResult }, problems: [409] })
  offer(@CallingDevice() sender: DevicePrincipal, @Body() body: unknown): Promise<SubmissionResult> {
    return this.intake.offerFile(sender, body);
  }

  /** Repeated by the device that accepted, it goes on after a break. */
  @Post(':id/accept')
  @HttpCode(200)
  @Describe({ summary: 'Accepts a file', path: pathId, body: nothing, answers: { 200: z.object({ id: z.string(), fileUrl: z.string() }) }, problems: [404, 409] })
  async accept(@CallingDevice() device: DevicePrincipal, @Param() path: unknown, @Body() body: unknown): Promise<{ id: string; fileUrl: string }> {
    const { id } = parse(pathId, path);
    parse(nothing, body);
    const outcome = await this.answer(device, id, { answer: 'accept' });
    if (outcome.status !== 'accepted') throw new Error('an acceptance was answered as a rejection');
    return { id, fileUrl: transferUrl(outcome.contentId, outcome.transferId) };
  }

  @Post(':id/reject')
  @HttpCode(200)
  @Describe({ summary: 'Rejects a file, or says that this device cannot', path: pathId, body: rejection, answers: { 200: done }, problems: [404, 409] })
  async reject(@CallingDevice() device: DevicePrincipal, @Param() path: unknown, @Body() body: unknown): Promise<{ id: string }> {
    const { id } = parse(pathId, path);
    const failure = parse(rejection, body)?.failure;
    await this.answer(device, id, { answer: 'reject', ...(failure !== undefined && { failure }) });
    return { id };
  }

  /** By the sender; what became of it comes as a frame for each recipient. */
  @Post(':id/cancel')
  @HttpCode(202)
  @Describe({ summary: 'Takes the offer of a file back', path: pathId, body: nothing, answers: { 202: done }, problems: [404] })
  async cancel(@CallingDevice() sender: DevicePrincipal, @Param() path: unknown, @Body() body: unknown): Promise<{ id: string }> {
    const { id } = parse(pathId, path);
    parse(nothing, body);
    await this.intake.revoke(sender, id);
    return { id };
  }

  private async answer({ user, device }: DevicePrincipal, transferId: string, how: Answer): Promise<Exclude<OfferAnswer, { status: 'refused' }>> {
    const outcome = await this.commands.answerFileTransfer({ user, device, transferId, ...how });
    if (outcome.status === 'refused') throw answerProblem(outcome);
    return outcome;
  }
}
