import { Body, Controller, Get, Headers, Inject, Logger, Param, Post, Query, Req, Res } from '@nestjs/common';
import { permits } from '@cpm/domain-client-edge';
import { BodyAs, callerNetwork, Describe, OpenToAnybody, ProblemError, RateLimiter } from '@cpm/http';
import { CONTENT, CONTENT_HEADERS, contentAnswer, rangeHeaders, sendContent } from '@cpm/runtime-content';
import type { Clock } from '@cpm/runtime-ports';
import { mediaType } from '@cpm/vocabulary';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { EdgeConfig } from '../edge-config.js';
import { CLOCK, EDGE_CONFIG, LINK_GUESSES } from '../ports.js';
import { LinkBook, type StandingLink } from './link-book.js';
import { busyPage, confirmationPage, gonePage, messagePage, PAGE_HEADERS, type Page } from './link-pages.js';
import { LinkedMessages, type LinkedContent } from './linked-messages.js';
import { ObtainedContent } from './obtained-content.js';
import { pageLanguage, type PageLanguage } from './page-words.js';

type RequestHeaders = Readonly<Record<string, string | undefined>>;

const TOKEN = /^[\w-]{16,64}$/;
/** A longer text is offered as a file. */
const MAX_SHOWN_BYTES = 2 ** 20;
const RETRY_AFTER_SEC = '60';

/** Of pages and content alike: a token is in the address. */
const PRIVATE_HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-robots-tag': 'noindex, nofollow',
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
};

const linkPath = z.object({ token: z.string() });
const PAGE = [{ types: ['text/html'], schema: z.string() }];
/** Each says on a page what it is. */
const NO_PAGE = { 404: PAGE, 410: PAGE, 429: PAGE, 503: PAGE };

const logger = new Logger('links');

/** The links of notifications, for any browser: nothing of a message is told, and nothing used up, before a person confirms. */
@Controller('u/:token')
@OpenToAnybody()
export class LinksController {
  constructor(
    @Inject(LinkBook) private readonly book: LinkBook,
    @Inject(LinkedMessages) private readonly messages: LinkedMessages,
    @Inject(ObtainedContent) private readonly obtained: ObtainedContent,
    @Inject(LINK_GUESSES) private readonly guesses: RateLimiter,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(EDGE_CONFIG) private readonly config: Pick<EdgeConfig, 'EDGE_PROXY_HOPS'>,
  ) {}

  @Get()
  @Describe({ summary: 'The page of a link before its confirmation', path: linkPath, answers: { 200: PAGE, ...NO_PAGE } })
  async look(@Param('token') token: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.answer(request, reply, async (language) => {
      const link = await this.known(token, request);
      if (!link) return gonePage(language, 404);
      return permits('look', link, this.clock.now()) ? confirmationPage(language) : gonePage(language, 410);
    });
  }

  @Post()
  @BodyAs({ as: 'text', types: ['application/x-www-form-urlencoded'], limitBytes: 1024 })
  @Describe({ summary: 'Shows the message of a link', path: linkPath, body: [{ types: ['application/x-www-form-urlencoded'], schema: z.object({}) }], answers: { 200: PAGE, ...NO_PAGE } })
  async confirm(@Param('token') token: string, @Body() _form: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.answer(request, reply, async (language) => {
      const link = await this.known(token, request);
      if (!link) return gonePage(language, 404);
      if (!permits('confirm', link, this.clock.now())) return gonePage(language, 410);
      // The store may be behind by a moment.
      if (!link.message) return busyPage(language, 503);
      const content = await this.messages.contentOf(link.message, this.clock.now());
      const grant = content && (await this.book.confirm(token));
      if (!content || grant === undefined) return gonePage(language, 410);
      return this.shown(language, { link, content, url: `${token}/content?grant=${grant}` }, reply);
    });
  }

