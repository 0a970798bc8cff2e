import { eventList, folderIdOf, folderOfId, folderUrl, isMade, nmsObject, pathOf, readRestartToken, restartToken, rulesOf, viewBegins } from '@cpm/domain-message-store-sync';
import type { DeviceId } from '@cpm/vocabulary';
import type { BoxServer } from './box-server.js';
import type { Fault } from './steps.js';

const ORIGIN = 'https://cpm.example';
type Body = Readonly<Record<string, any>>; // eslint-disable-line @typescript-eslint/no-explicit-any -- the requests of the SDK, which the real service checks.

/** The part of OMA NMS that the client uses, of one box for one device, over a network that `fault` disturbs. */
export class NmsOfBox {
  readonly origin = ORIGIN;
  fault: () => Fault = () => undefined;

  constructor(
    private readonly server: BoxServer,
    private readonly device: DeviceId,
  ) {}

  readonly fetch = async (url: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const fault = this.fault();
    if (fault === 'unreached') throw new TypeError('fetch failed');
    const { pathname, searchParams } = new URL(url as string);
    const body = (typeof init.body === 'string' ? JSON.parse(init.body) : {}) as Body;
    const [, , , , box = '', ...resource] = pathname.split('/');
    const answer = decodeURIComponent(box) === this.server.user
      ? await this.answer(`${init.method ?? 'GET'} /${resource.map(decodeURIComponent).join('/')}`, body, searchParams)
      : new Response(null, { status: 204 });
    if (fault === 'unanswered') throw new TypeError('fetch failed');
    return answer;
  };

  private answer(request: string, body: Body, query: URLSearchParams): Promise<Response> | Response {
    const named = /^(\w+) \/(folders|subscriptions)\/(.+?)(\/folderName)?$/.exec(request);
    switch (request) {
      case 'POST /objects/operations/search': return this.search(body['selectionCriteria']);
      case 'POST /objects/operations/bulkUpdate': return this.bulk(body['bulkUpdate'].objects, body['bulkUpdate'].operation === 'AddFlag' ? { addFlags: body['bulkUpdate'].flags.flag } : { removeFlags: body['bulkUpdate'].flags.flag });
      case 'POST /objects/operations/bulkDelete': return this.bulk(body['bulkDelete'].objects, { remove: 'deleted' });
      case 'POST /folders/operations/moveToFolder': return this.bulk(body['sourceRefs'].objects, { folder: folderOfId(lastOf(body['targetRef'].resourceURL)) });
      case 'POST /objects': return this.create(body['object']);
      case 'GET /folders': return this.folders(query);
      case 'POST /folders': return this.changeFolder(`f-${body['folder'].clientCorrelator}`, { kind: 'create', name: body['folder'].name, parent: folderOfId(lastOf(body['folder'].parentFolder)) }, 201);
      case 'POST /subscriptions': return this.subscribe(body['nmsSubscription']);
    }
    if (named?.[2] === 'subscriptions') return this.pull(named[3] ?? '', body['nmsSubscriptionUpdate']);
    if (named?.[1] === 'DELETE') return this.changeFolder(folderOfId(named[3] ?? ''), { kind: 'remove' }, 204);
    if (named?.[4]) return this.changeFolder(folderOfId(named[3] ?? ''), { kind: 'rename', name: body['name'] }, 200);
    return refusal(404, request);
  }

  private search({ maxEntries = 100, fromCursor }: Body): Response {
    const found = this.server.found(this.device);
    const from = fromCursor === undefined ? 0 : found.findIndex(({ date, oid }) => `${date}|${oid}` < String(fromCursor) || date < Number(String(fromCursor).split('|')[0]));
    const rest = from < 0 ? [] : found.slice(from);
    const page = rest.slice(0, maxEntries);
    const last = page.at(-1);
    const object = page.map((row) => nmsObject(row, { folders: this.server.state.folders, baseUrl: ORIGIN }));
    return Response.json({ objectList: { object, ...(rest.length > page.length && last && { cursor: `${last.date}|${last.oid}` }) } });
  }

  private async bulk({ objectReference }: Body, change: object): Promise<Response> {
    const ids = (objectReference as { resourceURL: string }[]).map(({ resourceURL }) => lastOf(resourceURL));
    const known = ids.filter((id) => this.server.row(id));
    const lost = 'folder' in change && isMade(change.folder as string) && !Object.hasOwn(this.server.state.folders, change.folder as string);
    if (lost) return refusal(404, 'folder');
    if (known.length > 0) {
      const objects = known.map((objectId) => ({ objectId, ...change }));
      await this.server.decide({ type: 'Update', request: { user: this.server.user, commandId: this.server.commandId(), device: this.device, at: this.server.now, objects } });
    }
    const response = ids.map((id) => (known.includes(id) ? { code: 200, reason: 'OK', success: {} } : { code: 404, reason: 'Not Found', failure: {} }));
    return Response.json({ bulkResponseList: { response } }, { status: known.length === ids.length ? 200 : 206 });
  }

