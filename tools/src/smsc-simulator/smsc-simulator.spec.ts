import { e164Address, SmppTransceiver, type SubmitSm } from '@cpm/smpp';
import { ALICE, bind, BOB, closeAll, closeLater, one, parts, simulate, until } from './simulator.fixture.js';

afterEach(closeAll);

/** A text in which no two places are alike. */
const numbered = (mark: string, count: number) => Array.from({ length: count }, (_, at) => `${mark}${at}`).join('');

describe('a healthy SMSC', () => {
  it('shows a message and sends its receipt', async () => {
    const simulator = await simulate();
    const { submit, delivered } = await bind(simulator);
    const { messageId } = await submit(one('Hello €'));
    expect(simulator.messages()).toEqual([
      { from: ALICE, to: BOB, text: 'Hello €', segments: 1, at: expect.stringMatching(/Z$/), messageId, messageIds: [messageId], state: 'DELIVERED' },
    ]);
    await until(() => delivered.length === 1);
    expect(delivered[0]).toMatchObject({ kind: 'receipt', messageId, state: 'DELIVERED', stage: 'final', userMessageReference: 1 });
  });

  it('puts long messages together, also when parts of two are mixed and out of order', async () => {
    const simulator = await simulate();
    const { submit } = await bind(simulator);
    const [a, b] = [numbered('€', 100), numbered('ж', 40)] as const;
    const mixed = [...parts(a, { reference: 1 }).reverse(), ...parts(b, { reference: 2 })];
    await Promise.all([mixed[3], mixed[0], mixed[4], mixed[2], mixed[1]].map((part) => submit(part as SubmitSm)));
    expect(mixed).toHaveLength(5);
    expect(simulator.messages().map(({ text, segments }) => [text, segments]).sort()).toEqual([[b, 2], [a, 3]].sort());
  });

  it('keeps recipients apart, with or without plus sign and scheme', async () => {
    const simulator = await simulate();
    const { submit } = await bind(simulator);
    await submit(one('to Bob'));
    await submit(one('to Alice', { to: ALICE }));
    for (const to of [BOB, BOB.slice(1), `tel:${BOB}`]) expect(simulator.messages(to).map(({ text }) => text)).toEqual(['to Bob']);
    expect(simulator.segments(ALICE)).toHaveLength(1);
    simulator.clear();
    expect([simulator.messages(), simulator.segments()]).toEqual([[], []]);
  });

  it('counts what is submitted again', async () => {
    const simulator = await simulate();
    const { submit } = await bind(simulator);
    for (const again of [one('x'), one('x'), one('x', { userMessageReference: 2 }), ...parts('y'.repeat(170), { userMessageReference: 3 })]) await submit(again);
    expect(simulator.segments().map(({ userMessageReference, concat, count }) => [userMessageReference, concat?.part, count])).toEqual([
      [1, undefined, 1], [1, undefined, 2], [2, undefined, 1], [3, 1, 1], [3, 2, 1],
    ]);
    expect(simulator.messages().map(({ text }) => text)).toEqual(['x', 'x', 'x', 'y'.repeat(170)]);
  });

  it('sends no receipt that nobody asked for', async () => {
    const simulator = await simulate();
    const { submit, delivered } = await bind(simulator);
    await submit({ ...one('no receipt'), registeredDelivery: 0 });
    await submit({ ...one('only failures'), registeredDelivery: 2 });
    await submit(one('receipt', { userMessageReference: 9 }));
    await until(() => delivered.length === 1);
    expect(delivered).toMatchObject([{ userMessageReference: 9 }]);
  });

  it('refuses a wrong password', async () => {
    const simulator = await simulate();
    const statuses: number[] = [];
    const client = new SmppTransceiver({
      url: simulator.url.replace(':cpm@', ':wrong@'), observe: (event) => event.type === 'bind-refused' && statuses.push(event.status),
    });
    client.start();
    closeLater(() => client.close());
    await until(() => statuses.length === 1);
    expect([statuses, simulator.boundClients()]).toEqual([[0x0e], 0]);
  });
});

