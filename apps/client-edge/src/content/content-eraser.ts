import { Inject, Injectable } from '@nestjs/common';
import { ContentStore } from '@cpm/runtime-content';
import type { UserEraser } from '@cpm/runtime-host';
import type { CpmAddress } from '@cpm/vocabulary';
import { UploadBook } from './upload-book.js';

/** Ends the uploads of an erased user; of his files those expire that are in nobody's box. */
@Injectable()
export class ContentEraser implements UserEraser {
  constructor(
    @Inject(ContentStore) private readonly contents: ContentStore,
    @Inject(UploadBook) private readonly book: UploadBook,
  ) {}

  async forget(user: CpmAddress): Promise<void> {
    await this.book.endAllOf(user);
    await this.contents.disown(user);
  }
}
