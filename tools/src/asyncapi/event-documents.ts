import { asyncApiDocument, RETENTION_MS, topicsOf, type TopicSettings } from '@cpm/asyncapi';
import { hostConfig } from '@cpm/runtime-host';
import { stringify } from 'yaml';
import { accessRights } from '../provision/access-rights.js';
import { CONTRACTS } from '../contracts.js';
import type { GeneratedFile } from '../generated-files.js';

/** Three brokers; users keep their partition for ever, so the number is that of the services. */
const DEPLOYED: TopicSettings = { partitions: hostConfig.shape.INBOX_PARTITIONS.parse(undefined), replicas: 3, retentionMs: RETENTION_MS };
const HEADER = '# Generated from the contracts by `npm run docs`.\n';

/** The contracts as pages: AsyncAPI for people and tools, topics and rights for whoever creates and grants them ahead of the services. */
export function eventDocuments(): readonly GeneratedFile[] {
  return [
    { path: 'docs/events.asyncapi.yaml', text: pageOf(asyncApiDocument(CONTRACTS, DEPLOYED)) },
    { path: 'deploy/topics.yaml', text: pageOf({ topics: topicsOf(DEPLOYED) }) },
    { path: 'deploy/access-rights.yaml', text: pageOf(Object.fromEntries(accessRights().map(({ kafka, mongodb }) => [kafka.principal, { kafka: { topics: kafka.topics, groups: kafka.groups }, mongodb: mongodb.collections }]))) },
  ];
}

function pageOf(content: object): string {
  return HEADER + stringify(content, { aliasDuplicateObjects: false, lineWidth: 140 });
}
