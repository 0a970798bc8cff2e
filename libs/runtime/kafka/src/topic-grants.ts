import type { TopicRights } from '@cpm/runtime-decider';
import kafkajs, { type AclEntry, type Admin } from 'kafkajs';
import { kafkaClient, type KafkaAddress } from './client.js';
import type { Log } from './log.js';

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;

/** Gives each principal exactly these rights: what it had beside them is taken away, in this order, so that a running one is never without. */
export async function grantTopicRights(rights: readonly TopicRights[], settings: KafkaAddress & { readonly log: Log }): Promise<void> {
  const kafka = kafkaClient({ ...settings, clientId: 'cpm-topic-grants', requestTimeoutMs: 15_000, retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 8 } });
  const admin = kafka.admin();
  await admin.connect();
  try {
    const acl = rights.flatMap(entriesOf);
    if (acl.length > 0) await admin.createAcls({ acl });
    const wanted = new Set(acl.map(textOf));
    for (const { principal } of rights) {
      const surplus = (await entriesFor(admin, `User:${principal}`)).filter((entry) => !wanted.has(textOf(entry)));
      if (surplus.length > 0) await admin.deleteAcls({ filters: surplus });
    }
  } finally {
    await admin.disconnect();
  }
}

function entriesOf({ principal, topics, groups }: TopicRights): AclEntry[] {
  const of = (resourceType: AclEntry['resourceType'], resourceName: string, operation: AclEntry['operation']): AclEntry => ({
    principal: `User:${principal}`, host: '*', permissionType: AclPermissionTypes.ALLOW, resourcePatternType: ResourcePatternTypes.LITERAL, resourceType, resourceName, operation,
  });
  return [
    ...Object.entries(topics).flatMap(([topic, operations]) => operations.map((operation) => of(AclResourceTypes.TOPIC, topic, AclOperationTypes[operation]))),
    ...Object.entries(groups).flatMap(([group, operations]) => operations.map((operation) => of(AclResourceTypes.GROUP, group, AclOperationTypes[operation]))),
  ];
}

async function entriesFor(admin: Admin, principal: string): Promise<AclEntry[]> {
  const { resources } = await admin.describeAcls({
    principal, resourceType: AclResourceTypes.ANY, resourcePatternType: ResourcePatternTypes.ANY, operation: AclOperationTypes.ANY, permissionType: AclPermissionTypes.ANY,
  });
  return resources.flatMap(({ resourceType, resourceName, resourcePatternType, acls }) => acls.map((acl) => ({ resourceType, resourceName, resourcePatternType, ...acl })));
}

function textOf({ principal, host, permissionType, resourceType, resourceName, resourcePatternType, operation }: AclEntry): string {
  return [principal, host, permissionType, resourceType, resourceName, resourcePatternType, operation].join('\u0000');
}
