import { Controller, Get, Inject, Param } from '@nestjs/common';
import { Describe, parse, ProblemError, RequireScope } from '@cpm/http';
import { messageId } from '@cpm/vocabulary';
import { z } from 'zod';
import { journeyEntry, Journeys, type JourneyEntryView } from './journeys.js';

const path = z.object({ id: messageId });

/** The way of a message through the system, for an operator to read. */
@Controller('/admin/v1/messages')
@RequireScope('operator')
export class JourneyController {
  constructor(@Inject(Journeys) private readonly journeys: Journeys) {}

  @Get('/:id/journey')
  @Describe({ summary: 'The decisions about a message, oldest first', path, answers: { 200: z.object({ id: messageId, entries: z.array(journeyEntry) }) }, problems: [404] })
  async journey(@Param() params: unknown): Promise<{ id: string; entries: JourneyEntryView[] }> {
    const { id } = parse(path, params);
    const entries = await this.journeys.of(id);
    if (entries.length === 0) throw new ProblemError(404, 'unknown-message', 'no decision about such a message is known');
    return { id, entries };
  }
}
