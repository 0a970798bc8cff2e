import { Checks, type Check } from './checks.js';
import type { DemoDevice, Person } from './demo-device.js';
import { NotSeenError } from './eventually.js';
import type { Stage } from './stage.js';

/** A message whose journey is shown; `label` says which it is. */
export interface ShownMessage {
  readonly id: string;
  readonly label: string;
}

/** What a scenario plays with. */
export interface Scene {
  readonly stage: Stage;
  readonly checks: Checks;
  /** The policy's wait for IP, in seconds. */
  readonly preferenceSec: number;
  /** Says what is going on, where it takes longer. */
  tell(line: string): void;
  /** The journey of this message is printed, also when the scenario ends early. */
  show(message: ShownMessage): void;
}

/** A situation of the specification, played with real devices. */
export interface Scenario {
  readonly title: string;
  /** One sentence. */
  readonly shows: string;
  /** Numbers of the specification's labels, as in `028a`. */
  readonly requirements: readonly string[];
  play(scene: Scene): Promise<void>;
}

export interface Played {
  readonly checks: readonly Check[];
  readonly messages: readonly ShownMessage[];
}

/** Plays a scenario; what does not come about, or goes wrong, is a check that did not hold. */
export async function play(scenario: Scenario, { stage, preferenceSec, tell }: Pick<Scene, 'stage' | 'preferenceSec' | 'tell'>): Promise<Played> {
  const checks = new Checks();
  const messages: ShownMessage[] = [];
  try {
    await scenario.play({ stage, checks, preferenceSec, tell, show: (message) => messages.push(message) });
  } catch (error) {
    if (error instanceof NotSeenError) checks.holds(error.awaited, false, error.seen);
    else checks.holds('the scenario plays to its end', false, String(error));
  }
  return { checks: checks.all, messages };
}

/** One message more, from device to person, until its sender is told that it was delivered. */
export interface Marker {
  readonly from: DemoDevice;
  readonly to: Person;
  readonly text: string;
  /** Says that it was delivered, where nobody does so by himself. */
  readonly deliver?: (id: string) => Promise<void>;
}

/**
 * Reports of one person's messages come on one way and in order: when that of a later message is there, every report of an
 * earlier one is, whether there was to be one or not.
 */
export async function untilMarkerReported({ from, to, text, deliver }: Marker): Promise<void> {
  const id = await from.send({ to, body: text, asksFor: ['positive-delivery'] });
  await deliver?.(id);
  await from.reported(id, 'delivered');
}
