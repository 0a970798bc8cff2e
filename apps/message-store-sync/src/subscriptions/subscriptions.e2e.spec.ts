import { DepositObject } from '@cpm/contracts-message-store-sync';
import { requirement } from '@cpm/runtime-decider';
import { alice, BoxStage, phone, tablet } from '../box-stage.fixture.js';

let stage: BoxStage;
beforeAll(async () => {
  stage = await BoxStage.start({ PUBLIC_URL: 'https://entry.example/' });
}, 120_000);
afterAll(() => stage.stop());
beforeEach(() => stage.nextBob());

interface List {
  readonly index: number;
  readonly restartToken: string;
  readonly more?: true;
  readonly nmsEvent: Record<string, { resourceURL: string; lastModSeq: number; correlationId: string; name?: string; object?: { flags: { flag: string[] } } }>[];
}
interface Subscription {
  readonly resourceURL: string;
  readonly index: number;
  readonly restartToken: string;
}

/** A device as the interface wants it: it stores `index - 1` and the token, and applies the list that comes next. */
class Puller {
  readonly view = new Map<string, number>();
  readonly resets: number[] = [];
  last = 0;
  token = '';
  constructor(
    private readonly path: string,
    private readonly device = phone,
  ) {}

  static async subscribe(device = phone, more: object = {}): Promise<Puller> {
    const { body } = await stage.call<{ nmsSubscription: Subscription }>('POST', '/subscriptions', { nmsSubscription: { clientCorrelator: 'c', ...more } }, { device });
    const puller = new Puller(new URL(body.nmsSubscription.resourceURL).pathname.replace(/^.*?(?=\/subscriptions)/, ''), device);
    puller.last = body.nmsSubscription.index - 1;
    puller.token = body.nmsSubscription.restartToken;
    return puller;
  }

  async pull(token = this.token): Promise<List | undefined> {
    const { status, body } = await stage.call<{ nmsSubscription: Subscription; notificationList?: { nmsEventList: List }[] }>('POST', this.path, { nmsSubscriptionUpdate: { restartToken: token } }, { device: this.device });
    expect(status).toBe(200);
    const list = body.notificationList?.[0]?.nmsEventList;
    expect([body.nmsSubscription.index, list?.index ?? body.nmsSubscription.index]).toEqual([body.nmsSubscription.index, body.nmsSubscription.index]);
    if (!list) this.token = body.nmsSubscription.restartToken;
    return list;
  }

  /** All that has changed. */
  async follow(): Promise<List[]> {
    const lists: List[] = [];
    for (let list = await this.pull(); list; list = list.more ? await this.pull() : undefined) {
      expect(list.index).toBe(this.last + 1);
      this.last = list.index;
      this.token = list.restartToken;
      lists.push(list);
      for (const event of list.nmsEvent) this.apply(event);
    }
    return lists;
  }

  private apply(event: List['nmsEvent'][number]): void {
    const { changedObject, deletedObject, expiredObject, resetBox } = event;
    if (resetBox) this.resets.push(this.last);
    if (changedObject) this.view.set(changedObject.resourceURL, changedObject.lastModSeq);
    for (const gone of [deletedObject, expiredObject]) if (gone) this.view.delete(gone.resourceURL);
  }
}

const many = (from: number, count: number) => Array.from({ length: count }, (_, at) => ({ user: stage.bob, direction: 'In' as const, party: alice, message: stage.message(`n${from + at}`, { sentAt: from + at }) }));
const kinds = (lists: readonly List[]) => lists.flatMap(({ nmsEvent }) => nmsEvent.map((event) => Object.keys(event)[0]));

