import { Controller, Get, Param, Res } from '@nestjs/common';
import { CONSOLE_HEADERS, consoleFile } from '@cpm/console';
import { OpenToAnybody, ProblemError } from '@cpm/http';
import type { FastifyReply } from 'fastify';

/** The operator's console: files for anybody; what they show needs the operator's token. */
@Controller('/console')
@OpenToAnybody()
export class ConsoleController {
  @Get()
  page(@Res() reply: FastifyReply): void {
    send('index.html', reply);
  }

  @Get('/:file')
  file(@Param('file') name: string, @Res() reply: FastifyReply): void {
    send(name, reply);
  }
}

function send(name: string, reply: FastifyReply): void {
  const file = consoleFile(name);
  if (!file) throw new ProblemError(404, 'not-found', 'the console has no such file');
  void reply.headers(CONSOLE_HEADERS).type(file.contentType).send(file.body);
}
