import { Controller, Get, Inject, NotFoundException, Param } from '@nestjs/common';
import { Describe, type OpenApiDocument, OpenToAnybody } from '@cpm/http';
import { z } from 'zod';
import { OPEN_API } from './tokens.js';

/** What a service answers by HTTP, made from the routes and schemas that it runs with. */
@Controller('/openapi')
@OpenToAnybody()
export class OpenApiController {
  constructor(@Inject(OPEN_API) private readonly documents: ReadonlyMap<string, OpenApiDocument>) {}

  @Get('/:service')
  @Describe({ summary: 'The OpenAPI document of a service of this process', path: z.object({ service: z.string() }), answers: { 200: z.looseObject({ openapi: z.string() }) }, problems: [404] })
  one(@Param('service') name: string): OpenApiDocument {
    const document = this.documents.get(name);
    if (!document) throw new NotFoundException(`this process runs ${[...this.documents.keys()].join(', ')}`);
    return document;
  }
}
