import { CONTRACTS } from '../contracts.js';
import { accessRights } from './access-rights.js';

const rightsOf = (principal: string) => accessRights().find(({ kafka }) => kafka.principal === principal)!;
const may = (principal: string, operation: 'READ' | 'WRITE') => Object.entries(rightsOf(principal).kafka.topics).flatMap(([topic, operations]) => (operations.includes(operation) ? [topic] : []));

it('lets each service read its own inbox and no other', () => {
  for (const { kafka: { principal } } of accessRights().filter(({ kafka }) => kafka.principal !== 'all-in-one')) {
    expect(may(principal, 'READ')).toEqual([`cpm.${principal}.inbox`]);
    expect(Object.entries(rightsOf(principal).kafka.groups).flatMap(([group, operations]) => (operations.includes('READ') ? [group] : []))).toEqual([`cpm.${principal}`]);
  }
});

it.each([
  // All say to the registry that they have forgotten a user.
  ['report-aggregation', ['client-edge', 'device-registry', 'message-store-sync', 'report-aggregation']],
  ['access-awareness', ['access-awareness', 'device-registry', 'message-store-sync', 'routing']],
  ['client-edge', ['access-awareness', 'device-registry', 'message-store-sync', 'routing']],
  ['sms-interworking-gateway', ['access-awareness', 'device-registry', 'message-store-sync', 'routing', 'sms-interworking-gateway']],
])('lets %s write to %j', (principal, inboxes) => {
  expect(may(principal, 'WRITE').filter((topic) => topic.endsWith('.inbox'))).toEqual(inboxes.map((name) => `cpm.${name}.inbox`));
});

it('lets the registry, whose operators have dead letters replayed, write to every inbox', () => {
  expect(may('device-registry', 'WRITE').filter((topic) => topic.endsWith('.inbox'))).toHaveLength(7);
});

it('lets nobody change the audit log, the policy that was, or what another service keeps', () => {
  for (const { mongodb: { principal, collections } } of accessRights().filter(({ kafka }) => kafka.principal !== 'all-in-one')) {
    for (const [collection, actions] of Object.entries(collections)) {
      const isOwn = collection.startsWith(`${principal}.`) || collection.startsWith('content.');
      const isLetters = principal === 'device-registry' && collection.endsWith('.dead-letters');
      if (!isOwn) expect([principal, collection, actions.includes('remove') || (actions.includes('update') && !isLetters)]).toEqual([principal, collection, false]);
    }
  }
});

it('knows a listener for whatever anybody may write', () => {
  const inboxes = new Set(CONTRACTS.flatMap(({ listeners }) => listeners.map((name) => `cpm.${name}.inbox`)));
  for (const { kafka: { principal } } of accessRights()) expect(may(principal, 'WRITE').filter((topic) => topic.endsWith('.inbox') && !inboxes.has(topic))).toEqual([]);
});
