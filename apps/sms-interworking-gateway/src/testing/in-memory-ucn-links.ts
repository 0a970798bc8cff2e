import type { UcnLink } from '@cpm/contracts-sms-interworking-gateway';
import { linkUrl } from '@cpm/sms-text';
import { linkToken, type UcnLinks } from '../ucn-links.js';

/** The in-memory twin of the links; `refusals` next ones cannot be kept. */
export class InMemoryUcnLinks implements UcnLinks {
  readonly links: UcnLink[] = [];
  refusals = 0;

  async urlOf(link: UcnLink): Promise<string> {
    if (this.refusals > 0) {
      this.refusals -= 1;
      throw new Error('the database is away');
    }
    this.links.push(link);
    return linkUrl('https://m.example', linkToken('secret', link));
  }
}
