import { AccessObserved } from '@cpm/contracts-access-awareness';
import { alertEvidence } from './access-evidence.js';

const handset = { ton: 1, npi: 1, address: '4915110000002' };

it.each([
  ['available', { state: 'AVAILABLE' }],
  ['denied', { state: 'UNAVAILABLE', cause: 'barred' }],
  ['unavailable', { state: 'UNAVAILABLE', cause: 'unavailable' }],
] as const)('an alert of "%s" says so of CS', (availability, said) => {
  const evidence = alertEvidence({ handset, availability }, 7);
  expect(evidence).toEqual({ user: 'tel:+4915110000002', access: 'CS', confidence: 'DELIVERABLE', source: 'smpp-alert', observedAt: 7, ...said });
  expect(AccessObserved.schema.parse(evidence)).toEqual(evidence);
});

it.each(['12345', 'Bank', '', '0', '1'.repeat(16)])('an alert of %j speaks of no subscriber', (address) => {
  expect(alertEvidence({ handset: { ...handset, address }, availability: 'available' }, 7)).toBeUndefined();
});