requirement('CPM-MLD-016', () => {
  it('gives a device that was away exactly what changed, removals too, in the order of the changes', async () => {
    await stage.receive(stage.message('before'));
    const device = await Puller.subscribe();
    await stage.receive(stage.message('m1'), stage.message('m2'), stage.message('m3'));
    await stage.call('PUT', '/objects/in-m3/flags/%5CSeen', undefined, { device: tablet });
    await stage.call('DELETE', '/objects/in-m1', undefined, { device: tablet });
    await stage.call('POST', '/folders', { folder: { name: 'Work' } }, { device: tablet });
    const [list, ...more] = await device.follow();
    expect(more).toEqual([]);
    expect(list?.nmsEvent.map((event) => [Object.keys(event)[0], Object.values(event)[0]?.correlationId ?? Object.values(event)[0]?.name])).toEqual([['changedObject', 'm2'], ['changedObject', 'm3'], ['deletedObject', 'm1'], ['changedFolder', 'Work']]);
    const numbers = list?.nmsEvent.map((event) => Object.values(event)[0]?.lastModSeq ?? 0) ?? [];
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    expect(list?.nmsEvent[1]?.['changedObject']?.object?.flags.flag).toEqual(['\\Seen']);
    expect(list).toMatchObject({ link: [{ rel: 'NmsSubscription', href: expect.stringMatching(/^https:\/\/entry\.example\/nms\/v1\/main\/.*\/subscriptions\/s-/) }] });
    expect(await device.follow()).toEqual([]);
  });

  it('gives the same final view from any token that lives', async () => {
    const device = await Puller.subscribe();
    const start = device.token;
    await stage.tell(DepositObject, ...many(0, 620));
    await stage.call('DELETE', '/objects/in-n3');
    const half = await device.pull();
    await device.follow();
    await stage.call('DELETE', '/objects/in-n600');
    await device.follow();
    expect(device.view.size).toBe(618);
    for (const token of [start, half?.restartToken ?? '']) {
      const other = await Puller.subscribe(tablet);
      [other.token, other.last] = [token, token === start ? 0 : 1];
      for (const [url, number] of token === start ? [] : (half?.nmsEvent ?? []).map(({ changedObject }) => [changedObject?.resourceURL ?? '', changedObject?.lastModSeq ?? 0] as const)) other.view.set(url, number);
      const lists = await other.follow();
      expect(lists.every(({ nmsEvent }) => nmsEvent.length <= 500)).toBe(true);
      expect([...other.view].sort()).toEqual([...device.view].sort());
    }
  });

  it.each(['r1.999999.1.0', 'r1.0.1.7', 'nonsense'])('tells a device with the token %s to search all again, and goes on from the head', async (token) => {
    await stage.receive(stage.message('m1'));
    const device = await Puller.subscribe();
    device.token = token;
    const list = await device.pull();
    expect(list?.nmsEvent).toEqual([{ resetBox: {} }]);
    device.token = list?.restartToken ?? '';
    device.last = list?.index ?? 0;
    await stage.receive(stage.message('m2'));
    expect(kinds(await device.follow())).toEqual(['changedObject']);
  });

  it('tells a device nothing that it does not want, takes no number for it, and begins anew when what it wants changes', async () => {
    await stage.own(1, [{ deviceId: tablet, contentTypes: ['text/*'], maxAgeDays: 30 }]);
    const [all, some] = [await Puller.subscribe(phone), await Puller.subscribe(tablet)];
    await stage.receive(stage.message('picture', { contentType: 'image/png', content: { kind: 'stored', contentId: 'f' }, sentAt: Date.now() }));
    expect([kinds(await all.follow()), await some.follow()]).toEqual([['changedObject'], []]);
    await stage.receive(stage.message('text', { sentAt: Date.now() }));
    const [list] = await some.follow();
    expect(list).toMatchObject({ index: 1, notBefore: expect.any(String), nmsEvent: [{ changedObject: { correlationId: 'text' } }] });
    await stage.own(2, []);
    await some.follow();
    expect([some.resets, all.resets]).toEqual([[2], []]);
  });
});

it('is one subscription for one correlator, and not another one\'s', async () => {
  const body = { nmsSubscription: { clientCorrelator: 'c1', duration: 100, callbackReference: { callbackData: 'x' } } };
  const [first, second] = [await stage.call('POST', '/subscriptions', body), await stage.call('POST', '/subscriptions', body)];
  expect([first.status, second.status]).toEqual([201, 200]);
  expect(first.body).toEqual({ nmsSubscription: { resourceURL: expect.stringContaining('https://entry.example/nms/v1/main/'), duration: 100, index: 1, restartToken: 'r1.0.1.0', clientCorrelator: 'c1', callbackReference: { callbackData: 'x' } } });
  expect(second.body.nmsSubscription.resourceURL).toBe(first.body.nmsSubscription.resourceURL);
  expect((await stage.call('POST', '/subscriptions', { nmsSubscription: { clientCorrelator: 'c1' } })).status).toBe(409);
  expect((await stage.call('GET', '/subscriptions')).body.nmsSubscriptionList.nmsSubscription).toHaveLength(1);
  expect((await stage.call('GET', '/subscriptions', undefined, { device: tablet })).body.nmsSubscriptionList.nmsSubscription).toEqual([]);
  const path = new URL(first.body.nmsSubscription.resourceURL).pathname.replace(/^.*?(?=\/subscriptions)/, '');
  expect((await stage.call('GET', path)).body.nmsSubscription).toMatchObject({ duration: 100 });
  expect((await stage.call('POST', path, { nmsSubscriptionUpdate: { duration: 200 } })).body.nmsSubscription).toMatchObject({ duration: 200 });
  expect((await stage.call('DELETE', path, undefined, { device: tablet })).status).toBe(404);
  expect([(await stage.call('DELETE', path)).status, (await stage.call('GET', path)).status, (await stage.call('POST', path, { nmsSubscriptionUpdate: {} })).status]).toEqual([204, 404, 404]);
});

it('goes on at the place that the token of another one names', async () => {
  const first = await Puller.subscribe();
  await stage.receive(stage.message('m1'));
  const second = await Puller.subscribe(phone, { clientCorrelator: 'other', restartToken: first.token });
  expect(kinds(await second.follow())).toEqual(['changedObject']);
});

it.each([
  [{ callbackReference: { notifyURL: 'ftp://x' } }, 'SVC0002', 'nmsSubscription.callbackReference.notifyURL'],
  [{ duration: 0 }, 'SVC0002', 'nmsSubscription.duration'],
  [{ filter: { criterion: [{ type: 'PresetSearch', name: 'Other' }] } }, 'SVC0003', 'nmsSubscription.filter.criterion[0].name'],
])('refuses %j with %s of %s', async (nmsSubscription, messageId, variable) => {
  const answer = await stage.call('POST', '/subscriptions', { nmsSubscription });
  expect([answer.status, answer.body.requestError.serviceException.messageId, answer.body.requestError.serviceException.variables[0]]).toEqual([400, messageId, variable]);
});

it('accepts the preset that names all messages', async () => {
  expect((await stage.call('POST', '/subscriptions', { nmsSubscription: { filter: { criterion: [{ type: 'PresetSearch', name: 'UPOneDotO', value: '' }] } } })).status).toBe(201);
});
