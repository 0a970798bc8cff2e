import { requirement } from '@cpm/runtime-decider';
import { alice, BoxStage, phone, tablet } from '../box-stage.fixture.js';

let stage: BoxStage;
beforeAll(async () => {
  stage = await BoxStage.start();
}, 120_000);
afterAll(() => stage.stop());
beforeEach(() => stage.nextBob());

const SEEN = '/objects/in-m1/flags/%5CSeen';
const flags = async () => (await stage.call('GET', '/objects/in-m1/flags')).body.flagList.flag as string[];
const bulkUpdate = (operation: string, flag: string[], selection: object, device = phone) => stage.call('POST', '/objects/operations/bulkUpdate', { bulkUpdate: { operation, flags: { flag }, ...selection } }, { device });
const references = (...ids: string[]) => ({ objects: { objectReference: ids.map((id) => ({ resourceURL: `http://any.example/nms/v1/x/${encodeURIComponent(stage.bob)}/objects/${id}` })) } });

requirement('CPM-MLD-017', () => {
  it('shows on every device at once what one has read, and again what it has not', async () => {
    await stage.receive(stage.message('m1'));
    expect(await flags()).toEqual([]);
    expect((await stage.call('PUT', SEEN)).status).toBe(204);
    expect((await stage.call('GET', SEEN, undefined, { device: tablet })).body).toEqual({ flag: '\\Seen' });
    expect((await stage.call('DELETE', SEEN, undefined, { device: tablet })).status).toBe(204);
    expect(await flags()).toEqual([]);
    expect((await stage.call('GET', SEEN)).status).toBe(404);
  });

  it('takes a whole list for single changes, and forgets by it nothing that was read, answered, forwarded or reported', async () => {
    await stage.receive(stage.message('m1'));
    const growing = ['\\Seen', '\\Answered', '$Forwarded', '$MDNSent', '\\read-report-sent'];
    const put = await stage.call('PUT', '/objects/in-m1/flags', { flag: [...growing, '\\Flagged', '$mine'] });
    expect(put).toMatchObject({ status: 200, body: { flagList: { flag: [...growing, '\\Flagged', '$mine'], resourceURL: expect.stringMatching(/\/objects\/in-m1\/flags$/) } } });
    expect((await stage.call('PUT', '/objects/in-m1/flags', { flagList: { flag: ['$other'] } })).body.flagList.flag.sort()).toEqual([...growing, '$other'].sort());
    expect(await bulkUpdate('RemoveFlag', growing, references('in-m1'))).toMatchObject({ status: 200 });
    expect(await flags()).toEqual(['$other']);
  });

  it('keeps what several devices set at the same time', async () => {
    await stage.receive(stage.message('m1'));
    const both = await Promise.all(Array.from({ length: 10 }, (_, at) => stage.call('PUT', `/objects/in-m1/flags/$k${at}`, undefined, { device: at % 2 === 0 ? phone : tablet })));
    expect(both.map(({ status }) => status)).toEqual(Array(10).fill(204));
    expect((await flags()).sort()).toEqual(Array.from({ length: 10 }, (_, at) => `$k${at}`));
  });

  it('lets a removal win over flags, before, after and at the same time', async () => {
    await stage.receive(stage.message('m1'), stage.message('m2'));
    const [removed] = await Promise.all([stage.call('DELETE', '/objects/in-m1'), stage.call('PUT', SEEN, undefined, { device: tablet })]);
    expect(removed.status).toBe(204);
    expect((await stage.call('GET', '/objects/in-m1')).status).toBe(404);
    expect((await stage.call('PUT', SEEN)).status).toBe(404);
    expect(await bulkUpdate('AddFlag', ['\\Seen'], references('in-m1', 'in-m2'))).toMatchObject({
      status: 206, body: { bulkResponseList: { response: [{ code: 404, reason: 'Not Found', failure: { requestError: { serviceException: { messageId: 'SVC0004' } } } }, { code: 200, success: { resourceURL: expect.stringContaining('/in-m2') } }] } },
    });
  });

  it('flags and removes reports like any object', async () => {
    await stage.send(stage.sent('m1', { dispositionNotification: ['positive-delivery'] }));
    await stage.report('m1', 'delivered');
    const report = `/objects/${encodeURIComponent('imdn-m1|delivered')}`;
    expect((await stage.call('PUT', `${report}/flags/%5CFlagged`)).status).toBe(204);
    expect((await stage.call('GET', report)).body.object).toMatchObject({ correlationId: 'm1', flags: { flag: ['\\Seen', '\\Flagged'] } });
    expect((await stage.call('DELETE', report)).status).toBe(204);
    expect((await stage.call('GET', report)).status).toBe(404);
    expect((await stage.call('GET', '/objects/out-m1')).body.object.attributes.attribute).toContainEqual({ name: 'X-CPM-Delivered', value: ['1 of 1'] });
  });

  it('changes what a search finds', async () => {
    await stage.receive(stage.message('m1', { sentAt: 1 }), stage.message('m2', { sentAt: 2 }), stage.message('m3', { from: alice, sentAt: 3 }));
    const unread = { selectionCriteria: { maxEntries: 2, searchCriteria: { operator: 'Not', criterion: [{ type: 'Flag', value: '\\Seen' }] } } };
    const first = await bulkUpdate('AddFlag', ['\\Seen'], unread);
    expect(first.body.bulkResponseList).toMatchObject({ response: [{ code: 200 }, { code: 200 }], cursor: expect.any(String) });
    expect((await bulkUpdate('AddFlag', ['\\Seen'], unread)).body.bulkResponseList.response).toHaveLength(1);
    expect((await bulkUpdate('AddFlag', ['\\Seen'], unread)).body.bulkResponseList).toEqual({ response: [] });
  });
});

