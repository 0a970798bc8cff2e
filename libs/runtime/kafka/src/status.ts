import type { Liveness } from './liveness.js';

/**
 * `running`: consuming. `stalled`: not making progress, keeps trying; not ready. `crashed`: will not recover by itself,
 * the process must be restarted. `stopped`: by request.
 */
export type ConsumerStatus = 'starting' | 'running' | 'stalled' | 'crashed' | 'stopped';

/** Folds what is known about a consumer into one status and tells about changes. */
export class ConsumerState {
  private status: ConsumerStatus = 'starting';
  private member = false;
  private failing = false;
  private unconfirmed = false;
  /** Why the client library gave up last, if it is not a member again. */
  private leftBecause: string | undefined;

  constructor(private readonly onStatus: (status: ConsumerStatus, reason?: string) => void) {}

  /** Whether kafkajs has a group to pause. */
  get isMember(): boolean {
    return this.member;
  }

  joined(): void {
    this.member = true;
    this.unconfirmed = false;
    this.leftBecause = undefined;
    this.update();
  }

  left(reason: string): void {
    this.member = false;
    this.leftBecause = reason;
  }

  /** Work fails again and again. */
  workFails(reason: string): void {
    this.failing = true;
    this.update(reason);
  }

  workWorks(): void {
    this.failing = false;
    this.update();
  }

  liveness(liveness: Liveness): void {
    if (liveness === 'wedged') return this.crashed('the consumer shows no activity');
    this.unconfirmed = liveness === 'unconfirmed';
    this.update(this.unconfirmed ? (this.leftBecause ?? 'the group coordinator does not answer') : undefined);
  }

  crashed(reason: string): void {
    this.become('crashed', reason);
  }

  stopped(): void {
    this.become('stopped');
  }

  private update(reason?: string): void {
    if (this.status === 'crashed' || this.status === 'stopped') return;
    if (this.failing || this.unconfirmed) this.become('stalled', reason);
    else if (this.member) this.become('running');
  }

  private become(status: ConsumerStatus, reason?: string): void {
    if (status === this.status || this.status === 'stopped') return;
    this.status = status;
    this.onStatus(status, reason);
  }
}
