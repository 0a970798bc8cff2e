import { PHONE, Scenario, TABLET } from '../scenario.fixture.js';

it('counts the offer of a message, and each leg by its form and why', () => {
  const scenario = new Scenario().subscriber().access(PHONE, 'UNAVAILABLE', 'AVAILABLE').access(TABLET, 'AVAILABLE');
  scenario.counts.length = 0;
  scenario.offer();
  expect(scenario.counts).toEqual([
    { metric: 'cpm_messages_offered_total', labels: { outcome: 'accepted' }, by: 1 },
    ...scenario.journey.flatMap(({ device, form, reason }) => (form === undefined ? [] : [{ metric: 'cpm_legs_total', labels: { role: device === PHONE ? 'primary' : 'secondary', form, reason }, by: 1 }])),
  ]);
  expect(scenario.counts).toContainEqual({ metric: 'cpm_legs_total', labels: { role: 'secondary', form: 'FULL', reason: 'ip-available' }, by: 1 });
});

it('counts an offer to somebody who is not there', () => {
  const scenario = new Scenario().offer();
  expect(scenario.counts).toEqual([{ metric: 'cpm_messages_offered_total', labels: { outcome: 'unreachable' }, by: 1 }]);
});
