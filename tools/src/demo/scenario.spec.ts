import { NotSeenError } from './eventually.js';
import { play, type Scenario } from './scenario.js';
import type { Stage } from './stage.js';

const around = { stage: {} as Stage, preferenceSec: 3, tell: () => undefined };
const scenario = (act: Scenario['play']): Scenario => ({ title: 'a title', shows: 'a sentence', requirements: [], play: act });

it('goes on after a check that did not hold', async () => {
  const { checks } = await play(scenario(async (scene) => {
    scene.checks.equal('there is one', [1, 2], [1]);
    scene.checks.equal('there are two', [1, 2], [1, 2]);
  }), around);
  expect(checks).toEqual([{ says: 'there is one', held: false, seen: '[1,2], not [1]' }, { says: 'there are two', held: true }]);
});

it('has a failed check, and still its messages, when something does not come about', async () => {
  const played = await play(scenario(async ({ show }) => {
    show({ id: 'm1', label: 'a text' });
    throw new NotSeenError('the phone gets it', 'not within 20 s; it got nothing');
  }), around);
  expect(played).toEqual({
    checks: [{ says: 'the phone gets it', held: false, seen: 'not within 20 s; it got nothing' }],
    messages: [{ id: 'm1', label: 'a text' }],
  });
});

it('has a failed check when something goes wrong', async () => {
  const { checks } = await play(scenario(() => Promise.reject(new Error('no route to host'))), around);
  expect(checks).toEqual([{ says: 'the scenario plays to its end', held: false, seen: 'Error: no route to host' }]);
});