  private async create({ attributes, flags, clientCorrelator }: Body): Promise<Response> {
    const objectId = `obj-${clientCorrelator}`;
    const known = this.server.rows().find(({ oid }) => oid === objectId);
    if (known?.deleted) return refusal(410, 'object');
    if (!known) {
      const object = {
        objectId, folder: '/main', context: 'standalone-message', direction: 'Out' as const, from: this.server.user, to: [], date: this.server.now, attributes: attributes.attribute, flags: flags.flag,
        parts: [{ contentType: 'text/plain', size: 1, text: 'x' }],
      };
      await this.server.decide({ type: 'Create', request: { user: this.server.user, commandId: this.server.commandId(), device: this.device, at: this.server.now, objects: [object] } });
    }
    const row = this.server.rows().find(({ oid }) => oid === objectId);
    return row ? Response.json({ object: nmsObject(row, { folders: this.server.state.folders, baseUrl: ORIGIN }) }, { status: 201 }) : refusal(404, 'object');
  }

  private async changeFolder(folder: string, change: { kind: 'create'; name: string; parent: string } | { kind: 'rename'; name: string } | { kind: 'remove' }, status: number): Promise<Response> {
    const answer = await this.server.decide({ type: 'ChangeFolder', request: { user: this.server.user, commandId: this.server.commandId(), device: this.device, at: this.server.now, folder, change } });
    if (answer?.done !== true) return refusal(answer?.refusal === 'name-taken' ? 409 : 404, answer?.refusal ?? '');
    if (status === 204) return new Response(null, { status });
    const made = this.folder(folder);
    return made ? Response.json({ folder: made }, { status }) : refusal(404, folder);
  }

  private folders(query: URLSearchParams): Response {
    const all = Object.keys(this.server.state.folders).sort();
    const from = Number(query.get('cursor') ?? query.get('fromCursor') ?? 0);
    const to = from + Number(query.get('maxEntries') ?? 100);
    return Response.json({ folderList: { folder: all.slice(from, to).map((key) => this.folder(key)), ...(all.length > to && { cursor: String(to) }) } });
  }

  private folder(key: string): object | undefined {
    const made = this.server.state.folders[key];
    if (!made) return undefined;
    const { user, state } = this.server;
    return { resourceURL: ORIGIN + folderUrl(user, key), parentFolder: ORIGIN + folderUrl(user, made.parent), name: made.name, path: pathOf(key, state.folders), lastModSeq: made.modSeq, id: folderIdOf(key) };
  }

  private async subscribe({ clientCorrelator, restartToken: token }: Body): Promise<Response> {
    const subscriptionId = `s-${this.device}`;
    await this.server.decide({ type: 'Subscribe', request: { user: this.server.user, commandId: this.server.commandId(), subscriptionId, device: this.device, at: this.server.now, renewal: false, clientCorrelator } });
    return Response.json({ nmsSubscription: this.subscription(subscriptionId, token) }, { status: 201 });
  }

  private pull(id: string, { restartToken: token }: Body): Response {
    const { box: state, now, user } = this.server;
    if (!state.subscriptions.some((one) => one.id === id)) return refusal(404, id);
    const place = readRestartToken(String(token)) ?? { position: 0, index: 1, rules: -1 };
    const list = eventList(place, this.server.changes(place.position), state, { user, device: this.device, now, baseUrl: ORIGIN, subscriptionUrl: this.subscriptionUrl(id) });
    const isWorthTelling = list !== undefined && (list.nmsEvent.length > 0 || list.more === true);
    const told = list && !isWorthTelling ? restartToken({ ...(readRestartToken(list.restartToken) ?? place), index: place.index }) : (list?.restartToken ?? String(token));
    return Response.json({ nmsSubscription: this.subscription(id, told), ...(isWorthTelling && { notificationList: [{ nmsEventList: list }] }) });
  }

  private subscription(id: string, token: string | undefined): object {
    const { box: state, now } = this.server;
    const begins = viewBegins(this.device, state.syncRules, now);
    const place = token === undefined ? { position: state.modSeq, index: 1, rules: rulesOf(state, this.device) } : (readRestartToken(token) ?? { position: 0, index: 1, rules: -1 });
    return {
      resourceURL: this.subscriptionUrl(id), duration: 86_400, index: place.index, restartToken: token ?? restartToken(place),
      ...(begins !== undefined && { notBefore: new Date(begins).toISOString() }),
    };
  }

  private subscriptionUrl(id: string): string {
    return `${ORIGIN}/nms/v1/main/${encodeURIComponent(this.server.user)}/subscriptions/${encodeURIComponent(id)}`;
  }
}

function lastOf(url: string): string {
  return decodeURIComponent(url.split('/').at(-1) ?? '');
}

function refusal(status: number, text: string): Response {
  return Response.json({ requestError: { serviceException: { messageId: status === 404 ? 'SVC0004' : 'SVC0002', text } } }, { status });
}
