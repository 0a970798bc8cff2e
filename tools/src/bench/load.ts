import { LoadGenerator } from './load-generator.js';
import type { LoadAnswer, LoadCommand } from './load-protocol.js';

/** The load process: apart from the system, so that its CPU is measured apart. */
const generator = new LoadGenerator((completed, inFlight) => tell({ is: 'progress', completed, inFlight }));

function tell(answer: LoadAnswer): void {
  process.send?.(answer);
}

async function obey(command: LoadCommand): Promise<LoadAnswer> {
  switch (command.do) {
    case 'connect':
      await generator.connect(command);
      return { is: 'connected' };
    case 'closed':
      return { is: 'result', result: await generator.closedLoop(command.window, { seconds: command.seconds }) };
    case 'count':
      return { is: 'result', result: await generator.closedLoop(command.window, { messages: command.messages }) };
    case 'profile':
      return { is: 'played', profile: await generator.playProfile(command.phases) };
    case 'fixed':
      return { is: 'result', result: await generator.fixedRate(command.rate, command.seconds) };
  }
}

process.on('message', (command: LoadCommand) => {
  obey(command).then(tell, (error: unknown) => tell({ is: 'failed', reason: (error as Error).stack ?? String(error) }));
});
process.on('disconnect', () => process.exit(0));
