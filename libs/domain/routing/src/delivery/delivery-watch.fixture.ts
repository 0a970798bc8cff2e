import type { AccessState, DeviceId, Message } from '@cpm/vocabulary';
import type { RegisteredDevice } from '@cpm/contracts-device-registry';
import type { SmsProgress } from '@cpm/contracts-sms-interworking-gateway';
import { BOB, type Published, type Scenario } from '../scenario.fixture.js';
import { isFinal } from './leg.js';

interface Text {
  readonly device: DeviceId;
  readonly attempt: number;
  readonly form: 'SMS' | 'UCN';
  /** `lost`: it certainly did not and will not arrive. `unknown`: it may have. */
  state: 'requested' | 'submitted' | 'delivered' | 'lost' | 'unknown';
  cancelAsked: boolean;
}

/** Watches from outside what routing publishes for one message, and knows what must never be seen. */
export class DeliveryWatch {
  private seen = 0;
  private readonly texts: Text[] = [];
  private readonly framesOut = new Set<DeviceId>();
  private readonly access = new Map<DeviceId, string>();
  private readonly doubted = new Set<DeviceId>();
  private readonly perhapsDoubted = new Set<DeviceId>();
  private devices: readonly RegisteredDevice[] = [];
  private revoked = false;
  private told: string[] = [];

  constructor(
    private readonly scenario: Scenario,
    readonly message: Message,
  ) {}

  accessIs(device: DeviceId, access: { readonly ip: AccessState; readonly cs: AccessState; readonly holdUntil: number | undefined }): void {
    const known = `${access.ip}/${access.cs}/${access.holdUntil ?? ''}`;
    if (this.access.get(device) !== known) {
      this.doubted.delete(device);
      this.perhapsDoubted.delete(device);
    }
    this.access.set(device, known);
  }

  household(devices: readonly RegisteredDevice[]): void {
    for (const { id } of this.devices) if (!devices.some((device) => device.id === id)) this.access.delete(id);
    // A leg that moves to another device leaves its doubt behind, one that stays keeps it: from outside either may be.
    if (primaryIn(devices) !== primaryIn(this.devices)) {
      for (const device of this.doubted) this.perhapsDoubted.add(device);
      this.doubted.clear();
    }
    this.devices = devices;
  }

  progressIs({ device, attempt, status }: SmsProgress): void {
    const text = this.texts.find((each) => each.device === device && each.attempt === attempt);
    if (text) text.state = status === 'submitted' || status === 'delivered' || status === 'unknown' ? status : 'lost';
  }

  pendingTexts(): readonly Text[] {
    return this.texts.filter(({ state }) => state === 'requested' || state === 'submitted');
  }

  /** Reads everything published since the last look, then looks at the state. */
  check(): void {
    for (; this.seen < this.scenario.published.length; this.seen += 1) this.read(this.scenario.published[this.seen] as Published);
    this.everyOpenLegFollowsAccess();
  }

  private read({ type, payload, at }: Published): void {
    // I12: nothing in the sender's log names a device of the recipient.
    if (payload.user === this.message.from) for (const { id } of this.devices) expect(JSON.stringify(payload)).not.toContain(id);
    if (type === 'SubmitSms' || type === 'SubmitUcn') this.textRequested(type === 'SubmitSms' ? 'SMS' : 'UCN', payload, at);
    else if (type === 'CancelSms') {
      const text = this.texts.find(({ device, attempt }) => device === payload.device && attempt === payload.attempt);
      expect(text).toBeDefined();
      if (text) text.cancelAsked = true;
    } else if (type === 'PushFrame') this.framePushed(payload, at);
    else if (type === 'WithdrawFrame') for (const device of payload.devices) this.framesOut.delete(device);
    else if (type === 'AccessObserved') this.doubted.add(payload.device);
    else if (type === 'DispositionEvidence') this.evidence(payload);
    if (type === 'ChangeObject' && payload.change === 'removed') this.revoked = true;
  }

  private textRequested(form: 'SMS' | 'UCN', payload: { device: DeviceId; attempt: number }, at: number): void {
    const { device, attempt } = payload;
    this.stillAlive(at);
    // I6: only text goes as SMS. I5: nothing goes by SMS while IP is there.
    if (form === 'SMS') expect(this.message.content.kind).toBe('inline');
    expect(primaryIn(this.devices)).toBe(device);
    expect(this.surelyHasIp(device)).toBe(false);
    expect([...this.framesOut]).not.toContain(device);
    const others = this.texts.filter(({ state }) => state !== 'lost' && !(form === 'SMS' && state === 'unknown'));
    expect(others).toEqual([]);
    expect(this.texts.filter(({ state }) => state === 'unknown').length).toBeLessThan(2);
    expect(this.texts.filter((each) => each.device === device && each.attempt >= attempt)).toEqual([]);
    this.texts.push({ device, attempt, form, state: 'requested', cancelAsked: false });
  }

  private framePushed({ user, type, devices }: { user: string; type: string; devices: DeviceId[] }, at: number): void {
    if (user !== BOB || type === 'message.revoked') return;
    this.stillAlive(at);
    for (const device of devices) {
      expect(this.mayHaveIp(device)).toBe(true);
      this.framesOut.add(device);
      const text = this.texts.filter((each) => each.device === device && each.form === 'SMS' && each.state !== 'lost' && each.state !== 'unknown');
      // A text goes to a device once: by IP only while no SMS of it is on its way or there.
      expect(text).toEqual([]);
    }
  }

  /** I7. */
  private stillAlive(at: number): void {
    expect(at).toBeLessThan(this.message.expiresAt);
    expect(this.revoked).toBe(false);
  }

  private evidence({ items, requested }: { items: { status: string; device?: string }[]; requested: unknown }): void {
    // I2: what was requested travels along unchanged, for the ledger to decide.
    expect(requested).toEqual(this.message.dispositionNotification);
    for (const { status, device } of items) {
      if (status === 'displayed') expect(this.told.some((each) => each.startsWith('delivered'))).toBe(true);
      if (status === 'failed') expect(this.told.filter((each) => !each.startsWith('interworked'))).toEqual([]);
      this.told.push(`${status} ${device ?? ''}`);
    }
  }

  private surelyHasIp(device: DeviceId): boolean {
    return this.mayHaveIp(device) && !this.perhapsDoubted.has(device);
  }

  private mayHaveIp(device: DeviceId): boolean {
    const registered = this.devices.some((each) => each.id === device && each.registered);
    return registered && (this.access.get(device) ?? '').startsWith('AVAILABLE') && !this.doubted.has(device);
  }

  /** I8: no leg waits for IP that is there. */
  private everyOpenLegFollowsAccess(): void {
    const { delivery, now } = this.scenario;
    if (delivery.stage === 'none' || delivery.overdue || now >= delivery.message.expiresAt) return;
    for (const leg of delivery.legs) {
      if (isFinal(leg) || !this.surelyHasIp(leg.device)) continue;
      expect(['PUSHED', 'CONTENT_PUSHED', 'SMS_CANCELLING', 'SMS_SUBMITTED']).toContain(leg.state);
    }
  }
}

function primaryIn(devices: readonly RegisteredDevice[]): DeviceId | undefined {
  return devices.find(({ role }) => role === 'primary')?.id;
}
