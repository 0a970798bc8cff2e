import { requirement } from '@cpm/runtime-decider';
import { ALICE, BOB, CAROL, Notifications } from './ucn-bundle.fixture.js';

const DAVE = 'tel:+4915140000004' as typeof ALICE;
/** One left, and three wait for the end of its window. */
const collected = () => new Notifications().ask('a').ask('b', { sessionId: 'football' }).ask('c', { sender: CAROL }).ask('d', { sender: DAVE });
const leftOf = ({ left }: Notifications) => left.map(({ smsId }) => smsId.slice(BOB.length + 1));

requirement('CPM-MLD-029', () => {
  it('tells nothing of a sender whom the recipient has opted out of meanwhile, and of the others one by one', () => {
    const phone = collected();
    phone.optOuts = { all: false, scopes: [CAROL] };
    phone.pass(60_000);
    expect(leftOf(phone)).toEqual(['a', 'b', 'd']);
    expect(phone.told).toEqual(['c 1 failed']);
  });

  it.each([['football', ['a', 'c', 'd'], ['b 1 failed']], [ALICE, ['a', expect.stringMatching(/^summary/)], []]])('takes the group session of a notification for its sender: %s', (scope, left, told) => {
    const phone = collected();
    phone.optOuts = { all: false, scopes: [scope] };
    phone.pass(60_000);
    expect(leftOf(phone)).toEqual(left);
    expect(phone.told).toEqual(told);
  });

  it('tells nothing of anybody where the recipient wants no SMS at all, also when the SMSC wanted the summary later', () => {
    const phone = collected().pass(60_000).refuse('later');
    phone.optOuts = { all: true, scopes: [] };
    phone.pass(10_000);
    expect(phone.left).toHaveLength(2);
    expect(phone.told.toSorted()).toEqual(['b 1 failed', 'c 1 failed', 'd 1 failed']);
  });

  it('hands everybody whose message a summary tells of to the screening, and nobody else', () => {
    const phone = collected().ask('e', { sender: CAROL }).pass(60_000);
    expect(phone.left.map(({ senders }) => senders)).toEqual([undefined, [ALICE, CAROL, DAVE]]);
  });

  it('tells of the others one by one where the screening refuses one of its senders', () => {
    const phone = collected().ask('e', { sender: CAROL }).pass(60_000).refuse('never', -1, [CAROL]);
    expect(phone.told).toEqual(['c 1 failed', 'e 1 failed']);
    expect(leftOf(phone).slice(2)).toEqual(['b', 'd']);
    phone.accept();
    expect(phone.told.at(-1)).toBe('d 1 submitted');
  });

  it('tells of none that was cancelled before it leaves alone', () => {
    const phone = collected().pass(60_000).cancel('b').refuse('never', -1, [CAROL]);
    expect(leftOf(phone).slice(2)).toEqual(['d']);
    expect(phone.told.toSorted()).toEqual(['b 1 cancelled', 'c 1 failed']);
  });

  it('fails for all of them where the screening refuses all', () => {
    const phone = collected().pass(60_000).refuse('never', -1, [ALICE, CAROL, DAVE]);
    expect(phone.told).toEqual(['b 1 failed', 'c 1 failed', 'd 1 failed']);
    expect(phone.left).toHaveLength(2);
  });
});
