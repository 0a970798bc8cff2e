import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LoadAnswer, LoadCommand, PhaseResult } from './load-protocol.js';
import type { PlayedProfile, ProfilePhase } from './overload/profile-protocol.js';

/** The load process, asked one thing at a time. */
export class LoadProcess {
  readonly throughput: [seconds: number, perSecond: number][] = [];
  private readonly child: ChildProcess = fork(fileURLToPath(new URL('load.js', import.meta.url)));
  private readonly started = performance.now();
  private last = { at: 0, completed: 0 };

  async connect(url: string, pairs: number): Promise<void> {
    await this.ask({ do: 'connect', url, pairs });
  }

  async measure(command: LoadCommand): Promise<PhaseResult> {
    const answer = await this.ask(command);
    if (answer.is !== 'result') throw new Error(`${command.do} gave no result`);
    return answer.result;
  }

  async play(phases: readonly ProfilePhase[]): Promise<PlayedProfile> {
    const answer = await this.ask({ do: 'profile', phases });
    if (answer.is !== 'played') throw new Error('a profile gave no result');
    return answer.profile;
  }

  private async ask(command: LoadCommand): Promise<Exclude<LoadAnswer, { is: 'progress' | 'failed' }>> {
    this.last = { at: (performance.now() - this.started) / 1000, completed: 0 };
    this.child.send(command);
    for (;;) {
      const [answer] = (await once(this.child, 'message')) as [LoadAnswer];
      if (answer.is === 'failed') throw new Error(answer.reason);
      if (answer.is !== 'progress') return answer;
      this.progress(answer.completed, answer.inFlight);
    }
  }

  stop(): void {
    this.child.disconnect();
  }

  private progress(completed: number, inFlight: number): void {
    const at = (performance.now() - this.started) / 1000;
    const perSecond = (completed - this.last.completed) / (at - this.last.at);
    this.last = { at, completed };
    this.throughput.push([at, perSecond]);
    console.log(`  ${at.toFixed(0).padStart(4)} s  ${completed} messages done, ${perSecond.toFixed(0)}/s, ${inFlight} in flight`);
  }
}
