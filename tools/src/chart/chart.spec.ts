import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { edgeConfig } from '@cpm/app-client-edge';
import { gatewayConfig, smscsConfig } from '@cpm/app-sms-interworking-gateway';
import { SERVICES, type ServiceName } from '@cpm/runtime-decider';
import { hostConfig, parseConfig } from '@cpm/runtime-host';
import { parse } from 'yaml';
import { openApiFiles } from '../openapi/openapi-documents.js';
import { ownerOf } from '../start/services.js';
import { CHART } from './chart-files.js';
import { helm, kubernetesValidate, podSecurity } from './chart-tools.js';
import { admitted, lint, manifestsOf, outcomeOf, render, validated, type Manifest } from './rendering.fixture.js';
import { serviceVariables } from './service-variables.js';

const EXAMPLES = ['minimal', 'ha', 'strimzi'] as const;
type Example = (typeof EXAMPLES)[number];
/** Building helm from its sources takes as long as this the first time. */
const BUILD_LIMIT_MS = 3_600_000;
/** Every object is compared with schemas that are read anew: long on a machine that has other work. */
const VALIDATION_LIMIT_MS = 600_000;

const texts = new Map<Example, string>();
const manifests = new Map<Example, readonly Manifest[]>();
const ofKind = (example: Example, kind: string) => manifests.get(example)!.filter((manifest) => manifest.kind === kind);
const named = (example: Example, kind: string, name: string) => ofKind(example, kind).find(({ metadata }) => metadata.name === name)!;
const podOf = ({ kind, spec }: Manifest) => (kind === 'Pod' ? spec : spec.template.spec);
const withPods = (example: Example) => ['Deployment', 'Job', 'Pod'].flatMap((kind) => ofKind(example, kind));

beforeAll(async () => {
  for (const prepare of [helm, podSecurity, kubernetesValidate]) await prepare();
  for (const example of EXAMPLES) {
    const { code, output } = await render(example);
    if (code !== 0) throw new Error(output);
    texts.set(example, output);
    manifests.set(example, manifestsOf(output));
  }
}, BUILD_LIMIT_MS);

describe('the examples', () => {
  it.each(EXAMPLES)('%s has nothing that helm lint --strict finds', async (example) => {
    const { code, output } = await lint(example);
    expect([code, output]).toEqual([0, expect.stringContaining('0 chart(s) failed')]);
  });

  it('are of a version that the changelog tells of', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(parse(readFileSync(join(CHART, 'Chart.yaml'), 'utf8'))).toMatchObject({ version, appVersion: version });
    expect(readFileSync('CHANGELOG.md', 'utf8')).toMatch(new RegExp(`^## ${version} - \\d{4}-\\d{2}-\\d{2}$`, 'm'));
  });

  it('are rendered the same each time', async () => expect((await render('ha')).output).toBe(texts.get('ha')));

  it('fit the schemas of Kubernetes, as far as the kinds are its own', async () => {
    const { faults, unknown } = await validated([...texts.values()]);
    expect(faults).toEqual([]);
    const monitoring = ofKind('ha', 'PrometheusRule').length > 0 ? ['PrometheusRule'] : [];
    expect(unknown).toEqual(['HTTPRoute', 'Kafka', 'KafkaNodePool', 'KafkaTopic', 'KafkaUser', ...monitoring, 'ScaledObject', 'ServiceMonitor', 'TriggerAuthentication']);
  }, VALIDATION_LIMIT_MS);

  it('and those schemas refuse what Kubernetes does not know', async () => {
    const { faults } = await validated([JSON.stringify({ ...named('minimal', 'Deployment', 'cpm-routing'), speck: {} })]);
    expect(faults.join('\n')).toContain('speck');
  }, VALIDATION_LIMIT_MS);

  it('have only pods that are admitted at the level restricted', async () => {
    expect(await admitted([...texts.values()].join('\n---\n'))).toEqual({ code: 0, output: `${EXAMPLES.length * (SERVICES.length + 2)} pods, 0 refused\n` });
  });

  it.each([
    ['drop: [ALL]', 'drop: [CHOWN]', 'unrestricted capabilities'], ['type: RuntimeDefault', 'type: Unconfined', 'seccompProfile'],
    ['allowPrivilegeEscalation: false', 'allowPrivilegeEscalation: true', 'allowPrivilegeEscalation'], ['runAsUser: 65532', 'runAsUser: 0', 'runAsUser=0'],
  ])('and pods with "%s" changed are refused', async (right, wrong, reason) => {
    const { code, output } = await admitted(texts.get('minimal')!.replaceAll(right, wrong));
    expect([code, output]).toEqual([1, expect.stringContaining(reason)]);
  });
});

