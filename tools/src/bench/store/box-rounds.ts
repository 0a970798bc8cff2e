import { createHistogram, performance, type RecordableHistogram } from 'node:perf_hooks';
import { dateOf, objectIdOf } from './box-fill.js';
import { percentiles, record } from '../histogram.js';
import type { Percentiles } from '../load-protocol.js';
import type { NmsClient, Subscription } from './nms-client.js';

/** Milliseconds of each call. */
export interface RoundFigures {
  readonly delta: Percentiles;
  readonly page: Percentiles;
  readonly flag: Percentiles;
}

const CHANGES = 10;
const ENTRIES = 100;
/** Prime to the sizes of the boxes: steps of it meet every object. */
const STEP = 7_919;
const LABEL = '$bench';

/** The same calls again and again on one box; the objects and dates they are about are spread over the whole of it. */
export class BoxRounds {
  private readonly histograms: Readonly<Record<keyof RoundFigures, RecordableHistogram>> = { delta: createHistogram(), page: createHistogram(), flag: createHistogram() };
  private known: Subscription | undefined;

  constructor(
    private readonly client: NmsClient,
    private readonly objects: number,
  ) {}

  /** Once, before the first round. */
  async begin(): Promise<void> {
    await this.client.changeFlag('PUT', this.objectOf(-1, 0), '\\Flagged');
    this.known = await this.client.subscribe();
  }

  /** Forgets what was measured. */
  forget(): void {
    for (const histogram of Object.values(this.histograms)) histogram.reset();
  }

  figures(): RoundFigures {
    const { delta, page, flag } = this.histograms;
    return { delta: percentiles(delta), page: percentiles(page), flag: percentiles(flag) };
  }

  async round(number: number): Promise<void> {
    await this.timed('flag', () => this.client.changeFlag('PUT', this.objectOf(number, 0), '\\Flagged'));
    await this.changeOthers(number);
    await this.delta();
    await this.page(number);
  }

  /** Nine changes of nine objects: the flag of the round before goes, and eight get a label or lose it. */
  private async changeOthers(number: number): Promise<void> {
    await this.client.changeFlag('DELETE', this.objectOf(number - 1, 0), '\\Flagged');
    const adds = number % 2 === 0;
    const labelled = adds ? number : number - 1;
    const urls = Array.from({ length: CHANGES - 2 }, (_, index) => this.client.urlOf(this.objectOf(labelled, 1 + index)));
    await this.client.updateFlags(adds ? 'AddFlag' : 'RemoveFlag', LABEL, urls);
  }

  private async delta(): Promise<void> {
    const { known } = this;
    if (!known) throw new Error('the rounds have not begun');
    const { notificationList } = await this.timed('delta', () => this.client.pull(known));
    const [list] = notificationList ?? [];
    const changes = list?.nmsEventList.nmsEvent.length ?? 0;
    if (!list || changes !== CHANGES) throw new Error(`${changes} changes instead of ${CHANGES}`);
    this.known = { ...known, restartToken: list.nmsEventList.restartToken };
  }

  /** The second page from a date on: the first gives its cursor. */
  private async page(number: number): Promise<void> {
    const first = Math.floor(this.objects * 0.2) + ((number * STEP) % Math.floor(this.objects * 0.5));
    const searchCriteria = { criterion: [{ type: 'Date', value: `minDate=${new Date(dateOf(first)).toISOString()}` }] };
    const { cursor } = await this.client.search({ maxEntries: ENTRIES, searchCriteria });
    const { object } = await this.timed('page', () => this.client.search({ maxEntries: ENTRIES, searchCriteria, fromCursor: cursor }));
    if (object.length !== ENTRIES) throw new Error(`${object.length} entries instead of ${ENTRIES}`);
  }

  private objectOf(round: number, index: number): string {
    const place = (((round * (CHANGES - 1) + index) * STEP) % this.objects + this.objects) % this.objects;
    return objectIdOf(place);
  }

  private async timed<Answer>(what: keyof RoundFigures, call: () => Promise<Answer>): Promise<Answer> {
    const started = performance.now();
    const answer = await call();
    record(this.histograms[what], performance.now() - started);
    return answer;
  }
}
