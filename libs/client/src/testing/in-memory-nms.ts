import { correlationTag, ucnRef } from '@cpm/message-tags';
import type { NmsEvent, NmsEventList, NmsFolder, NmsObject } from '../nms/nms-wire.js';

export const HOST = 'https://cpm.example';
export const USER = 'tel:+4915110000001';
export const OTHER = 'tel:+4915110000002';
const BOX = `/nms/v1/base/${encodeURIComponent(USER)}`;

interface Row {
  readonly id: string;
  folder: string;
  flags: readonly string[];
  attributes: Readonly<Record<string, readonly string[]>>;
  readonly correlationId?: string;
  readonly parts: readonly Uint8Array<ArrayBuffer>[];
  lastModSeq: number;
  gone?: 'deleted' | 'expired';
}

interface FolderRow {
  readonly id: string;
  name: string;
  readonly parent: string;
  lastModSeq: number;
  isGone?: boolean;
}

/** What a test may give for an object that came or went. */
export interface NewObject {
  readonly id?: string;
  readonly messageId?: string;
  readonly text?: string;
  readonly date?: string;
  readonly direction?: 'In' | 'Out';
  readonly context?: string;
  readonly requested?: readonly string[];
  readonly flags?: readonly string[];
  readonly parts?: readonly Uint8Array<ArrayBuffer>[];
  readonly folder?: string;
}

/** `unreached`: nothing happens; `unanswered`: it happens, and the answer is lost; `silent`: nothing, until it is given up; a Response is given instead. */
export type Fault = 'unreached' | 'unanswered' | 'silent' | Response | undefined;

/** As it came. */
type Body = ReturnType<JSON['parse']>;

/** A message store with one box, as NMS of the contract says, and what else a device calls. Rows are the server's own truth. */
export class InMemoryNms {
  readonly objects = new Map<string, Row>();
  readonly folders = new Map<string, FolderRow>();
  /** `METHOD path` of every request that came. */
  readonly requests: string[] = [];
  /** `status messageId`, each time one was said. */
  readonly reports: string[] = [];
  fault: (method: string, path: string) => Fault = () => undefined;
  /** Most events of one list. */
  listLimit = 500;
  /** Tokens of positions before it are too old. */
  forgottenUpTo = -1;
  notBefore: string | undefined;
  private rules = 0;
  private seq = 0;
  private made = 0;
  private readonly subscriptions = new Set<string>();
  private readonly correlators = new Map<string, string>();

  readonly fetch = async (url: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const { pathname, searchParams } = new URL(url as string);
    const method = init.method ?? 'GET';
    this.requests.push(`${method} ${pathname}`);
    const fault = this.fault(method, pathname);
    if (fault instanceof Response) return fault;
    if (fault === 'silent') await new Promise((_, reject) => init.signal?.addEventListener('abort', () => reject(new TypeError('given up'))));
    if (fault === 'unreached') throw new TypeError('fetch failed');
    const body = (typeof init.body === 'string' ? JSON.parse(init.body) : {}) as Body;
    const response = this.answer(method, pathname, { body, query: searchParams, range: new Headers(init.headers).get('range') });
    if (fault === 'unanswered') throw new TypeError('fetch failed');
    return response;
  };

  /** How often a request like it came. */
  count(part: string): number {
    return this.requests.filter((request) => request.includes(part)).length;
  }

  add({ id = `o${(this.made += 1)}`, messageId = `m-${id}`, text, direction = 'In', parts, flags = [], folder = `main/${OTHER}`, requested = [], ...more }: NewObject = {}): string {
    const content = parts ?? (text === undefined ? [] : [new TextEncoder().encode(text)]);
    const attributes = {
      Date: [more.date ?? new Date(Date.UTC(2026, 2, 2) + this.seq * 60_000).toISOString()], Direction: [direction], From: [direction === 'In' ? OTHER : USER], To: [direction === 'In' ? USER : OTHER],
      'Message-Context': [more.context ?? (parts ? 'file-message' : 'standalone-message')], 'Content-Type': [text === undefined ? 'image/png' : 'text/plain'],
      ...(text !== undefined && { TextContent: [text] }), ...(requested.length > 0 && { ReportRequested: requested }), ...(direction === 'In' && { 'X-UCN-Ref': [ucnRef(messageId, USER)] }),
    };
    this.objects.set(id, { id, folder, flags, attributes, correlationId: messageId, parts: content, lastModSeq: (this.seq += 1) });
    return id;
  }

