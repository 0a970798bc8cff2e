import type { DeviceId, Instant, Policy } from '@cpm/vocabulary';
import type { LegSituation } from '../fan-out/plan-leg.js';
import { accessOf, deviceOf, type Profile } from '../profile/profile.js';
import { evolveOffered, type Circumstances, type DeliveryEvent, type EvidenceItem, type OfferedDelivery } from './delivery.js';
import { hasContent, isFinal, type Leg, type LegForm, type LegReason, type LegState, type UcnState } from './leg.js';

/** What changes about a leg besides its time; a wait ends with the move unless a new one is given. */
export interface LegChange {
  readonly state: LegState;
  readonly reason: LegReason;
  readonly form?: LegForm;
  readonly dueAt?: Instant | null;
  readonly attempt?: number;
  readonly pushed?: true;
  readonly tried?: boolean;
  readonly ucn?: UcnState | null;
  readonly notified?: boolean;
  readonly fetching?: string | null;
}

/**
 * One decision in the making: the events so far and the state they lead to, so that a later step sees an earlier one.
 * Frames and evidence are gathered, so that devices of one form share a record and a command gives one piece of evidence.
 */
export class Deliberation {
  readonly now: Instant;
  readonly policy: Policy;
  readonly profile: Profile;
  private readonly events: DeliveryEvent[] = [];
  private readonly full: DeviceId[] = [];
  private readonly notify: DeviceId[] = [];
  private readonly withdrawn: DeviceId[] = [];
  private readonly items: EvidenceItem[] = [];

  constructor(
    public state: OfferedDelivery,
    { now, policy, profile }: Circumstances,
  ) {
    this.now = now;
    this.policy = policy;
    this.profile = profile;
  }

  record(event: DeliveryEvent): void {
    this.events.push(event);
    this.state = evolveOffered(this.state, event);
  }

  /** Moves a leg. `leg` may carry changes of memory (doubt, refusal) that take effect with the move. */
  move(leg: Leg, change: LegChange): Leg {
    const moved: Leg = { ...leg, dueAt: null, since: this.now, ...change };
    this.record({ type: 'LegMoved', leg: moved, from: leg.state });
    return moved;
  }

  push(device: DeviceId, form: LegForm): void {
    (form === 'FULL' ? this.full : this.notify).push(device);
  }

  /** Takes back what this decision was about to push. */
  unpush(device: DeviceId): boolean {
    const at = this.full.indexOf(device);
    if (at >= 0) this.full.splice(at, 1);
    return at >= 0;
  }

  withdraw(device: DeviceId): void {
    this.withdrawn.push(device);
  }

  prove(item: EvidenceItem): void {
    this.items.push(item);
  }

  /** Evidence that this decision has already found counts as well. */
  get isDelivered(): boolean {
    return this.state.delivered || this.items.some(({ status }) => status === 'delivered' || status === 'displayed');
  }

  get isInterworked(): boolean {
    return this.state.interworked || this.items.some(({ status }) => status === 'interworked');
  }

  legOf(device: DeviceId): Leg | undefined {
    return this.state.legs.find((leg) => leg.device === device);
  }

  /** What the decision about a leg depends on; undefined when the user has the device no more. */
  situationOf(leg: Leg): LegSituation | undefined {
    const { profile, policy, now } = this;
    const device = deviceOf(profile, leg.device);
    if (!device) return undefined;
    const { message, legs, binding } = this.state;
    const secondaryServed = !policy['primary.immediateDelivery'] && legs.some(isServedSecondary);
    return { device, message, binding, access: accessOf(profile, leg.device), profile, policy, now, leg, secondaryServed };
  }

  get isOpen(): boolean {
    return this.state.legs.some((leg) => !isFinal(leg));
  }

  /** All events of the decision: frames are taken back before anything goes another way, frames and evidence go out at the end. */
  conclude(): readonly DeliveryEvent[] {
    const { events, full, notify, withdrawn, items } = this;
    if (withdrawn.length > 0) events.unshift({ type: 'FramesWithdrawn', devices: withdrawn });
    if (full.length > 0) events.push({ type: 'FramesPushed', form: 'FULL', devices: full });
    if (notify.length > 0) events.push({ type: 'FramesPushed', form: 'NOTIFY', devices: notify });
    if (items.length > 0) events.push({ type: 'EvidenceFound', items });
    return events;
  }
}

function isServedSecondary(leg: Leg): boolean {
  return leg.role === 'secondary' && (leg.state === 'PUSHED' || leg.state === 'ACCEPTED' || hasContent(leg));
}
