import { CpmDevice, InMemoryStore, type Box, type Frame, type IncomingSms, type SmsKind } from '@cpm/client';
import type { Fault } from '@cpm/testing-simulation';
import { devKeys } from '../dev-tokens/index.js';
import type { DemoDevice, DeviceIdentity } from '../demo/demo-device.js';
import type { Stage } from '../demo/stage.js';
import { until } from './acceptance.fixture.js';

export type Json = Readonly<Record<string, any>>; // eslint-disable-line @typescript-eslint/no-explicit-any -- what the tests look into is theirs to know.

/** A call of the device that was answered, oldest first. */
export interface Exchange {
  /** `METHOD /path`. */
  readonly request: string;
  readonly range: string | undefined;
  readonly body: Json;
  readonly answer: Json;
}

/** A device with its box: what it keeps outlives connections; its calls are seen, and disturbed by `fault`. */
export class BoxDevice {
  readonly frames: Frame[] = [];
  readonly problems: string[] = [];
  readonly exchanges: Exchange[] = [];
  /** Requests that did not get through, oldest first. */
  readonly refused: string[] = [];
  /** What becomes of a call, `METHOD /path`, with the range that it asks for, if any. */
  fault: (request: string, range?: string) => Fault = () => undefined;
  autoDeliver = true;
  private opened: { readonly device: CpmDevice; readonly box: Box } | undefined;

  private constructor(
    readonly identity: DeviceIdentity,
    private readonly stage: Pick<Stage, 'operator'>,
    private readonly url: string,
    private readonly store: InMemoryStore,
    private readonly pageSize: number,
  ) {}

  /** Of a device that is registered, and offline. */
  static async of({ identity }: Pick<DemoDevice, 'identity'>, { stage, url, pageSize = 200 }: { stage: Pick<Stage, 'operator'>; url: string; pageSize?: number }): Promise<BoxDevice> {
    const device = new BoxDevice(identity, stage, url, new InMemoryStore(), pageSize);
    await device.open();
    return device;
  }

  get box(): Box {
    return this.current.box;
  }

  get sdk(): CpmDevice {
    return this.current.device;
  }

  /** Switches IP on and waits until the system knows. */
  async goOnline(): Promise<void> {
    await this.sdk.connect();
    await this.stage.operator.deviceAccess(this.identity, { that: 'has IP', fits: ({ ip }) => ip === 'AVAILABLE' });
  }

  /** Switches IP off and waits until the system knows. */
  async goOffline(): Promise<void> {
    await this.restart();
    await this.stage.operator.deviceAccess(this.identity, { that: 'has lost IP', fits: ({ ip }) => ip === 'UNAVAILABLE' });
  }

  /** The program ends and is started again, without IP. */
  async restart(): Promise<void> {
    await this.close();
    await this.open();
  }

  async close(): Promise<void> {
    const { device, box } = this.current;
    device.close();
    await box.close();
  }

  /** Loses its place in the box: goes on with this token instead. */
  async goOnFrom(restartToken: string): Promise<void> {
    await this.close();
    const { position } = await this.store.load();
    if (position) await this.store.apply({ position: { ...position, restartToken } });
    await this.open();
  }

  /** An SMS of the phone's inbox. */
  sms(sms: Omit<IncomingSms, 'at'>): Promise<SmsKind> {
    return this.sdk.smsReceived({ ...sms, at: new Date().toISOString() });
  }

  /** The id in the box of a message, once it is there. */
  async has(messageId: string): Promise<string> {
    return until(async () => {
      await this.box.sync();
      return this.idOf(messageId);
    });
  }

  idOf(messageId: string): string | undefined {
    return this.box.objects().find((object) => object.messageId === messageId)?.id;
  }

  flagsOf(messageId: string): readonly string[] | undefined {
    const flags = this.box.objects().find((object) => object.messageId === messageId)?.flags;
    return flags && [...flags].sort();
  }

  /** Answered calls whose request contains a text. */
  asked(part: string): readonly Exchange[] {
    return this.exchanges.filter(({ request }) => request.includes(part));
  }

  /** Every event that the device was told of, oldest first. */
  get events(): readonly Json[] {
    return this.exchanges.flatMap(({ answer }) => (answer['notificationList'] as readonly Json[] | undefined) ?? []).flatMap(({ nmsEventList }) => (nmsEventList as { nmsEvent: readonly Json[] }).nmsEvent);
  }

  private get current(): { readonly device: CpmDevice; readonly box: Box } {
    if (!this.opened) throw new Error(`${this.identity.name} is closed`);
    return this.opened;
  }

  private async open(): Promise<void> {
    const { id, owner } = this.identity;
    const token = async () => (await devKeys()).sign({ scope: 'device', user: owner.address, device: id });
    const device = new CpmDevice({ url: this.url, token, deviceId: id, fetch: this.fetch, autoDeliver: this.autoDeliver });
    device.on('frame', (frame) => this.frames.push(frame));
    const box = await device.openBox({ store: this.store, user: owner.address, pageSize: this.pageSize });
    box.on('problem', ({ status, kind }) => this.problems.push(`${status} ${kind}`));
    this.opened = { device, box };
  }

  private readonly fetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const range = new Headers(init.headers).get('range') ?? undefined;
    const request = `${init.method ?? 'GET'} ${new URL(input as string).pathname}`;
    const fault = this.fault(request, range);
    if (fault === 'unreached') this.refused.push(request);
    if (fault === 'unreached') throw new TypeError('fetch failed');
    const response = await fetch(input, init);
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    const answer = isJson ? ((await response.clone().json()) as Json) : {};
    if (fault === 'unanswered') throw new TypeError('fetch failed');
    this.exchanges.push({ request, range, answer, body: typeof init.body === 'string' ? (JSON.parse(init.body) as Json) : {} });
    return response;
  };
}
