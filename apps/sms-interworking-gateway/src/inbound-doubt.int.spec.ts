import { Logger } from '@nestjs/common';
import { e164Address, STATUS, type SmppServerSession } from '@cpm/smpp';
import { ALICE, BOB, closeAll, gatewayWith, TestSmsc, until } from './testing/several-smscs.fixture.js';

beforeAll(() => Logger.overrideLogger(false));
afterEach(closeAll);

const ok = { source: e164Address(BOB.slice(4)), destination: e164Address(ALICE.slice(4)), esmClass: 0, dataCoding: 0, shortMessage: Buffer.from('ok') };
const over = async (session: SmppServerSession | undefined) => expect(await session?.deliver(ok)).toBe(STATUS.ok);

async function twoBinds() {
  const north = await new TestSmsc('north').up();
  const south = await new TestSmsc('south').up();
  const gateway = await gatewayWith([north.settings({ binds: 2 }), south.settings()], () => north.binds === 2 && south.binds === 1);
  const isBound = async (smsc: string, bind: number) => (await gateway.metric('cpm_smpp_bound', `{smsc="${smsc}",bind="${bind}"}`)) === 1;
  await until(async () => (await isBound('north', 1)) && (await isBound('north', 2)) && (await isBound('south', 1)));
  const lose = async (smsc: TestSmsc, session: SmppServerSession | undefined) => {
    session?.disconnect();
    await until(async () => !(await isBound(smsc.id, 1)) || (smsc === north && !(await isBound(smsc.id, 2))));
  };
  const repetitions = () => gateway.ingress.of('SmsReceived').map(({ mayRepeat }) => mayRepeat);
  return { ...gateway, north, south, lose, repetitions };
}

describe('a text of a handset', () => {
  it('may come again over another bind when its own was lost after it was taken', async () => {
    const { north, lose, repetitions } = await twoBinds();
    const [one, other] = north.server.sessions();
    await over(one);
    await lose(north, one);
    await over(other);
    expect(repetitions()).toEqual([undefined, true]);
  });

  it('may come again when its bind was lost before it was taken', async () => {
    const { north, ingress, lose, repetitions } = await twoBinds();
    const [one, other] = north.server.sessions();
    const release = ingress.hold();
    const answer = one?.deliver(ok).catch(() => undefined);
    await until(() => ingress.held === 1);
    await lose(north, one);
    release();
    await until(() => repetitions().length === 1);
    await over(other);
    expect(repetitions()).toEqual([undefined, true]);
    await answer;
  });

  it('is another one when the bind that was lost is not the one it came over', async () => {
    const { north, south, lose, repetitions } = await twoBinds();
    const [one, other] = north.server.sessions();
    await over(one);
    await lose(south, south.server.sessions()[0]);
    await over(one);
    await lose(north, other);
    await over(one);
    expect(repetitions()).toEqual([undefined, undefined, undefined]);
  });
});