  /** A notification stands for these objects; `ref` is its own. */
  summarise(ref: string, messageIds: readonly string[]): void {
    const value = [ref, ...messageIds.map((messageId) => ucnRef(messageId, USER))].join(' ');
    for (const { id, correlationId } of [...this.objects.values()]) if (messageIds.includes(correlationId ?? '')) this.change(id, ({ attributes }) => ({ attributes: { ...attributes, 'X-UCN-Summary': [value] } }));
  }

  addFlag(id: string, flag: string): void {
    this.change(id, (row) => ({ flags: [...new Set([...row.flags, flag])] }));
  }

  removeFlag(id: string, flag: string): void {
    this.change(id, (row) => ({ flags: row.flags.filter((one) => one !== flag) }));
  }

  move(id: string, folder: string): void {
    this.change(id, () => ({ folder }));
  }

  remove(id: string, gone: 'deleted' | 'expired' = 'deleted'): void {
    this.change(id, () => ({ gone }));
  }

  addFolder(name: string, parent = 'main', id = `f-${(this.made += 1)}`): string {
    this.folders.set(id, { id, name, parent, lastModSeq: (this.seq += 1) });
    return id;
  }

  renameFolder(id: string, name: string): void {
    Object.assign(this.folders.get(id)!, { name, lastModSeq: (this.seq += 1) });
  }

  removeFolder(id: string): void {
    for (const row of this.live()) if (row.folder === id) this.remove(row.id);
    for (const { id: below, parent, isGone } of this.folders.values()) if (parent === id && !isGone) this.removeFolder(below);
    Object.assign(this.folders.get(id)!, { isGone: true, lastModSeq: (this.seq += 1) });
  }

  /** The device's rules are others from now on: tokens made before do not count. */
  setNotBefore(notBefore: string | undefined): void {
    this.notBefore = notBefore;
    this.rules += 1;
  }

  dropSubscriptions(): void {
    this.subscriptions.clear();
  }

  /** What a device with these rules is to see: folder, flags and text by id, and folders. */
  truth(): { readonly objects: Readonly<Record<string, string>>; readonly folders: Readonly<Record<string, string>> } {
    return {
      objects: Object.fromEntries(this.visible().map(({ id, folder, flags, attributes }) => [id, `${folder} ${[...flags].sort().join(' ')} ${attributes['TextContent']?.[0] ?? ''}`]).sort()),
      folders: Object.fromEntries([...this.folders.values()].filter(({ isGone }) => !isGone).map((row) => [row.id, this.pathOf(row)]).sort()),
    };
  }

  token(seq = this.seq, index = 0): string {
    return `rt-${seq}-${index}-${this.rules}`;
  }

  /** The next list after a token; undefined when nothing changed. */
  listAfter(token: string): NmsEventList | undefined {
    const [, seq = '', index = '', rules = ''] = /^rt-(\d+)-(\d+)-(\d+)$/.exec(token) ?? [];
    const next = Number(index) + 1;
    const limit = this.notBefore === undefined ? {} : { notBefore: this.notBefore };
    if (seq === '' || Number(rules) !== this.rules || Number(seq) < this.forgottenUpTo) return { index: next, restartToken: this.token(this.seq, next), nmsEvent: [{ resetBox: {} }], ...limit };
    const changed = [...[...this.objects.values()].filter((row) => row.gone !== undefined || this.isVisible(row)), ...this.folders.values()]
      .filter(({ lastModSeq }) => lastModSeq > Number(seq)).sort((a, b) => a.lastModSeq - b.lastModSeq);
    if (changed.length === 0) return undefined;
    const inList = changed.slice(0, this.listLimit);
    const nmsEvent = inList.map((row) => ('flags' in row ? this.objectEvent(row) : this.folderEvent(row)));
    return { index: next, restartToken: this.token(inList.at(-1)!.lastModSeq, next), nmsEvent, ...limit, ...(changed.length > inList.length && { more: true }) };
  }

