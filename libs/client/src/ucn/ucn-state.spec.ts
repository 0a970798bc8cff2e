import { ucnRef } from '@cpm/message-tags';
import { requirement } from '@cpm/runtime-decider';
import type { StoredObject, Ucn } from '../store/stored.js';
import { afterLost, afterObtained, originalsToObtain, originalsObtainedElsewhere, refsOfGone } from './ucn-state.js';

const ucn = (refs: readonly string[], more: Partial<Ucn> = {}): Ucn => ({ id: 's', from: '+49', text: '', at: '2026-03-02T09:15:30Z', refs, state: 'waiting', ...more });
const object = (ref: string, flags: readonly string[] = [], direction = 'In'): StoredObject =>
  ({ id: `o${ref}`, folder: 'main', folderPath: '/main', lastModSeq: 1, flags, attributes: { 'X-UCN-Ref': [ref], Direction: [direction] }, payloadParts: [], search: 1 });

requirement('CPM-MLD-034', () => {
  it.each<readonly [string, Ucn, readonly StoredObject[], readonly string[], readonly string[]]>([
    ['whose original is here', ucn(['#A']), [object('#A'), object('#B')], ['#A'], []],
    ['whose original is not here', ucn(['#A']), [object('#B')], [], []],
    ['whose original was got by the link', ucn(['#A']), [object('#A', ['$UCN-Obtained'])], [], ['#A']],
    ['of several, one here', ucn(['#A', '#B']), [object('#B')], ['#B'], []],
    ['that is over', ucn(['#A'], { state: 'unavailable' }), [object('#A')], [], []],
    ['that the user removed', ucn(['#A'], { isRemoved: true }), [object('#A')], ['#A'], []],
    ['without a reference', ucn([]), [object('#A')], [], []],
    ['of what the user sent', ucn(['#A']), [object('#A', [], 'Out')], [], []],
  ])('obtains for a notification %s', (_, one, objects, toObtain, elsewhere) => {
    expect(originalsToObtain([one], objects).map(({ ref }) => ref)).toEqual(toObtain);
    expect(originalsObtainedElsewhere([one], objects).map(({ ref }) => ref)).toEqual(elsewhere);
  });

  it.each<readonly [string, Ucn, object]>([
    ['goes with its original', ucn(['#A']), { put: [], remove: ['s'] }],
    ['waits for the others', ucn(['#A', '#B']), { put: [ucn(['#B'])], remove: [] }],
    ['tells of one that was lost before', ucn(['#A'], { hasLost: true }), { put: [ucn([], { hasLost: true, state: 'unavailable' })], remove: [] }],
    ['that is of something else stays', ucn(['#C']), { put: [], remove: [] }],
    ['that is over stays', ucn(['#A'], { state: 'unavailable' }), { put: [], remove: [] }],
  ])('once that is obtained: a notification %s', (_, one, expected) => expect(afterObtained([one], ['#A'])).toEqual(expected));

  it.each<readonly [string, Ucn, object]>([
    ['says so', ucn(['#A']), { put: [ucn([], { hasLost: true, state: 'unavailable' })], remove: [] }],
    ['waits for the others', ucn(['#A', '#B']), { put: [ucn(['#B'], { hasLost: true })], remove: [] }],
    ['that the user removed says nothing', ucn(['#A'], { isRemoved: true }), { put: [], remove: ['s'] }],
  ])('once that is gone: a notification %s', (_, one, expected) => expect(afterLost([one], ['#A'])).toEqual(expected));

  it('knows what is gone by its Message-ID', () => {
    expect(refsOfGone([{ id: 'o', correlationId: 'm1' }, { id: 'p' }], 'tel:+49')).toEqual([ucnRef('m1', 'tel:+49')]);
  });
});
