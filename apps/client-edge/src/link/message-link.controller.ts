import { Controller, Delete, HttpCode, Inject, Param } from '@nestjs/common';
import { CallingDevice, Describe, orUnavailable, parse, ProblemError, type DevicePrincipal } from '@cpm/http';
import { ForRegisteredDevice } from '@cpm/runtime-host';
import { pathId } from '../submission/submission-request.js';
import { LinkBook } from './link-book.js';

@Controller('cpm/v1/messages/:id/link')
@ForRegisteredDevice()
export class MessageLinkController {
  constructor(@Inject(LinkBook) private readonly book: LinkBook) {}

  /** Takes back the link to a message that the caller received. */
  @Delete()
  @HttpCode(204)
  @Describe({ summary: 'Takes back the link to a message that the caller received', path: pathId, answers: { 204: null }, problems: [404] })
  async revoke(@CallingDevice() { user }: DevicePrincipal, @Param() path: unknown): Promise<void> {
    const { id } = parse(pathId, path);
    if (!(await orUnavailable(this.book.revoke(user, id)))) throw new ProblemError(404, 'unknown-link', 'no link to such a message was sent to you');
  }
}