  private answer(method: string, path: string, { body, query, range }: { readonly body: Body; readonly query: URLSearchParams; readonly range: string | null }): Response {
    const part = /\/objects\/([^/]+)\/payloadParts\/(\d+)$/.exec(path);
    if (part) return this.payload(this.found(part[1]), Number(part[2]), range);
    if (path.startsWith('/cpm/')) return this.messaging(path, body);
    const resource = decodeURIComponent(path).slice(decodeURIComponent(BOX).length);
    if (!decodeURIComponent(path).startsWith(decodeURIComponent(BOX))) return refusal(403, 'POL0001', 'not your box');
    if (resource === '/objects' && method === 'POST') return this.createObject(body['object']);
    if (resource === '/objects/operations/search') return this.search(body['selectionCriteria']);
    if (resource === '/objects/operations/bulkUpdate') return this.bulkUpdate(body['bulkUpdate']);
    if (resource === '/objects/operations/bulkDelete') return this.bulk(body['bulkDelete'], (id) => this.remove(id), 204);
    if (resource === '/folders/operations/moveToFolder') return this.moveToFolder(body);
    if (resource === '/folders' && method === 'GET') return this.listFolders(query);
    if (resource === '/folders' && method === 'POST') return this.createFolder(body['folder']);
    if (resource.startsWith('/folders/')) return this.editFolder(method, resource.slice('/folders/'.length), body);
    if (resource === '/subscriptions') return this.subscribe(body['nmsSubscription']);
    if (resource.startsWith('/subscriptions/')) return this.updateSubscription(resource.slice('/subscriptions/'.length), body['nmsSubscriptionUpdate']);
    return refusal(404, 'SVC0004', path);
  }

  private subscribe({ clientCorrelator, restartToken }: Body): Response {
    const id = `s-${clientCorrelator}`;
    const isKnown = this.subscriptions.has(id);
    this.subscriptions.add(id);
    const subscription = { resourceURL: `${HOST}${BOX}/subscriptions/${id}`, duration: 86_400, index: 1, restartToken: restartToken ?? this.token(), ...(this.notBefore !== undefined && { notBefore: this.notBefore }) };
    return Response.json({ nmsSubscription: subscription }, { status: isKnown ? 200 : 201 });
  }

  private updateSubscription(id: string, { restartToken }: Body): Response {
    if (!this.subscriptions.has(id)) return refusal(404, 'SVC0004', id);
    const list = this.listAfter(restartToken);
    const nmsSubscription = { resourceURL: `${HOST}${BOX}/subscriptions/${id}`, duration: 86_400, index: (list?.index ?? 0) + 1, restartToken: list?.restartToken ?? restartToken, ...(this.notBefore !== undefined && { notBefore: this.notBefore }) };
    return Response.json({ nmsSubscription, ...(list && { notificationList: [{ nmsEventList: list }] }) });
  }

  private search({ maxEntries = 100, fromCursor, sortCriteria }: Body): Response {
    if (fromCursor !== undefined && !String(fromCursor).includes('|')) return refusal(400, 'SVC0002', 'fromCursor');
    const sign = sortCriteria?.criterion?.[0]?.order === 'Descending' ? -1 : 1;
    const keyOf = (row: Row) => `${row.attributes['Date']?.[0]}|${row.id}`;
    const sorted = this.visible().sort((a, b) => (keyOf(a) < keyOf(b) ? -sign : sign));
    const rest = fromCursor === undefined ? sorted : sorted.filter((row) => (sign < 0 ? keyOf(row) < fromCursor : keyOf(row) > fromCursor));
    const page = rest.slice(0, maxEntries);
    return Response.json({ objectList: { object: page.map((row) => this.wire(row)), creationCursor: String(this.seq), ...(rest.length > page.length && { cursor: keyOf(page.at(-1)!) }) } });
  }

