import { CpmDevice, InMemoryStore, type Box, type DeviceDescription, type DispositionRequest, type Frame, type FrameData, type FrameType, type MessageData, type OutgoingMessage, type UploadedFile } from '@cpm/client';
import { devKeys } from '../dev-tokens/index.js';
import { eventually } from './eventually.js';

/** A subscriber of the demo. */
export interface Person {
  readonly name: string;
  /** CPM Address. */
  readonly address: string;
  /** The same as the phone network writes it: E.164 with plus sign. */
  readonly number: string;
  /** Device id of the Primary. */
  readonly primary: string;
}

export interface DeviceIdentity {
  readonly owner: Person;
  readonly id: string;
  readonly name: string;
}

export interface DemoMessage extends Omit<OutgoingMessage, 'id' | 'to' | 'dispositionNotification'> {
  readonly to: Person;
  readonly asksFor: readonly DispositionRequest[];
}

/** A device with the client SDK, whose IP can be switched on and off; it keeps what it was told. */
export class DemoDevice {
  private readonly frames: Frame[] = [];
  private readonly store = new InMemoryStore();
  private client: CpmDevice | undefined;
  private isOnline = false;

  constructor(
    readonly identity: DeviceIdentity,
    private readonly url: string,
  ) {}

  async register(description: Omit<DeviceDescription, 'name'> = {}): Promise<void> {
    await this.newClient().register({ name: this.identity.name, ...description });
  }

  /** Switches IP on. With `autoDeliver` off it says nothing of what it received before it is asked to. */
  async connect({ autoDeliver = true } = {}): Promise<void> {
    const client = (this.client ??= this.newClient(autoDeliver));
    client.on('frame', (frame) => this.frames.push(frame));
    this.isOnline = true;
    await client.connect();
  }

  disconnect(): void {
    this.client?.close();
    this.client = undefined;
    this.isOnline = false;
  }

  /** The user's box as this device keeps it, with IP or without: what it holds outlives every connection. */
  openBox(): Promise<Box> {
    this.client ??= this.newClient();
    return this.client.openBox({ store: this.store, user: this.identity.owner.address });
  }

  /** The id of the message, once the system has it. */
  async send({ to, asksFor, ...message }: DemoMessage): Promise<string> {
    const { id } = await this.active.send({ ...message, to: [to.address], dispositionNotification: asksFor });
    return id;
  }

  upload(content: Uint8Array<ArrayBuffer>, contentType: string): Promise<UploadedFile> {
    return this.active.upload(content, { contentType });
  }

  async download(fileUrl: string): Promise<Uint8Array> {
    return new Uint8Array(await (await this.active.download(fileUrl)).arrayBuffer());
  }

  report(id: string, status: 'delivered' | 'displayed'): Promise<void> {
    return this.active.report({ id, status });
  }

  /** The SDK of the device while it has IP. */
  get sdk(): CpmDevice {
    return this.active;
  }

  /** The data of the first frame of a type about a session, file or message with this id. */
  told<Type extends FrameType>(type: Type, id: string): Promise<FrameData[Type]> {
    return this.toldOf(type, ({ id: about }) => about === id);
  }

  /** The data of the first frame of a type that fits. */
  toldOf<Type extends FrameType>(type: Type, fits: (data: FrameData[Type] & { readonly id?: string }) => boolean): Promise<FrameData[Type]> {
    return eventually({
      that: `${this.identity.name} gets ${type}`,
      probe: () => this.allTold(type).find(fits),
      instead: () => `it got ${this.typesOfFrames()}`,
    });
  }

  /** The data of every frame of a type so far, oldest first. */
  allTold<Type extends FrameType>(type: Type): readonly FrameData[Type][] {
    return this.frames.flatMap((frame) => (frame.type === type ? [frame.data as FrameData[Type]] : []));
  }

  /** A message that this device got over IP. */
  received(id: string): Promise<MessageData> {
    return eventually({
      that: `${this.identity.name} gets the message over IP`,
      probe: () => this.frames.find((frame) => frame.type === 'message.received' && frame.data.id === id)?.data as MessageData | undefined,
      instead: () => `it got ${this.typesOfFrames()}`,
    });
  }

  /** Waits for a report about a message that this device sent. */
  async reported(id: string, status: 'delivered' | 'displayed'): Promise<void> {
    await eventually({
      that: `${this.identity.name} is told that the message was ${status}`,
      probe: () => this.reports(id).find((report) => report === status),
      instead: () => `it got ${this.typesOfFrames()}`,
    });
  }

  /** Every report about a message so far, oldest first. */
  reports(id: string): readonly string[] {
    return this.frames.flatMap((frame) => (frame.type === 'disposition' && frame.data.messageId === id ? [frame.data.status] : []));
  }

  private get active(): CpmDevice {
    if (!this.client || !this.isOnline) throw new Error(`${this.identity.name} is not connected`);
    return this.client;
  }

  private newClient(autoDeliver = true): CpmDevice {
    const { id, owner } = this.identity;
    const token = async () => (await devKeys()).sign({ scope: 'device', user: owner.address, device: id });
    return new CpmDevice({ url: this.url, token, deviceId: id, autoDeliver });
  }

  private typesOfFrames(): string {
    return this.frames.map(({ type }) => type).join(', ') || 'nothing';
  }
}
