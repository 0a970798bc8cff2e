import { smscsConfig } from '@cpm/app-sms-interworking-gateway';
import { SERVICES } from '@cpm/runtime-decider';
import { connectionConfig } from '@cpm/runtime-host';
import { z } from 'zod';
import { serviceVariables, sharedVariables, type ServiceVariables } from './service-variables.js';

const on = (what: string) => z.boolean().describe(what);
const text = (what: string) => z.string().describe(what);
const names = z.record(z.string(), z.string());
/** What Kubernetes itself describes and checks. */
const asKubernetes = z.looseObject({});
const port = z.int().min(1).max(65_535);
const peers = z.array(asKubernetes).describe('NetworkPolicyPeers; empty: everybody');

const secretKey = (what: string) => z.strictObject({ name: z.string(), key: z.string().min(1) }).partial().describe(`${what}: Secret and key in it`);
const secretName = (what: string) => z.string().regex(/^([a-z0-9]([a-z0-9.-]*[a-z0-9])?)?$/).describe(what);

const workload = ({ config, secrets }: ServiceVariables) => z.strictObject({
  replicas: z.int().min(0).describe('Pods; not read with autoscaling or keda'),
  autoscaling: z.strictObject({ enabled: z.boolean(), minReplicas: z.int().min(1), maxReplicas: z.int().min(1), targetCPUUtilizationPercentage: z.int().min(1).max(100), behavior: asKubernetes }).partial()
    .describe('HorizontalPodAutoscaler on CPU'),
  keda: z.strictObject({ enabled: z.boolean(), minReplicas: z.int().min(1), maxReplicas: z.int().min(1), lagThreshold: z.int().min(1), pollingInterval: z.int().min(1), cooldownPeriod: z.int().min(0) }).partial()
    .describe('KEDA ScaledObject on the lag of the inbox'),
  podDisruptionBudget: z.strictObject({ enabled: z.boolean(), maxUnavailable: z.union([z.int().min(0), z.string().regex(/^\d+%$/)]) }).partial().describe('How many may be away at once'),
  resources: z.strictObject({ requests: z.record(z.string(), z.union([z.string(), z.number()])), limits: z.record(z.string(), z.union([z.string(), z.number()])) }).partial(),
  startupSeconds: z.int().min(10).describe('How long a start may take'),
  preStopSeconds: z.int().min(0).max(120).describe('How long a pod still answers after it is asked to end, so that the last callers are gone'),
  nodeSelector: names, tolerations: z.array(asKubernetes), affinity: asKubernetes,
  topologySpreadConstraints: z.array(asKubernetes).describe('Empty: spread over zones and nodes where that is possible'),
  priorityClassName: z.string(), podAnnotations: names, podLabels: names,
  config: z.strictObject(config).partial().describe('Environment variables'),
  secrets: z.strictObject(Object.fromEntries(secrets.map((name) => [name, secretKey(name)]))).partial().describe('Environment variables that Secrets hold'),
}).partial();

const kafka = z.strictObject({
  mode: z.enum(['external', 'strimzi']).describe('Brokers that are there, or brokers, topics and users that Strimzi makes'),
  bootstrapServers: z.string().regex(/^([^\s,:]+:\d+(,[^\s,:]+:\d+)*)?$/).describe('host:port[,host:port] of external brokers'),
  partitions: connectionConfig.shape.INBOX_PARTITIONS.describe('Of each inbox, for ever'),
  replicationFactor: connectionConfig.shape.REPLICATION_FACTOR,
  tls: z.strictObject({ enabled: on('TLS to external brokers'), caSecret: secretKey('Authority of the brokers') }).partial(),
  sasl: z.strictObject({ mechanism: z.enum(['', 'scram-sha-512', 'scram-sha-256', 'plain']), existingSecret: secretName('Passwords: a key per service; the user is called as the service') }).partial(),
  strimzi: z.strictObject({
    apiVersion: z.enum(['kafka.strimzi.io/v1', 'kafka.strimzi.io/v1beta2']), createCluster: on('Make the brokers, too, not only topics and users'),
    clusterName: secretName('The Kafka resource; empty: named after the release'), version: text('Of Kafka; empty: that of the operator'), replicas: z.int().min(1),
    storage: z.strictObject({ size: z.string().regex(/^\d+[KMGT]i?$/), class: z.string(), deleteClaim: z.boolean() }).partial(), resources: asKubernetes, config: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  }).partial(),
}).partial();