describe.each(EXAMPLES)('with %s values', (example) => {
  it('each service has a Deployment, a Service and an identity of its own', () => {
    for (const kind of ['Deployment', 'Service', 'ServiceAccount']) expect(ofKind(example, kind).map(({ metadata }) => metadata.name)).toEqual([...SERVICES].sort().map((name) => `cpm-${name}`));
    for (const { spec, metadata } of ofKind(example, 'Deployment')) expect(spec.template.spec.serviceAccountName).toBe(metadata.name);
  });

  it('pods write nowhere but to /tmp, and hold no token of Kubernetes', () => {
    for (const manifest of withPods(example)) {
      const pod = podOf(manifest);
      expect(pod.automountServiceAccountToken).toBe(false);
      for (const { securityContext, volumeMounts, resources } of pod.containers) {
        expect(securityContext.readOnlyRootFilesystem).toBe(true);
        expect(volumeMounts.filter(({ readOnly = false }) => !readOnly).map(({ mountPath }: { mountPath: string }) => mountPath)).toEqual(['/tmp']);
        expect(resources.limits.memory).toEqual(expect.any(String));
      }
    }
  });

  it('pods have time to drain, and a rollout takes none away before another is ready', () => {
    for (const { spec } of ofKind(example, 'Deployment')) {
      const [{ env, lifecycle, startupProbe, readinessProbe, livenessProbe }] = spec.template.spec.containers;
      const graceMs = Number(env.find(({ name }: { name: string }) => name === 'SHUTDOWN_GRACE_MS')?.value ?? hostConfig.shape.SHUTDOWN_GRACE_MS.parse(undefined));
      expect(spec.template.spec.terminationGracePeriodSeconds).toBeGreaterThan(Number(lifecycle.preStop.sleep.seconds) + graceMs / 1_000);
      expect([startupProbe, livenessProbe, readinessProbe].map(({ httpGet }) => httpGet.path)).toEqual(['/health/live', '/health/live', '/health/ready']);
      expect(spec.strategy.rollingUpdate.maxUnavailable).toBe(0);
    }
  });

  it('whatever selects pods finds some', () => {
    const labels = ofKind(example, 'Deployment').map(({ spec }) => spec.template.metadata.labels as Record<string, string>);
    const finds = (wanted: Record<string, string>) => labels.some((own) => Object.entries(wanted).every(([name, value]) => own[name] === value));
    for (const { spec } of ofKind(example, 'Service')) expect([spec.selector, finds(spec.selector)]).toEqual([spec.selector, true]);
    for (const { spec } of ofKind(example, 'PodDisruptionBudget')) expect([spec.selector, finds(spec.selector.matchLabels)]).toEqual([spec.selector, true]);
    const names = ofKind(example, 'Deployment').map(({ metadata }) => metadata.name);
    for (const { spec } of [...ofKind(example, 'HorizontalPodAutoscaler'), ...ofKind(example, 'ScaledObject')]) expect(names).toContain(spec.scaleTargetRef.name);
  });

  it('it makes no Secret', () => expect(ofKind(example, 'Secret')).toEqual([]));

  it('services understand every variable that they get', () => {
    const folder = mkdtempSync(join(tmpdir(), 'cpm-chart-'));
    try {
      for (const { spec, metadata } of ofKind(example, 'Deployment')) {
        const service = metadata.name.replace('cpm-', '') as ServiceName;
        const environment = environmentIn(spec.template.spec, folder);
        expect(() => parseConfig(hostConfig, environment)).not.toThrow();
        if (service === 'client-edge') expect(() => parseConfig(edgeConfig, environment)).not.toThrow();
        if (service === 'sms-interworking-gateway') expect(() => parseConfig(gatewayConfig, environment)).not.toThrow();
        const { config, secrets } = serviceVariables().get(service)!;
        const known = new Set([...Object.keys(hostConfig.shape), ...Object.keys(config), ...secrets, 'SMSC_CONFIG', 'NORTH_PASSWORD', 'WORLD_PASSWORD']);
        expect(Object.keys(environment).filter((name) => !known.has(name) && !known.has(name.replace(/_FILE$/, '')))).toEqual([]);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** The environment of a pod, with what its Secrets would hold in files of a folder. */
function environmentIn(pod: Manifest['spec'], folder: string): Record<string, string> {
  const { items = [] } = { items: pod.volumes.find(({ name }: { name: string }) => name === 'secrets').projected.sources.flatMap(({ secret }: Manifest['spec']) => secret.items) };
  for (const { path } of items) writeFileSync(join(folder, path), path === 'MONGODB_URI' ? 'mongodb://u:p@host/?tls=true' : path === 'SMPP_URL' ? 'smpp://cpm:p@smsc:2775' : 'x'.repeat(32));
  return Object.fromEntries(pod.containers[0].env.map(({ name, value }: { name: string; value?: string }) => [name, value?.replace('/etc/cpm/secrets', folder) ?? 'from a Secret']));
}

describe('the entry', () => {
  const paths = openApiFiles().flatMap(({ path, text }) => Object.keys((parse(text) as { paths: object }).paths).map((route) => [route.replaceAll(/\{\w+\}/g, 'x'), basename(path, '.yaml')] as const));
  const isOfProcess = (path: string) => /^\/(health|metrics|asyncapi|openapi)/.test(path);

  /** The service that rules with prefixes and regular expressions lead a path to. */
  const backendOf = (rules: readonly { readonly path: string; readonly isRegex: boolean; readonly service: string }[], path: string) => {
    const fits = rules.filter((rule) => (rule.isRegex ? new RegExp(rule.path).test(path) : path === rule.path || path.startsWith(`${rule.path}/`)));
    return (fits.find(({ isRegex }) => isRegex) ?? fits.sort((a, b) => b.path.length - a.path.length)[0])?.service.replace('cpm-', '');
  };
  const ofRoutes = (example: Example) => ofKind(example, 'HTTPRoute').flatMap(({ spec }) => spec.rules.flatMap(({ matches, backendRefs }: Manifest['spec']) =>
    matches.map(({ path }: Manifest['spec']) => ({ path: path.value, isRegex: path.type === 'RegularExpression', service: backendRefs[0].name }))));
  const ofIngress = (example: Example) => ofKind(example, 'Ingress').flatMap(({ spec }) => spec.rules[0].http.paths.map(({ path, pathType, backend }: Manifest['spec']) =>
    ({ path, isRegex: pathType === 'ImplementationSpecific', service: backend.service.name })));

  it('has only absolute paths in an Ingress: others are refused by the API server, of which no schema tells', () => {
    expect(ofIngress('ha').map(({ path }) => path as string).filter((path) => !path.startsWith('/'))).toEqual([]);
  });

  it.each([['HTTPRoute', ofRoutes], ['Ingress', ofIngress]])('%s leads every documented path where npm start leads it', (_, rulesOf) => {
    const rules = rulesOf('ha');
    const outside = paths.filter(([path]) => !isOfProcess(path));
    expect(outside.length).toBeGreaterThan(50);
    for (const [path] of outside) expect([path, backendOf(rules, path)]).toEqual([path, ownerOf(path)]);
    expect(backendOf(rules, '/cpm/v1/stream')).toBe('client-edge');
    for (const service of SERVICES) expect(backendOf(rules, `/openapi/${service}`)).toBe(service);
    for (const path of ['/metrics', '/health/ready', '/']) expect([path, backendOf(rules, path)]).toEqual([path, undefined]);
  });

  it('has no limit of time for streams and files', () => {
    const rules = named('ha', 'HTTPRoute', 'cpm').spec.rules as Manifest['spec'][];
    expect(rules.filter(({ timeouts }) => timeouts?.request === '0s').map(({ backendRefs }) => backendRefs[0].name)).toEqual(['cpm-client-edge', 'cpm-message-store-sync']);
    expect(named('ha', 'Ingress', 'cpm').metadata.annotations).toMatchObject({ 'nginx.ingress.kubernetes.io/proxy-read-timeout': '3600', 'nginx.ingress.kubernetes.io/proxy-body-size': '0' });
  });

  it('leaves out the groups that are not exposed', async () => {
    const { output } = await render('ha', { expose: { operators: false } });
    expect(output).not.toMatch(/(path|value): "?\^?\/admin/);
  });
});

describe('network policies', () => {
  it('let nothing pass that is not named, for every pod', () => {
    expect(named('minimal', 'NetworkPolicy', 'cpm-default-deny').spec).toEqual({ podSelector: { matchLabels: { 'app.kubernetes.io/name': 'cpm', 'app.kubernetes.io/instance': 'cpm' } }, policyTypes: ['Ingress', 'Egress'] });
    for (const manifest of withPods('ha')) expect((manifest.spec.template?.metadata ?? manifest.metadata).labels).toMatchObject({ 'app.kubernetes.io/name': 'cpm', 'app.kubernetes.io/instance': 'cpm' });
  });

  it('let only the gateway talk to SMSCs', () => {
    const talks = ofKind('ha', 'NetworkPolicy').filter(({ spec }) => (spec.egress ?? []).some(({ ports = [] }: Manifest['spec']) => ports.some(({ port }: Manifest['spec']) => port === 3550)));
    expect(talks.map(({ metadata }) => metadata.name)).toEqual(['cpm-sms-interworking-gateway']);
  });

  it('let every service that makes traces send them, and no other', () => {
    const senders = (example: Example) => ofKind(example, 'NetworkPolicy').filter(({ spec }) => (spec.egress ?? []).some(({ ports = [] }: Manifest['spec']) => ports.some(({ port }: Manifest['spec']) => port === 4318)));
    expect(senders('ha').map(({ metadata }) => metadata.name).sort()).toEqual(SERVICES.map((service) => `cpm-${service}`).sort());
    expect(senders('minimal')).toEqual([]);
  });

  it('let nobody in but helm test where there is no entry', () => {
    for (const { spec, metadata } of ofKind('minimal', 'NetworkPolicy').filter(({ spec: { ingress } }) => ingress)) expect([metadata.name, spec.ingress.map(({ from }: Manifest['spec']) => from[0].podSelector.matchLabels['app.kubernetes.io/component'])]).toEqual([metadata.name, ['test']]);
  });
});

describe('with Strimzi', () => {
  it('there are the topics of deploy/topics.yaml', () => {
    const { topics } = parse(readFileSync('deploy/topics.yaml', 'utf8')) as { topics: { name: string; replicas: number; config: object }[] };
    expect(ofKind('strimzi', 'KafkaTopic').map(({ spec: { topicName, partitions, replicas, config } }) => ({ name: topicName, partitions, replicas, config }))).toEqual(topics.map((topic) => ({ ...topic, partitions: 12 })));
  });

  it('each user has the rights of deploy/access-rights.yaml and no others', () => {
    const rights = parse(readFileSync('deploy/access-rights.yaml', 'utf8')) as Record<string, { kafka: { topics: Record<string, string[]>; groups: Record<string, string[]> } }>;
    for (const service of SERVICES) {
      const { kafka: { topics, groups } } = rights[service]!;
      const wanted = [...Object.entries(topics).map(([name, operations]) => ['topic', name, ...operations]), ...Object.entries(groups).map(([name, operations]) => ['group', name, ...operations])];
      const { acls } = named('strimzi', 'KafkaUser', `cpm-${service}`).spec.authorization;
      const upper = (operation: string) => operation.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
      expect(acls.map(({ resource: { type, name }, operations }: Manifest['spec']) => [type, name, ...operations.map(upper)]).sort()).toEqual(wanted.sort());
    }
  });
});

describe('wrong values are refused with their name', () => {
  it.each([
    ['minimal', { kafka: { mode: 'embedded' } }, "at '/kafka/mode': value must be one of 'external', 'strimzi'"],
    ['minimal', { replicas: 3 }, "additional properties 'replicas' not allowed"],
    ['minimal', { services: { routing: { config: { LOG_LEVL: 'warn' } } } }, "at '/services/routing/config': additional properties 'LOG_LEVL' not allowed"],
    ['minimal', { services: { routing: { config: { EDGE_SWEEP_MS: 100 } } } }, "at '/services/routing/config': additional properties 'EDGE_SWEEP_MS' not allowed"],
    ['minimal', { services: { 'client-edge': { config: { EDGE_MAX_CONNECTIONS: 0 } } } }, "at '/services/client-edge/config/EDGE_MAX_CONNECTIONS': exclusiveMinimum: got 0, want 0"],
    ['minimal', { services: { 'sms-interworking-gateway': { config: { UCN_LINK_SECRET: 'x' } } } }, "additional properties 'UCN_LINK_SECRET' not allowed"],
    ['minimal', { services: { gateway: {} } }, "at '/services': additional properties 'gateway' not allowed"],
    ['minimal', { image: { digest: 'latest' } }, "at '/image/digest': 'latest' does not match pattern"],
    ['minimal', { kafka: { bootstrapServers: '' } }, 'kafka.bootstrapServers: is missing with kafka.mode=external'],
    ['minimal', { tokens: { jwksUrl: '' } }, 'tokens.jwksUrl: is missing, and so is tokens.jwksSecret.name'],
    ['minimal', { mongodb: { existingSecret: '' } }, 'mongodb.existingSecret: is missing'],
    ['minimal', { kafka: { sasl: { mechanism: 'plain', existingSecret: 'x' } } }, 'kafka.sasl.mechanism: plain sends passwords as they are'],
    ['ha', { provision: { kafka: { username: '' } } }, 'provision.kafka: username and passwordSecret.name of an administrator are missing'],
    ['ha', { smsc: { smscs: [{ id: 'a', addresses: [], systemId: 'x', passwordEnv: 'A' }] } }, "at '/smsc/smscs/0/addresses': minItems: got 0, want 1"],
    ['ha', { services: { routing: { autoscaling: { enabled: true } } } }, 'services.routing: autoscaling and keda are both enabled'],
    ['strimzi', { kafka: { strimzi: { replicas: 1 } } }, 'kafka.strimzi.replicas: fewer brokers than kafka.replicationFactor'],
    ['strimzi', { kafka: { bootstrapServers: 'a:9092' } }, 'kafka: bootstrapServers, tls and sasl are of kafka.mode=external'],
  ] as const)('%s with %j', async (example, values, message) => {
    const { code, output } = await render(example, values);
    expect(output).toContain(message);
    expect(code).toBe(1);
  });
});

describe('what it gives others', () => {
  it('the gateway reads its SMSCs', () => expect(smscsConfig.safeParse(JSON.parse(named('ha', 'ConfigMap', 'cpm-smscs').data!['smscs.json']!)).error).toBeUndefined());

  it('Prometheus gets the alerts and Grafana the dashboards that there are', () => {
    const files = ['alerts.yaml', 'dashboards'].map((name) => existsSync(join(CHART, 'files', name)));
    expect([ofKind('ha', 'PrometheusRule').length > 0, ofKind('ha', 'ConfigMap').some(({ metadata }) => metadata.labels['grafana_dashboard'] === '1')]).toEqual(files);
  });

  it('helm test says which service is not ready, and why', async () => {
    let asks = 0;
    const isGood = (url: string | undefined) => url === '/good' || (url === '/later' && (asks += 1) > 1);
    const server = createServer(({ url }, response) => (isGood(url) ? response.end('all is well') : response.writeHead(503).end('database: away'))).listen(0, '127.0.0.1');
    await new Promise((listening) => server.once('listening', listening));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const [container] = named('minimal', 'Pod', 'cpm-test').spec.containers;
    const asked = (urls: string, patienceMs = '0') => outcomeOf(process.execPath, [...container.command.slice(1), ...container.args], { env: { CPM_READY_URLS: urls, CPM_READY_PATIENCE_MS: patienceMs } });
    expect(await asked(`${base}/good`)).toMatchObject({ code: 0, output: expect.stringContaining('1 ready, 0 not ready') });
    expect(await asked(`${base}/good ${base}/bad`)).toMatchObject({ code: 1, output: expect.stringMatching(/NOT READY \S+\/bad 503 database: away\n1 ready, 1 not ready/) });
    expect(await asked(`${base}/later`, '30000')).toMatchObject({ code: 0, output: expect.stringContaining('1 ready, 0 not ready') });
    server.close();
    expect(container.env[0].value.split(' ')).toHaveLength(SERVICES.length);
  });
});