  private bulkUpdate({ operation, flags, objects }: Body): Response {
    return this.bulk({ objects }, (id) => flags.flag.forEach((flag: string) => (operation === 'AddFlag' ? this.addFlag(id, flag) : this.removeFlag(id, flag))), 200);
  }

  private bulk({ objects }: Body, act: (id: string) => void, code: number): Response {
    const response = (objects.objectReference as { resourceURL: string }[]).map(({ resourceURL }) => {
      const row = this.found(resourceURL.split('/').at(-1));
      if (row === undefined) return { code: 404, reason: 'Not Found', failure: {} };
      act(row.id);
      return { code, reason: 'OK', success: { resourceURL } };
    });
    return Response.json({ bulkResponseList: { response } }, { status: response.some(({ code: one }) => one === 404) ? 206 : 200 });
  }

  private moveToFolder({ targetRef, sourceRefs }: Body): Response {
    const target = decodeURIComponent(String(targetRef.resourceURL).split('/folders/')[1] ?? '');
    const ids = (sourceRefs.objects.objectReference as { resourceURL: string }[]).map(({ resourceURL }) => this.found(resourceURL.split('/').at(-1))?.id);
    if (ids.includes(undefined) || this.folders.get(target)?.isGone !== undefined) return refusal(404, 'SVC0004', 'object');
    for (const id of ids) this.move(id!, target);
    return new Response(null, { status: 204 });
  }

  private createObject({ attributes, flags, clientCorrelator }: Body): Response {
    const known = this.correlators.get(clientCorrelator);
    const id = known ?? this.add({ direction: 'Out' });
    this.correlators.set(clientCorrelator, id);
    const own = Object.fromEntries(attributes.attribute.map(({ name, value }: Body) => [name, value]));
    if (known === undefined) this.objects.set(id, { ...this.objects.get(id)!, flags: flags.flag, attributes: own });
    return Response.json({ object: this.wire(this.objects.get(id)!) }, { status: 201 });
  }

  private createFolder({ name, parentFolder, clientCorrelator }: Body): Response {
    const parent = decodeURIComponent(String(parentFolder).split('/folders/')[1] ?? '');
    const known = this.correlators.get(clientCorrelator);
    if (known === undefined && [...this.folders.values()].some((row) => !row.isGone && row.parent === parent && row.name === name)) return refusal(400, 'SVC0002', 'name');
    const id = known ?? this.addFolder(name, parent);
    this.correlators.set(clientCorrelator, id);
    return Response.json({ folder: this.folderWire(this.folders.get(id)!) }, { status: 201 });
  }

  private editFolder(method: string, resource: string, { name }: Body): Response {
    const row = this.folders.get(resource.replace(/\/folderName$/, ''));
    if (row === undefined || row.isGone) return refusal(404, 'SVC0004', resource);
    if (method === 'DELETE') this.removeFolder(row.id);
    else this.renameFolder(row.id, name);
    return new Response(null, { status: 204 });
  }

  private listFolders(query: URLSearchParams): Response {
    const live = [...this.folders.values()].filter(({ isGone }) => !isGone);
    const from = Number(query.get('cursor') ?? 0);
    const to = from + Number(query.get('maxEntries') ?? 100);
    return Response.json({ folderList: { folder: live.slice(from, to).map((row) => this.folderWire(row)), ...(live.length > to && { cursor: String(to) }) } });
  }

  private messaging(path: string, body: Body): Response {
    const about = /\/messages\/([^/]+)\/dispositions$/.exec(path)?.[1];
    if (about !== undefined) {
      this.reports.push(`${body['status']} ${decodeURIComponent(about)}`);
      return new Response(null, { status: 204 });
    }
    const isNew = ![...this.objects.values()].some(({ correlationId }) => correlationId === body['id']);
    if (isNew) this.add({ messageId: body['id'], text: body['body'], direction: 'Out' });
    return Response.json({ id: body['id'], conversationId: 'c1', contributionId: 'k1' }, { status: 202 });
  }

