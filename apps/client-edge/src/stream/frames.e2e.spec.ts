import { databaseOf } from '../database.js';
import { until } from '../edge-world.fixture.js';
import { Cursors } from './cursors.js';
import { LiveConnections } from './live-connections.js';
import { bob, phone, setStage, tablet } from './stream-stage.fixture.js';

const stage = setStage();

describe('frames', () => {
  it('reach the devices they are for, as they happen', async () => {
    const [a, b] = [await (await stage.open()).settled(), await (await stage.open({ claims: { user: bob, device: tablet } })).settled()];
    await stage.world.push(bob, [phone, tablet], 'm1', { id: 'm1', text: 'grüße' });
    await stage.world.push(bob, [tablet], 'm2');
    await until(() => b.ids.length === 2 && a.ids.length === 1);
    expect(a.frames.find(({ cursor }) => cursor)).toEqual({ cursor: '1', type: 'message.received', at: expect.stringMatching(/^\d{4}-.*Z$/), data: { id: 'm1', text: 'grüße' } });
    expect(b.ids).toEqual(['m1', 'm2']);
  });

  it('that were missed are replayed after the cursor, without those that are void', async () => {
    for (const key of ['m1', 'm2', 'm3', 'm4']) await stage.world.push(bob, [phone], key);
    await stage.world.withdraw(bob, [phone], 'm3');
    const all = await stage.open({ since: '0' });
    await until(() => all.ids.length === 3);
    const some = await stage.open({ since: '1' });
    await until(() => some.ids.length === 2);
    await some.settled();
    expect([all.ids, some.ids]).toEqual([['m1', 'm2', 'm4'], ['m2', 'm4']]);
  });

  it('that were missed are replayed over many pages, a withdrawal on a later page included', async () => {
    const total = 700;
    await Promise.all(Array.from({ length: total }, (_, at) => stage.world.push(bob, [phone], `m${at}`)));
    await stage.world.withdraw(bob, [phone], 'm0');
    const client = await stage.open({ since: '0' });
    await until(() => client.ids.length >= total - 1);
    await client.settled();
    expect(client.ids).toEqual(Array.from({ length: total - 1 }, (_, at) => `m${at + 1}`));
  });

  it('that happen during a replay come once each and in order', async () => {
    const before = 600;
    const meanwhile = 300;
    await Promise.all(Array.from({ length: before }, (_, at) => stage.world.push(bob, [phone], `m${at}`)));
    const client = await stage.open({ since: '0' });
    for (let at = before; at < before + meanwhile; at += 1) await stage.world.push(bob, [phone], `m${at}`);
    await until(() => client.ids.length >= before + meanwhile);
    await client.settled();
    expect(client.ids).toEqual(Array.from({ length: before + meanwhile }, (_, at) => `m${at}`));
    expect(client.frames.flatMap(({ cursor }) => cursor ?? [])).toEqual(Array.from({ length: before + meanwhile }, (_, at) => String(at + 1)));
  });

  it('that this process was not told of are found in the log', async () => {
    await stage.restart({ EDGE_SWEEP_MS: 20 });
    const client = await (await stage.open()).settled();
    stage.world.effectsArrive = false;
    await stage.world.push(bob, [phone], 'm1');
    await until(() => client.ids.length === 1);
    stage.world.effectsArrive = true;
    await stage.world.push(bob, [phone], 'm2');
    await until(() => client.ids.length === 2);
    expect(client.ids).toEqual(['m1', 'm2']);
  }, 15_000);

  it('missed between two that were told of are filled in, in order', async () => {
    const client = await (await stage.open()).settled();
    await stage.world.push(bob, [phone], 'm1');
    stage.world.effectsArrive = false;
    await stage.world.push(bob, [phone], 'm2');
    stage.world.effectsArrive = true;
    await stage.world.push(bob, [phone], 'm3');
    await until(() => client.ids.length === 3);
    expect(client.ids).toEqual(['m1', 'm2', 'm3']);
  });

  it('after a cursor that lies ahead of the log still come', async () => {
    const client = await (await stage.open({ since: '500' })).settled();
    await stage.world.push(bob, [phone], 'm1');
    await until(() => client.ids.length === 1);
  });
});

describe('a confirmation', () => {
  it('is where the device goes on without a cursor', async () => {
    for (const key of ['m1', 'm2', 'm3']) await stage.world.push(bob, [phone, tablet], key);
    const first = await stage.open();
    await until(() => first.ids.length === 3);
    first.say({ ack: '2' });
    await first.settled();
    const second = await stage.open();
    await until(() => second.ids.length === 1);
    expect(second.ids).toEqual(['m3']);
    await stage.world.app.get(Cursors).flush();
    const kept = await databaseOf(stage.world.connection).collection<{ _id: string }>('client-edge.cursors').findOne({ _id: `${bob}|${phone}` });
    expect(kept).toMatchObject({ n: 2 });
    const other = await stage.open({ claims: { user: bob, device: tablet } });
    await until(() => other.ids.length === 3);
  });

  it('never goes back', async () => {
    for (const key of ['m1', 'm2', 'm3']) await stage.world.push(bob, [phone], key);
    const first = await stage.open();
    await until(() => first.ids.length === 3);
    first.say({ ack: '3' });
    first.say({ ack: '1' });
    await first.settled();
    await stage.world.app.get(Cursors).flush();
    const second = await (await stage.open()).settled();
    expect(second.ids).toEqual([]);
  });
});

describe('a client', () => {
  it('that does not read is cut off with its cursor where it was, and gets all when it comes back', async () => {
    await stage.restart({ EDGE_SEND_BUFFER_BYTES: 200_000, EDGE_LAST_WORDS_MS: 60_000 });
    const client = await (await stage.open()).settled();
    client.socket.pause();
    const text = 'x'.repeat(8_000);
    let sent = 0;
    await until(async () => {
      await Promise.all(Array.from({ length: 200 }, async () => {
        sent += 1;
        await stage.world.push(bob, [phone], `m${sent}`, { id: `m${sent}`, text });
      }));
      return stage.world.app.get(LiveConnections).count === 0 || sent >= 4_000;
    }, 30_000);
    client.socket.resume();
    await until(() => client.closed !== undefined);
    expect(client.closed?.code).toBe(4008);
    const last = client.frames.findLast(({ cursor }) => cursor)?.cursor ?? '0';
    const again = await stage.open({ since: last });
    await until(() => client.ids.length + again.ids.length >= sent, 20_000);
    expect([...client.ids, ...again.ids]).toEqual(Array.from({ length: sent }, (_, at) => `m${at + 1}`));
  }, 60_000);
});