it.each([
  ['PUT', '/objects/in-m1/flags/%5CRecent', undefined, 'flagName'], ['PUT', '/objects/in-m1/flags/a%20b', undefined, 'flagName'],
  ['PUT', `/objects/in-m1/flags/${'x'.repeat(65)}`, undefined, 'flagName'], ['PUT', '/objects/in-m1/flags', { flag: ['ok', 'ü'] }, 'flag[1]'],
  ['PUT', '/objects/in-m1/flags', { flag: Array.from({ length: 65 }, (_, at) => `f${at}`) }, 'flag'], ['PUT', '/objects/in-m1/flags', {}, 'flag'],
  ['POST', '/objects/operations/bulkUpdate', { bulkUpdate: { operation: 'SetFlag', flags: { flag: ['a'] }, objects: { objectReference: [{ path: '/main/x/in-m1' }] } } }, 'bulkUpdate.operation'],
  ['POST', '/objects/operations/bulkUpdate', { bulkUpdate: { operation: 'AddFlag', flags: { flag: ['a'] } } }, 'bulkUpdate'],
  ['POST', '/objects/operations/bulkUpdate', { bulkUpdate: { operation: 'AddFlag', flags: { flag: ['a'] }, objects: { objectReference: [{ resourceURL: 'nowhere' }] } } }, 'bulkUpdate.objects.objectReference[0].resourceURL'],
] as const)('refuses %s %s %j and names %s', async (method, path, body, variable) => {
  await stage.receive(stage.message('m1'));
  expect(await stage.call(method, path, body)).toMatchObject({ status: 400, body: { requestError: { serviceException: { messageId: 'SVC0002', variables: [variable] } } } });
});

it('lets an object have 64 flags and not one more', async () => {
  await stage.receive(stage.message('m1'));
  await stage.call('PUT', '/objects/in-m1/flags', { flag: Array.from({ length: 64 }, (_, at) => `f${at}`) });
  expect((await stage.call('PUT', '/objects/in-m1/flags/more')).status).toBe(400);
  expect((await bulkUpdate('AddFlag', ['more'], references('in-m1'))).body.bulkResponseList.response).toMatchObject([{ code: 400 }]);
});

it('belongs to its user alone', async () => {
  await stage.receive(stage.message('m1'));
  expect(await stage.call('PUT', SEEN, undefined, { user: alice })).toMatchObject({ status: 403, body: { requestError: { policyException: { messageId: 'POL0001' } } } });
  expect(await flags()).toEqual([]);
});