describe('behaviours', () => {
  it.each([
    [{ answer: 'throttle' }, { status: 0x58, kind: 'throttled' }],
    [{ answer: 'refuse' }, { status: 0x0b, kind: 'permanent' }],
    [{ answer: 'refuse', refuseStatus: 0x08 }, { status: 0x08, kind: 'temporary' }],
    [{ answer: 'disconnect' }, { name: 'SmppOutcomeUnknownError' }],
  ] as const)('%j takes nothing', async (rule, error) => {
    const simulator = await simulate();
    const { submit } = await bind(simulator);
    simulator.configure(rule);
    await expect(submit(one('x'))).rejects.toMatchObject(error);
    expect(simulator.messages()).toEqual([]);
    expect(simulator.segments()).toMatchObject([{ answer: rule.answer, count: 1 }]);
  });

  it('no-response delivers all the same, and its receipt tells by reference', async () => {
    const simulator = await simulate();
    const { submit, delivered } = await bind(simulator);
    simulator.configure({ answer: 'no-response' });
    await expect(submit(one('x', { userMessageReference: 77 }))).rejects.toMatchObject({ name: 'SmppOutcomeUnknownError', reason: 'response-timeout' });
    expect(simulator.messages()).toHaveLength(1);
    await until(() => delivered.length === 1);
    expect(delivered).toMatchObject([{ kind: 'receipt', userMessageReference: 77, state: 'DELIVERED' }]);
  });

  it.each([
    ['before-response', ['receipt', 'response']],
    ['after-response', ['response', 'receipt']],
  ] as const)('sends the receipt %s', async (receiptOrder, expected) => {
    const simulator = await simulate();
    const { submit, order } = await bind(simulator);
    simulator.configure({ receiptOrder });
    await submit(one('x'));
    await until(() => order.length === 2);
    expect(order).toEqual(expected);
  });

  it('sends a receipt twice', async () => {
    const simulator = await simulate();
    const { submit, delivered } = await bind(simulator);
    simulator.configure({ receiptCopies: 2 });
    const { messageId } = await submit(one('x'));
    await until(() => delivered.length === 2);
    expect(delivered).toMatchObject([{ messageId }, { messageId }]);
  });

  it.each(['UNDELIVERABLE', 'EXPIRED', 'REJECTED', 'DELETED'] as const)('tells %s in text and in TLVs alike', async (outcome) => {
    const simulator = await simulate();
    const { submit, delivered } = await bind(simulator);
    for (const receiptForm of ['text', 'tlv', 'text-and-tlv'] as const) {
      simulator.configure({ outcome, receiptForm });
      await submit(one('x'));
    }
    await until(() => delivered.length === 3);
    expect(delivered.map((deliver) => deliver.kind === 'receipt' && deliver.state)).toEqual([outcome, outcome, outcome]);
    expect(simulator.messages().map(({ state }) => state)).toEqual([outcome, outcome, outcome]);
  });

  it('tells the error of the network with a failure', async () => {
    const simulator = await simulate();
    const { submit, delivered } = await bind(simulator);
    simulator.configure({ outcome: 'UNDELIVERABLE', networkError: 6 });
    await submit(one('x'));
    await until(() => delivered.length === 1);
    expect(delivered).toMatchObject([{ errorCode: '6', networkError: { networkType: 3, code: 6 } }]);
  });

  it('names a message in hexadecimal first and in decimal later', async () => {
    const simulator = await simulate();
    const { submit, delivered } = await bind(simulator);
    simulator.configure({ idForm: 'hex-in-response' });
    const { messageId } = await submit(one('x'));
    const receipt = await until(() => delivered[0]);
    expect(receipt.kind === 'receipt' && receipt.messageId).toBe(BigInt(`0x${messageId}`).toString());
    expect(messageId).not.toBe(BigInt(`0x${messageId}`).toString());
  });

  it('holds for the recipient and the number of submissions it names', async () => {
    const simulator = await simulate();
    const { submit } = await bind(simulator);
    simulator.configure({ answer: 'throttle', to: BOB, submissions: 1 });
    await expect(submit(one('x', { to: ALICE }))).resolves.toBeDefined();
    await expect(submit(one('x'))).rejects.toMatchObject({ kind: 'throttled' });
    await expect(submit(one('x'))).resolves.toBeDefined();
    expect(simulator.segments(BOB)).toMatchObject([{ answer: 'throttle', count: 1 }, { answer: 'accept', count: 2 }]);
  });

  it('gives way to a later one for the same recipient', async () => {
    const simulator = await simulate();
    const { submit } = await bind(simulator);
    simulator.configure({ answer: 'refuse' });
    simulator.configure({});
    await expect(submit(one('x'))).resolves.toBeDefined();
    expect(() => simulator.configure({ answer: 'sulk' } as never)).toThrow(/answer/);
  });
});