  /** The content itself, while the grant of a confirmation counts. */
  @Get('content')
  @Describe({ summary: 'The content of the message of a link that was confirmed', path: linkPath, query: z.object({ grant: z.string().optional() }), headers: rangeHeaders, answers: { ...CONTENT, ...NO_PAGE }, answerHeaders: CONTENT_HEADERS, problems: [416] })
  async content(
    @Param('token') token: string,
    @Query('grant') grant: unknown,
    @Headers() headers: RequestHeaders,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    void reply.headers(PRIVATE_HEADERS);
    const found = await this.granted(token, grant, request).catch((error: unknown) => failurePage(languageOf(request), error));
    if ('html' in found) return this.send(reply, found);
    const { link, content } = found;
    const answer = contentAnswer(content, headers);
    if (request.method === 'GET') whenSent(reply, () => this.obtained.left(link, content.size, answer.range));
    await sendContent(reply, { ...answer, headers: { ...answer.headers, 'cache-control': 'no-store' } }, content.read);
  }

  private async granted(token: string, grant: unknown, request: FastifyRequest): Promise<Page | { readonly link: StandingLink; readonly content: LinkedContent }> {
    const now = this.clock.now();
    const link = await this.known(token, request);
    const isGranted = link !== undefined && typeof grant === 'string' && TOKEN.test(grant) && (await this.book.isGranted(link, grant));
    const content = isGranted && permits('fetch', link, now) && link.message ? await this.messages.contentOf(link.message, now) : undefined;
    return link && content ? { link, content } : gonePage(languageOf(request), link ? 410 : 404);
  }

  /** Undefined for a token that there is not, which counts as a guess. Throws a 429 problem after too many of them. */
  private async known(token: string, { ip, headers }: FastifyRequest): Promise<StandingLink | undefined> {
    const caller = callerNetwork(ip, headers['x-forwarded-for'], this.config.EDGE_PROXY_HOPS);
    this.guesses.admit(caller);
    const link = await this.book.find(TOKEN.test(token) ? token : '').catch((error: unknown) => {
      // Nothing was learned by it: a database that is away makes nobody a guesser.
      this.guesses.forgive(caller);
      throw error;
    });
    if (link) this.guesses.forgive(caller);
    return link;
  }

  private async shown(language: PageLanguage, { link, content, url }: { link: StandingLink; content: LinkedContent; url: string }, reply: FastifyReply): Promise<Page> {
    const { from, date, contentType } = link.message as NonNullable<StandingLink['message']>;
    const { size, fileName } = content;
    const isText = mediaType(contentType) === 'text/plain' && size <= MAX_SHOWN_BYTES;
    const text = isText ? await content.text() : undefined;
    if (isText) whenSent(reply, () => this.obtained.left(link, size, { first: 0, last: size - 1 }));
    return messagePage(language, { from: from.replace(/^(tel|sip):/, ''), date, contentType, size, fileName, url, text });
  }

  private async answer(request: FastifyRequest, reply: FastifyReply, make: (language: PageLanguage) => Promise<Page>): Promise<void> {
    const language = languageOf(request);
    await this.send(reply, await make(language).catch((error: unknown) => failurePage(language, error)));
  }

  private async send(reply: FastifyReply, { status, language, html }: Page): Promise<void> {
    const retry: Record<string, string> = status === 429 || status === 503 ? { 'retry-after': RETRY_AFTER_SEC } : {};
    await reply.status(status).headers({ ...PRIVATE_HEADERS, ...PAGE_HEADERS, ...retry, 'content-language': language }).send(html);
  }
}

function failurePage(language: PageLanguage, error: unknown): Page {
  if (error instanceof ProblemError && error.status === 429) return busyPage(language, 429);
  logger.error({ problem: 'link', cause: (error as Error).name });
  return busyPage(language, 503);
}

function languageOf({ headers }: FastifyRequest): PageLanguage {
  return pageLanguage(headers['accept-language']);
}

/** When all of the answer has left; not when its connection broke before. */
function whenSent({ raw }: FastifyReply, then: () => void): void {
  raw.once('finish', then);
}
