import { FAULT_KINDS } from './faults/index.js';
import { chaosOptions } from './options.js';

it('has a default for everything', () => {
  expect(chaosOptions([])).toEqual({
    minutes: 20, seed: 1, rate: 20, faults: FAULT_KINDS, broken: undefined, submitLimitMs: 120_000, drainMs: 420_000, cast: { talkers: 8, boxes: 4, texters: 4, members: 4, groups: 2 },
  });
});

it('takes what it is told', () => {
  expect(chaosOptions(['--minutes', '0.5', '--seed', '7', '--broken', 'no-outbox-flush', '--faults', 'process-stall,process-kill', '--talkers', '3', '--boxes', '2'])).toMatchObject({
    minutes: 0.5, seed: 7, broken: 'no-outbox-flush', faults: ['process-kill', 'process-stall'], cast: { talkers: 3, boxes: 2 },
  });
});

it.each([
  [['--minutes', 'long'], '--minutes: must be a number of at least 0'],
  [['--minutes=-1'], '--minutes: must be a number of at least 0'],
  [['--seed', '1.5'], '--seed: must be a whole number'],
  [['--talkers', '1'], '--talkers: must be a number of at least 2'],
  [['--boxes', '9'], '--boxes: must not be more than --talkers'],
  [['--faults', 'process-kill,rain'], '--faults: rain is none of process-kill'],
  [['--kills', '3'], "Unknown option '--kills'"],
])('refuses %j', (args, why) => expect(() => chaosOptions(args)).toThrow(why));
