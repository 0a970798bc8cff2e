import { createHmac } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UCN_REF } from '@cpm/message-tags';
import { inboxOf } from '@cpm/runtime-decider';
import kafkajs from 'kafkajs';
import { devKeys } from '../dev-tokens/index.js';
import { Acceptance, until, type Household } from './acceptance.fixture.js';

const KEY = 'a key of this installation, for the tags in its logs';
const SIP = 'sip:quentin.quibble@homestead.example';
/** Each stands somewhere else, so that a leak names its place. */
const WORDS = {
  text: 'Zanzibar sunrise', long: 'Yggdrasil saga', fileName: 'xylophone-diary.png', subject: 'Wuthering party', chat: 'Velociraptor says hi', answer: 'Umbrella answer',
  wrongField: 'Tarantula field', deadLetter: 'Serendipity letter', searched: 'Rutabaga search', deviceName: 'Quokka tablet', notJson: 'Porcupine noise', group: 'Octopus club', fileBody: 'Narwhal bytes',
};

let world: Acceptance;
let alice: Household;
let bob: Household;
const secrets: string[] = Object.values(WORDS);

beforeAll(async () => {
  world = await Acceptance.start({ 'ucn.includeUrl': true }, { LOG_LEVEL: 'trace', LOG_ADDRESS_KEY: KEY });
  alice = await world.household('Alice');
  bob = await world.household('Bob', { [WORDS.deviceName]: {} });
  await world.smsOnly(bob);
}, 240_000);
afterAll(() => world.stop(), 60_000);

const asked = { dispositionNotification: ['positive-delivery', 'display', 'interworking'] as const };

async function ask(method: string, path: string, token: string, body?: string, type = 'application/json'): Promise<number> {
  const answer = await fetch(world.system.url + path, { method, headers: { authorization: `Bearer ${token}`, 'content-type': type }, ...(body !== undefined && { body }) });
  await answer.arrayBuffer();
  return answer.status;
}

/** Messages of all kinds, in all forms: over IP, as SMS and its answer, as notification and link, in sessions, to nobody. */
async function play(): Promise<void> {
  const { sdk } = alice.phone;
  const text = await sdk.send({ to: [bob.person.address], body: WORDS.text, ...asked });
  await bob.devices[1]!.toldOf('message.received', ({ id }) => id === text.id);
  const sms = await world.stage.network.firstTextTo(bob.person);
  await alice.phone.reported(text.id, 'delivered');
  await world.stage.network.answerFrom(bob.person, sms, WORDS.answer);
  await alice.phone.toldOf('message.received', ({ body }) => body === WORDS.answer);
  const { id: fileId } = await sdk.upload(new TextEncoder().encode(WORDS.fileBody), { contentType: 'image/png', fileName: WORDS.fileName });
  await sdk.send({ to: [bob.person.address], fileId, contentType: 'image/png', ...asked });
  const { text: notification } = await until(async () => (await world.stage.network.textsTo(bob.person)).find((shown) => UCN_REF.test(shown.text)));
  const link = /\/u\/([\w-]{22})/.exec(notification)?.[1] ?? '';
  const page = await (await fetch(`${world.system.url}/u/${link}`, { method: 'POST' })).text();
  const grant = /grant=([\w-]+)/.exec(page)?.[1] ?? '';
  await (await fetch(`${world.system.url}/u/${link}/content?grant=${grant}`)).arrayBuffer();
  secrets.push(link, grant);
  const session = await sdk.sessions.start({ to: [bob.person.address], kind: 'closed-group', subject: WORDS.subject });
  await bob.devices[1]!.told('session.invited', session.id);
  await bob.devices[1]!.sdk.sessions.accept(session.id);
  const said = await sdk.sessions.say(session.id, { body: WORDS.chat, ...asked });
  await bob.devices[1]!.told('session.message', said.id);
  await sdk.send({ to: [bob.person.address, SIP], body: WORDS.group.repeat(1_000) });
  await sdk.send({ to: [SIP], body: WORDS.long });
}

