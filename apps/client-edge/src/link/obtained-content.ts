import { Inject, Injectable, Logger } from '@nestjs/common';
import { ChangeObject } from '@cpm/contracts-message-store-sync';
import type { Clock, Ingress } from '@cpm/runtime-ports';
import { LRUCache } from 'lru-cache';
import type { ByteRange } from '@cpm/runtime-content';
import { CLOCK, INGRESS } from '../ports.js';
import { isWhole, withRange } from './byte-coverage.js';
import { LinkBook, type StandingLink } from './link-book.js';

const LINKS_FOLLOWED = 10_000;

/** Follows what was fetched by links and tells the message store once a content was fetched as a whole, so that its notification can go. */
@Injectable()
export class ObtainedContent {
  private readonly logger = new Logger('links');
  private readonly fetched = new LRUCache<string, readonly ByteRange[]>({ max: LINKS_FOLLOWED });

  constructor(
    @Inject(INGRESS) private readonly ingress: Ingress,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LinkBook) private readonly book: LinkBook,
  ) {}

  /** A range of the link's content of `size` bytes has left. Nobody waits for what follows: untold, the notification goes when its message comes by IP. */
  left(link: StandingLink, size: number, range: ByteRange): void {
    if (link.obtained || size < 0) return;
    const ranges = withRange(this.fetched.get(link.id) ?? [], range);
    this.fetched.set(link.id, ranges);
    if (isWhole(ranges, size)) void this.tell(link).catch((error: unknown) => this.logger.error({ problem: 'link-obtained', cause: (error as Error).name }));
  }

  private async tell(link: StandingLink): Promise<void> {
    const { user, messageId, message } = link;
    if (!message) return;
    const party = message.folder.slice(message.folder.indexOf('/', 1) + 1);
    await this.ingress.publish(ChangeObject, { user, messageId, party, direction: 'In', change: 'obtained', at: this.clock.now() });
    await this.book.markObtained(link);
    this.fetched.delete(link.id);
  }
}
