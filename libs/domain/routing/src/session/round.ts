import type { CpmAddress, DeviceId, Policy, SessionBinding, SessionEnd } from '@cpm/vocabulary';
import { firstWins, type ContestCommand } from '../first-wins/first-wins.js';
import { effectiveIp } from '../primary-leg/effective-ip.js';
import { accessOf, deviceOf, type Profile } from '../profile/profile.js';
import { evolveParticipation, isUndecided, joinedDevices, type Participation, type ParticipationCircumstances, type ParticipationEvent, type ParticipationStatus, type SessionLeg } from './participation.js';
import { Recorder } from './recorder.js';

/** Messages that may wait for an answer: of more the oldest goes to all devices. */
const MOST_UNSETTLED = 256;

/** One decision about a user's part in a session. */
export class Round extends Recorder<Participation, ParticipationEvent> {
  readonly policy: Policy;
  readonly profile: Profile;
  readonly user: CpmAddress;
  readonly underWay: readonly string[];

  constructor(state: Participation, { now, policy, profile, user, underWay }: ParticipationCircumstances) {
    super(state, now, evolveParticipation);
    this.policy = policy;
    this.profile = profile;
    this.user = user;
    this.underWay = underWay;
  }

  legOf(device: DeviceId): SessionLeg | undefined {
    return this.state.legs.find((leg) => leg.device === device);
  }

  move(device: DeviceId, state: SessionLeg['state'], { reason }: { readonly reason: string }): void {
    const known = this.legOf(device);
    if (known?.state === state) return;
    const joinedAt = state === 'JOINED' ? this.now : (known?.joinedAt ?? null);
    const leftAt = state === 'LEFT' ? this.now : null;
    this.record({ type: 'LegMoved', leg: { device, state, reason, joinedAt, leftAt } });
  }

  contend(command: ContestCommand): boolean {
    const decisions = firstWins.decide(command, this.state.contest);
    for (const decision of decisions) this.record({ type: 'ContestDecided', decision });
    return decisions.length > 0;
  }

  enter(status: ParticipationStatus): void {
    if (this.state.status !== status) this.record({ type: 'StatusChanged', status });
  }

  join(device: DeviceId, how: { readonly reason: string }): void {
    if (this.legOf(device)?.state === 'JOINED') return;
    this.move(device, 'JOINED', how);
    this.record({ type: 'DeviceTold', device, what: 'established' });
  }

  /** Ends every leg that `applies`; devices that rang or took part are told why. */
  endLegs(applies: (leg: SessionLeg) => boolean, { reason, ofJoined = reason, by }: { readonly reason: SessionEnd; readonly ofJoined?: SessionEnd; readonly by?: DeviceId }): void {
    for (const leg of this.state.legs) {
      if (!applies(leg) || !(isUndecided(leg) || leg.state === 'JOINED')) continue;
      const { device } = leg;
      const who = by === undefined ? {} : { by };
      if (leg.state === 'JOINED') {
        this.move(device, 'LEFT', { reason: ofJoined });
        this.record({ type: 'DeviceTold', device, what: 'closed', reason: ofJoined, ...who });
        continue;
      }
      this.move(device, 'PASSED', { reason });
      if (leg.state === 'RINGING') this.record({ type: 'DeviceTold', device, what: 'cancelled', reason, ...who });
    }
  }

  /** Which devices a message is for as things stand. */
  get binding(): SessionBinding {
    const { status, session, legs, contest } = this.state;
    const devices = new Set<string>(this.profile.devices.map(({ id }) => id));
    const present = joinedDevices(this.state).filter((device) => devices.has(device));
    // Nobody takes part through devices that are all out of reach: the others must not miss what is said meanwhile.
    const joined = present.some((device) => this.isReachable(device)) ? present : [];
    const undecided = legs.filter(isUndecided).map(({ device }) => device).filter((device) => devices.has(device));
    const group = session?.kind !== 'one-to-one';
    const refused = status === 'declined' || (status === 'left' && group) ? status : 'no';
    const others = refused === 'no' && joined.length + undecided.length === 0 ? 'all' : 'none';
    return { joined, undecided, others, byUser: contest.stage === 'won' && joined.length > 0, refused, group };
  }

  /** Not known to be without IP. */
  isReachable(device: DeviceId): boolean {
    const known = deviceOf(this.profile, device);
    return known !== undefined && effectiveIp(known, accessOf(this.profile, device), { doubted: null }) !== 'UNAVAILABLE';
  }

  /** Messages that waited for a decision get what was decided; with more waiting than may, the oldest wait no longer. */
  settle(): void {
    const { unsettled, legs } = this.state;
    if (unsettled.length === 0) return;
    if (!legs.some(isUndecided)) {
      this.record({ type: 'MessagesSettled', messageIds: unsettled, binding: this.binding });
      return;
    }
    const over = unsettled.slice(0, Math.max(0, unsettled.length - MOST_UNSETTLED));
    if (over.length > 0) this.record({ type: 'MessagesSettled', messageIds: over, binding: { ...this.binding, undecided: [], others: 'all' } });
  }
}
