import { requirement } from '@cpm/runtime-decider';
import { Acceptance, until, type Household } from './acceptance.fixture.js';

let world: Acceptance;
let alice: Household;

beforeAll(async () => {
  world = await Acceptance.start();
  alice = await world.household('Alice');
}, 120_000);
afterAll(() => world.stop(), 60_000);

const smsc = () => world.system.smsc!;

async function withSmsOnly(name: string): Promise<Household> {
  const household = await world.household(name);
  await world.smsOnly(household);
  return household;
}

const write = (to: Household, body: string) => alice.phone.sdk.send({ to: [to.person.address], body, dispositionNotification: ['positive-delivery'] });

/** Whether a text goes to the SMSC, or is refused because its recipient wants none. */
async function isSent(to: Household, body: string): Promise<boolean> {
  const { id } = await write(to, body);
  return until(async () => {
    const lines = await world.stage.operator.journey(id);
    if (lines.some(({ reason }) => reason === 'recipient-opted-out')) return false;
    return lines.some(({ step }) => step.startsWith('accepted by the SMSC')) || undefined;
  });
}

requirement('CPM-MLD-028a', () => {
  it('brings the answer to a text of one sender to him, in the conversation that he wrote in', async () => {
    const bob = await withSmsOnly('Bob');
    const sent = await write(bob, 'Dinner at eight?');
    const text = await world.stage.network.firstTextTo(bob.person);
    expect(text.from).toBe(alice.person.number);
    await world.stage.network.answerFrom(bob.person, text, 'With pleasure. '.repeat(20));
    const answer = await alice.phone.toldOf('message.received', ({ from }) => from === bob.person.address);
    expect(answer).toMatchObject({ body: 'With pleasure. '.repeat(20), conversationId: sent.conversationId, inReplyTo: sent.contributionId });
    await world.stored(alice.phone.sdk, alice.person.address, answer.id);
  });

  it('sends no more texts of a sender whom the phone told to stop, until it tells him to start', async () => {
    const bob = await withSmsOnly('Bob');
    await write(bob, 'One');
    const text = await world.stage.network.firstTextTo(bob.person);
    await world.stage.network.answerFrom(bob.person, text, 'Stop');
    await until(async () => !(await isSent(bob, 'Two')) || undefined);
    const before = (await world.stage.network.textsTo(bob.person)).length;
    expect(await isSent(bob, 'Three')).toBe(false);
    expect((await world.stage.network.textsTo(bob.person)).length).toBe(before);
    await world.stage.network.answerFrom(bob.person, text, 'START');
    await until(async () => (await isSent(bob, 'Four')) || undefined);
    await until(async () => (await world.stage.network.textsTo(bob.person)).some(({ text: got }) => got === 'Four') || undefined);
    expect(alice.phone.allTold('message.received').filter(({ from }) => from === bob.person.address)).toEqual([]);
  });
});

requirement('CPM-MLD-035', () => {
  it('sends a text that an absent phone did not get as soon as the SMSC says that it is there again', async () => {
    const bob = await withSmsOnly('Bob');
    smsc().configure({ to: bob.person.number, outcome: 'UNDELIVERABLE', networkError: 6, submissions: 1 });
    const { id } = await write(bob, 'Are you there?');
    await world.stage.operator.decision(id, { that: 'the SMS fails', fits: ({ reason }) => reason === 'sms-failed' });
    const states = () => smsc().messages(bob.person.number).map(({ state }) => state);
    await world.stage.operator.deviceAccess(bob.phone.identity, { that: 'gets no SMS', fits: ({ cs }) => cs === 'UNAVAILABLE' });
    expect(states()).toEqual(['UNDELIVERABLE']);
    expect(await world.stage.operator.access(bob.person)).toMatchObject({ devices: [{ evidence: expect.arrayContaining([expect.objectContaining({ source: 'smpp-receipt', cause: 'absent-subscriber' })]) }] });
    smsc().sendAlert({ from: bob.person.number, status: 'available' });
    await alice.phone.reported(id, 'delivered');
    expect(states()).toEqual(['UNDELIVERABLE', 'DELIVERED']);
  });
});