const route = { annotations: names, enabled: z.boolean() };
const ingress = z.strictObject({
  ...route, className: z.string(), host: z.string(), tlsSecret: secretName('Certificate of the host; empty: no TLS'),
  controller: z.enum(['nginx', 'other']).describe('nginx: annotations of ingress-nginx for long streams, large uploads and regular expressions are set'),
}).partial();
const gateway = z.strictObject({ ...route, parentRefs: z.array(asKubernetes), hostnames: z.array(z.string()) }).partial();

const towards = z.strictObject({ ports: z.array(port), to: peers }).partial();
const networkPolicy = z.strictObject({
  enabled: z.boolean(), ingressFrom: peers.describe('Who may call the services: the pods of the ingress controller or gateway'), metricsFrom: peers.describe('Who may read /metrics'),
  egress: z.strictObject({ dns: towards, kafka: towards, mongodb: towards, smsc: towards, web: towards, clamd: towards, otlp: towards }).partial(),
}).partial();

const provision = z.strictObject({
  enabled: on('Make topics, rights and database users before an installation or upgrade'),
  parts: z.array(z.enum(['topics', 'topic-rights', 'database-rights'])).describe('Empty: what follows from kafka.mode, kafka.sasl and provision.mongodb'),
  kafka: z.strictObject({ username: z.string(), passwordSecret: secretKey('Password of an administrator') }).partial(),
  mongodb: z.strictObject({ uriSecret: secretKey('Connection string of an administrator'), userPasswordsSecret: secretName('Passwords of new users: a key per service') }).partial(),
  backoffLimit: z.int().min(0), activeDeadlineSeconds: z.int().min(1), resources: asKubernetes,
}).partial();

const services = () => z.strictObject(Object.fromEntries([...serviceVariables()].map(([service, variables]) => [service, workload(variables)]))).partial();

const chart = () => z.strictObject({
  global: asKubernetes, nameOverride: z.string(), fullnameOverride: z.string(), commonLabels: names,
  image: z.strictObject({ registry: z.string(), repository: z.string(), tag: text('Empty: the version of the chart'), digest: z.string().regex(/^(sha256:[0-9a-f]{64})?$/).describe('sha256:…; goes before the tag'), pullPolicy: z.enum(['Always', 'IfNotPresent', 'Never']) }).partial(),
  imagePullSecrets: z.array(z.strictObject({ name: z.string() })),
  publicUrl: z.string().regex(/^(https:\/\/[^\s/?#@]+)?$/).describe('https://host under which devices and phones reach the entry'),
  corsOrigins: z.array(z.string().regex(/^https?:\/\/[^\s/?#@]+$/)), proxyHops: z.int().min(0).max(8).describe('Proxies in front that each add to X-Forwarded-For'),
  tokens: z.strictObject({ jwksUrl: z.string().regex(/^(https?:\/\/\S+)?$/), jwksSecret: secretKey('Key set instead of a URL'), issuer: z.string(), audience: z.string() }).partial(),
  kafka,
  mongodb: z.strictObject({ database: z.string().regex(/^[\w-]{1,38}$/), existingSecret: secretName('Connection strings: a key per service'), caSecret: secretKey('Authority of the servers: /etc/cpm/secrets/mongodb-ca.pem') }).partial(),
  smsc: z.strictObject({ urlSecret: secretKey('smpp://systemId:password@host:port of one SMSC'), smscs: smscsConfig.shape.smscs.describe('Several SMSCs, as the file of SMSC_CONFIG names them'), passwordsSecret: secretName('Their passwords: the keys are their passwordEnv'), tlsSecret: secretName('PEM files in /etc/cpm/smsc') }).partial(),
  provision, defaults: workload(sharedVariables()), services: services(),
  expose: z.strictObject({ devices: z.boolean(), network: z.boolean(), operators: z.boolean(), documents: z.boolean() }).partial().describe('Groups of paths that the entry has'),
  ingress, gateway, networkPolicy,
  serviceAccount: z.strictObject({ create: z.boolean(), annotations: names }).partial(),
  monitoring: z.strictObject({ labels: names, serviceMonitor: z.strictObject({ enabled: z.boolean(), interval: z.string() }).partial(), prometheusRule: z.strictObject({ enabled: z.boolean() }).partial(), dashboards: z.strictObject({ enabled: z.boolean(), labels: names }).partial() }).partial(),
}).partial();

/** JSON Schema (2020-12) of the chart's values; it refuses names that it does not know. */
export function valuesSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(chart(), { io: 'input', unrepresentable: 'any', reused: 'inline' });
  return { $schema, title: `Values of cpm: ${SERVICES.length} services`, ...schema };
}