  private payload(row: Row | undefined, number: number, range: string | null): Response {
    const bytes = row?.parts[number - 1];
    if (bytes === undefined) return refusal(404, 'SVC0004', 'payload');
    const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? [];
    if (first === undefined) return new Response(bytes);
    const end = Math.min(last === '' ? bytes.length : Number(last) + 1, bytes.length);
    return new Response(bytes.slice(Number(first), end), { status: 206, headers: { 'content-range': `bytes ${first}-${end - 1}/${bytes.length}` } });
  }

  private found(id = ''): Row | undefined {
    const row = this.objects.get(decodeURIComponent(id));
    return row?.gone === undefined ? row : undefined;
  }

  private live(): Row[] {
    return [...this.objects.values()].filter(({ gone }) => gone === undefined);
  }

  private visible(): Row[] {
    return this.live().filter((row) => this.isVisible(row));
  }

  private isVisible({ attributes }: Row): boolean {
    return this.notBefore === undefined || Date.parse(attributes['Date']![0]!) >= Date.parse(this.notBefore);
  }

  private change(id: string, to: (row: Row) => Partial<Row>): void {
    const row = this.objects.get(id);
    // Removal wins.
    if (row !== undefined && row.gone === undefined) Object.assign(row, to(row), { lastModSeq: (this.seq += 1) });
  }

  private pathOf({ name, parent }: FolderRow): string {
    const above = this.folders.get(parent);
    return `${above ? this.pathOf(above) : `/${parent}`}/${name}`;
  }

  private folderWire(row: FolderRow): NmsFolder {
    return { resourceURL: `${HOST}${BOX}/folders/${encodeURIComponent(row.id)}`, parentFolder: `${HOST}${BOX}/folders/${encodeURIComponent(row.parent)}`, name: row.name, path: this.pathOf(row), lastModSeq: row.lastModSeq };
  }

  private folderEvent(row: FolderRow): NmsEvent {
    const { resourceURL } = this.folderWire(row);
    return row.isGone ? { deletedFolder: { resourceURL, lastModSeq: row.lastModSeq } } : { changedFolder: this.folderWire(row) };
  }

  private objectEvent(row: Row): NmsEvent {
    const { resourceURL, lastModSeq, correlationId } = this.wire(row);
    const removal = { resourceURL, lastModSeq, ...(correlationId !== undefined && { correlationId }) };
    if (row.gone !== undefined) return row.gone === 'deleted' ? { deletedObject: removal } : { expiredObject: removal };
    return { changedObject: { resourceURL, lastModSeq, object: this.wire(row) } };
  }

  private wire({ id, folder, flags, attributes, correlationId, parts, lastModSeq }: Row): NmsObject {
    const resourceURL = `${HOST}${BOX}/objects/${id}`;
    const made = this.folders.get(folder);
    const text = attributes['TextContent']?.[0];
    return {
      resourceURL, lastModSeq, parentFolder: `${HOST}${BOX}/folders/${encodeURIComponent(folder)}`, parentFolderPath: made ? this.pathOf(made) : `/${folder}`,
      flags: { flag: flags }, attributes: { attribute: Object.entries(attributes).map(([name, value]) => ({ name, value })) },
      ...(correlationId !== undefined && { correlationId }),
      ...(text !== undefined && { correlationTag: correlationTag(OTHER.slice('tel:'.length), text) }),
      ...(parts.length > 0 && { payloadURL: `${resourceURL}/payload`, payloadPart: parts.map(({ length }, index) => ({ contentType: 'image/png', size: length, href: `${resourceURL}/payloadParts/${index + 1}` })) }),
    };
  }
}

function refusal(status: number, messageId: string, variable: string): Response {
  return Response.json({ requestError: { [status === 403 ? 'policyException' : 'serviceException']: { messageId, text: 'not possible: %1', variables: [variable] } } }, { status });
}