/** What is refused, in every way that answers or logs. */
async function misbehave(): Promise<void> {
  const keys = await devKeys();
  const mine = await keys.sign({ scope: 'device', user: alice.person.address, device: alice.person.primary });
  const expired = await keys.sign({ scope: 'device', user: alice.person.address, device: alice.person.primary, ttlSec: -10 });
  const operator = await keys.sign({ scope: 'operator' });
  secrets.push(...[mine, expired, operator].flatMap((token) => [token.split('.')[1] ?? '', token.split('.')[2] ?? '']));
  const box = `/nms/v1/main/${encodeURIComponent(alice.person.address)}/objects`;
  const search = (words: string) => JSON.stringify({ selectionCriteria: { maxEntries: 5, searchCriteria: { criterion: [{ type: 'Attribute', name: 'Subject', value: words }] } } });
  const { number } = bob.person;
  const calls: readonly (readonly [string, string, string, string?, string?])[] = [
    ['GET', '/cpm/v1/devices', expired], ['GET', '/cpm/v1/devices', `${mine.slice(0, -6)}AAAAAA`], ['GET', '/admin/v1/policy', mine], ['GET', `/admin/v1/subscribers/${encodeURIComponent(bob.person.address)}`, operator],
    ['GET', `/admin/v1/access/${encodeURIComponent(SIP)}`, operator], ['GET', `/admin/v1/subscribers/${encodeURIComponent(`${number}00000000`)}`, operator],
    ['POST', '/cpm/v1/messages', mine, JSON.stringify({ to: [number], contentType: 'text/plain', [WORDS.wrongField]: WORDS.wrongField, body: WORDS.wrongField })],
    ['POST', '/cpm/v1/messages', mine, `{"body": ${WORDS.notJson}`], ['POST', '/cpm/v1/messages', mine, WORDS.notJson, 'text/html'],
    ['POST', `/cpm/v1/files?fileName=${encodeURIComponent(WORDS.fileName)}`, mine, WORDS.fileBody, 'nonsense'],
    ['POST', `${box}/operations/search`, mine, search(WORDS.searched)], ['GET', `${box}/unknown?path=${encodeURIComponent(WORDS.searched)}`, mine],
    ['POST', `/network/v1/nudm-ee/notifications/msisdn-${number.slice(1)}`, await keys.sign({ scope: 'network' }), '{}'],
    ['GET', '/u/AAAAAAAAAAAAAAAAAAAAAA', mine], ['DELETE', `/cpm/v1/messages/${encodeURIComponent(number)}/link`, mine],
  ];
  for (const [method, path, token, body, type] of calls) await ask(method, path, token, body, type);
  const kafka = new kafkajs.Kafka({ brokers: world.system.brokers.split(','), logLevel: kafkajs.logLevel.NOTHING });
  const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  const poison = [`not JSON: ${WORDS.deadLetter} ${number}`, JSON.stringify({ specversion: '1.0', id: '1', source: '/x', type: 'cpm.routing.SendMessage.v1', data: { body: WORDS.deadLetter, user: bob.person.address } })];
  for (const service of ['routing', 'client-edge', 'sms-interworking-gateway', 'message-store-sync'] as const) {
    await producer.send({ topic: inboxOf(service), messages: poison.map((value) => ({ key: bob.person.address, value })) });
  }
  await producer.disconnect();
  await until(async () => ((await world.stage.operator.call('/dead-letters')).body as { deadLetters: unknown[] }).deadLetters.length >= 8 || undefined);
}

async function logged(): Promise<string> {
  const { logDir } = world.system;
  return (await Promise.all((await readdir(logDir)).map((file) => readFile(join(logDir, file), 'utf8')))).join('');
}

it('writes no number, address, word, file name, token or link of anybody into a log, at any level', async () => {
  await play();
  await misbehave();
  secrets.push(...[alice, bob].flatMap(({ person }) => [person.number.slice(1), person.number.slice(3)]), 'quentin', 'quibble');
  const text = await until(async () => {
    const all = await logged();
    return all.includes('nudm-ee') && all.includes('/admin/v1/dead-letters') ? all : undefined;
  });
  const leaks = secrets.filter((secret) => secret !== '' && text.toLowerCase().includes(secret.toLowerCase()));
  const places = leaks.map((secret) => [secret, text.slice(Math.max(0, text.toLowerCase().indexOf(secret.toLowerCase()) - 200)).slice(0, 300)]);
  expect(places).toEqual([]);
  const tag = (address: string) => createHmac('sha256', KEY).update(address).digest('hex').slice(0, 12);
  // They do speak of people, by the tags that an operator with the key can make, and every line is one of JSON.
  for (const address of [bob.person.address, SIP]) expect([address, text.includes(tag(address))]).toEqual([address, true]);
  const lines = text.trimEnd().split('\n');
  console.log(`${lines.length} lines of log, ${secrets.length} secrets looked for in them`);
  expect(lines.filter((line) => !isJson(line))).toEqual([]);
  expect(lines.some((line) => line.includes('"level":20'))).toBe(true);
}, 180_000);

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
