import { CATALOGUE, type MetricDefinition } from '@cpm/metrics';
import { BoundaryStage, deviceId, until } from './boundary-stage.fixture.js';

const [alice, bob] = ['tel:+4915110000001', 'tel:+4915110000002'] as const;
const [alicePhone, bobPhone, bobTablet] = [deviceId(1), deviceId(11), deviceId(12)] as const;
const MESSAGE = 'measured-message-1';

let stage: BoundaryStage;
beforeAll(async () => {
  stage = await BoundaryStage.start(1);
}, 240_000);
afterAll(() => stage.stop(), 60_000);

interface Sample {
  readonly family: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The text form of Prometheus, version 0.0.4. */
function samplesOf(text: string): readonly Sample[] {
  const types = new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]));
  return [...text.matchAll(/^([a-z_]+)(?:\{(.*)\})? (\S+)$/gm)].map(([, name = '', labels = '', value]) => {
    const family = types.has(name) ? name : name.replace(/_(bucket|sum|count)$/, '');
    const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label = '', said = '']) => [label, said] as const);
    return { family, labels: Object.fromEntries(pairs.filter(([label]) => label !== 'le' || types.get(family) !== 'histogram')), value: Number(value) };
  });
}

const measured = async () => (await stage.call('GET', '/metrics')).text;
const valueOf = (samples: readonly Sample[], name: string, labels: Readonly<Record<string, string>> = {}) =>
  samples.filter(({ family, labels: own }) => family === name && Object.entries(labels).every(([label, value]) => own[label] === value)).reduce((sum, { value }) => sum + value, 0);

describe('what a process exposes after people have talked', () => {
  let text: string;
  let samples: readonly Sample[];
  beforeAll(async () => {
    await stage.provision(alice, alicePhone);
    await stage.provision(bob, bobPhone, bobTablet);
    const tablet = await stage.open(await stage.deviceToken(bob, bobTablet));
    const token = await stage.deviceToken(alice, alicePhone);
    const file = await stage.call('POST', '/cpm/v1/files', { token, body: 'not really a picture' });
    expect(file.status).toBe(201);
    const sent = await stage.call('POST', '/cpm/v1/messages', { token, body: { id: MESSAGE, to: [bob], contentType: 'text/plain', body: 'Hello', dispositionNotification: ['positive-delivery'] } });
    expect(sent.status).toBe(202);
    await until(() => tablet.frames.some(({ data }) => JSON.stringify(data).includes(MESSAGE)));
    await until(async () => valueOf(samplesOf(await measured()), 'cpm_store_objects_total', { kind: 'message' }) === 2);
    text = await measured();
    samples = samplesOf(text);
  }, 60_000);

  it('is in the catalogue, with its type, its help and its labels', () => {
    const exposed = [...text.matchAll(/^# HELP (\S+) (.*)\n# TYPE \S+ (\S+)$/gm)].map(([, name = '', help, type]) => ({ name, help, type }));
    expect(exposed.length).toBeGreaterThan(50);
    expect(exposed.map(({ name }) => ({ name, type: CATALOGUE[name]?.type, help: CATALOGUE[name]?.help }))).toEqual(exposed.map(({ name, help, type }) => ({ name, type, help })));
    for (const { family, labels } of samples) expect([family, Object.keys(labels).filter((label) => !(label in (CATALOGUE[family]?.labels ?? {})))]).toEqual([family, []]);
  });

  it('has of each label what the catalogue allows, and no more', () => {
    for (const [name, { labels }] of Object.entries<MetricDefinition>(CATALOGUE)) {
      for (const [label, values] of Object.entries(labels)) {
        const said = new Set(samples.filter(({ family }) => family === name).flatMap(({ labels: own }) => own[label] ?? []));
        if ('of' in values) expect({ name, label, isBounded: said.size <= values.atMost }).toEqual({ name, label, isBounded: true });
        else expect({ name, label, strange: [...said].filter((one) => !values.includes(one)) }).toEqual({ name, label, strange: [] });
      }
    }
  });

  it('names no user, device or message', () => {
    for (const secret of ['4915110000', MESSAGE, 'urn:', 'tel:', 'sip:', alicePhone.slice(-12)]) expect(samples.flatMap(({ labels }) => Object.values(labels)).filter((value) => value.includes(secret))).toEqual([]);
  });

  it('tells what they did', () => {
    const of = (name: string, labels?: Readonly<Record<string, string>>) => valueOf(samples, name, labels);
    expect(of('cpm_messages_offered_total', { outcome: 'accepted' })).toBe(1);
    expect(of('cpm_legs_total', { role: 'secondary', form: 'FULL', reason: 'ip-available' })).toBeGreaterThan(0);
    expect(of('cpm_stream_connections')).toBe(1);
    expect(of('cpm_stream_opened_total')).toBe(1);
    expect([of('cpm_uploads_total', { outcome: 'whole' }), of('cpm_upload_bytes_total')]).toEqual([1, 20]);
    expect(of('cpm_access_evidence_total', { source: 'connection', fate: 'recorded' })).toBeGreaterThan(0);
    expect(of('cpm_dead_letters_total')).toBe(0);
    expect([of('cpm_ready'), of('cpm_database_up')]).toEqual([1, 1]);
    expect(of('cpm_inbox_status', { status: 'running' })).toBe(7);
    expect(of('cpm_inbox_partitions', { service: 'routing' })).toBe(6);
  });
});