describe('what a handset does', () => {
  it('sends a long text in parts', async () => {
    const simulator = await simulate();
    const { delivered } = await bind(simulator);
    simulator.sendMessage({ from: BOB, to: '555', text: 'ж'.repeat(80) });
    await until(() => delivered.length === 2);
    expect(delivered).toMatchObject([
      { kind: 'message', from: e164Address(BOB), to: { address: '555' }, text: 'ж'.repeat(67), concat: { total: 2, part: 1 } },
      { kind: 'message', text: 'ж'.repeat(13), concat: { total: 2, part: 2 } },
    ]);
  });

  it('waits for a client, and tries again when the client failed', async () => {
    const simulator = await simulate();
    simulator.sendMessage({ from: BOB, to: ALICE, text: 'early' });
    const { client, delivered } = await bind(simulator);
    await until(() => delivered.length === 1);
    let failures = 2;
    client.onDeliver((deliver) => ((failures -= 1) >= 0 ? Promise.reject(new Error('not yet')) : Promise.resolve(void delivered.push(deliver))));
    simulator.sendMessage({ from: BOB, to: ALICE, text: 'again' });
    await until(() => delivered.length === 2);
    expect(delivered).toMatchObject([{ text: 'early' }, { text: 'again' }]);
  });

  it('can be reached again', async () => {
    const simulator = await simulate();
    const { alerts } = await bind(simulator);
    simulator.sendAlert({ from: BOB, status: 'available' });
    await until(() => alerts.length === 1);
    expect(alerts).toEqual([{ handset: e164Address(BOB), availability: 'available' }]);
  });

  it('loses its clients, and they come back', async () => {
    const simulator = await simulate();
    const { client } = await bind(simulator);
    simulator.disconnectClients();
    await until(() => client.state === 'unbound');
    await until(() => client.state === 'bound' && simulator.boundClients() === 1);
  });
});

describe('a handset that is away', () => {
  it('gets nothing of what is taken back in time, of which the receipt says that it was deleted', async () => {
    const simulator = await simulate();
    simulator.configure({ held: true });
    const { client, submit, delivered } = await bind(simulator);
    const text = one('for later');
    const { messageId } = await submit(text);
    const parties = { source: text.source, destination: text.destination };
    expect(await client.cancel({ messageId, source: e164Address(BOB), destination: parties.destination })).toBe(0x11);
    expect(await client.cancel({ messageId, ...parties })).toBe(0);
    expect(await client.cancel({ messageId, ...parties })).toBe(0x11);
    await until(() => delivered.length === 1);
    expect(delivered).toMatchObject([{ messageId, state: 'DELETED' }]);
    expect(simulator.messages()).toEqual([]);
  });

  it('is no longer away for what was delivered', async () => {
    const simulator = await simulate();
    const { client, submit } = await bind(simulator);
    const text = one('at once');
    const { messageId } = await submit(text);
    expect(await client.cancel({ messageId, source: text.source, destination: text.destination })).toBe(0x11);
  });
});
