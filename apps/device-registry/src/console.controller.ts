import { Controller, Get, Param, Res } from '@nestjs/common';
import { CONSOLE_HEADERS, consoleFile } from '@cpm/console';
import { Describe, OpenToAnybody, ProblemError } from '@cpm/http';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';

/** The operator's console: files for anybody; what they show needs the operator's token. */
@Controller('/console')
@OpenToAnybody()
export class ConsoleController {
  @Get()
  @Describe({ summary: 'The page of the operator\'s console', answers: { 200: [{ types: ['text/html'], schema: z.string() }] } })
  page(@Res() reply: FastifyReply): void {
    send('index.html', reply);
  }

  @Get('/:file')
  @Describe({ summary: 'A file of the console', path: z.object({ file: z.string() }), answers: { 200: [{ types: ['*/*'] }] }, problems: [404] })
  file(@Param('file') name: string, @Res() reply: FastifyReply): void {
    send(name, reply);
  }
}

function send(name: string, reply: FastifyReply): void {
  const file = consoleFile(name);
  if (!file) throw new ProblemError(404, 'not-found', 'the console has no such file');
  void reply.headers(CONSOLE_HEADERS).type(file.contentType).send(file.body);
}
