import { reginfo } from '@cpm/contracts-access-awareness';
import { requirement } from '@cpm/runtime-decider';
import { MIA, PHONE, TABLET } from '../access-state/access.fixture.js';
import { linesOf, RECEIVED } from './evidence.fixture.js';
import { reginfoEvidence } from './reginfo-evidence.js';

const instance = (text: string) => ({ 'unknown-param': [{ name: '+g.3gpp.smsip', text: '' }, { name: '+sip.instance', text }] });
const contact = (device: string, more: Record<string, unknown> = {}) => ({ state: 'active', event: 'registered', ...instance(`"<${device}>"`), ...more });
const registration = (aor: string, contacts: Record<string, unknown>[], state = 'active') => ({ aor, state, contact: contacts });
const read = (state: string, ...registrations: Record<string, unknown>[]) => linesOf(reginfoEvidence(reginfo.parse({ state, registration: registrations }), RECEIVED));

const phone = contact(PHONE, { expires: '600' });
const up = `${PHONE} IP AVAILABLE DELIVERABLE until 09:40:00 because registered`;

requirement('CPM-MLD-035', () => {
  it.each<[string, string[], string[]]>([
    ['a contact that is registered', read('partial', registration(MIA, [phone])), [up]],
    ['one without an end', read('partial', registration(MIA, [contact(PHONE)])), [`${PHONE} IP AVAILABLE DELIVERABLE because registered`]],
    ['one that has just expired', read('partial', registration(MIA, [contact(PHONE, { expires: '0', event: 'expired' })])), [`${PHONE} IP UNAVAILABLE DELIVERABLE because expired`]],
    ['one that has left, and says nothing of its CS although short messages took IP',
      read('partial', registration(MIA, [contact(PHONE, { state: 'terminated', event: 'unregistered' })])), [`${PHONE} IP UNAVAILABLE DELIVERABLE because unregistered`]],
    ['one that its registration takes along', read('partial', registration(MIA, [phone], 'terminated')),
      [`${PHONE} IP UNAVAILABLE DELIVERABLE because registered`, `restated UNAVAILABLE except ${PHONE}`]],
    ['a registration that has ended with all contacts', read('partial', registration(MIA, [], 'terminated')), ['restated UNAVAILABLE except']],
    ['all contacts there are', read('full', registration(MIA, [phone])), [up, `restated UNAVAILABLE except ${PHONE}`]],
    ['no contact at all', read('full', registration(MIA, [], 'init')), ['restated UNAVAILABLE except']],
    ['two identities of one subscriber', read('full', registration('sip:+4915110000001@ims.example;user=phone', [phone]), registration(MIA, [contact(TABLET, { expires: '60' })])),
      [up, `${TABLET} IP AVAILABLE DELIVERABLE until 09:31:00 because registered`, `restated UNAVAILABLE except ${PHONE} ${TABLET}`]],
    ['one identity of two that has ended', read('partial', registration('sip:+4915110000001@ims.example', [], 'terminated'), registration(MIA, [phone])), [up]],
    ['the same in another order', read('partial', registration(MIA, [phone]), registration('sip:+4915110000001@ims.example', [], 'terminated')), [up]],
    ['a contact that names no device', read('full', registration(MIA, [{ state: 'active' }])), ['restated UNAVAILABLE except', 'ignored no-device']],
    ['a contact that names something else', read('partial', registration(MIA, [contact('urn:esn:1')])), ['ignored no-device']],
    ['an identity that is no CPM Address', read('full', registration('sips:mia@ims.example', [phone])), ['ignored no-subscriber']],
    ['nothing', read('full'), []],
  ])('understands %s', (_, lines, expected) => expect(lines).toEqual(expected));

  it('numbers what it says by the version of the document', () => {
    const { observed, restated } = reginfoEvidence(reginfo.parse({ version: '7', state: 'full', registration: [registration(MIA, [phone])] }), RECEIVED);
    expect([...observed, ...restated].map(({ documentVersion }) => documentVersion)).toEqual([7, 7]);
    expect(reginfo.safeParse({ version: '-1', state: 'full' }).error?.issues[0]?.path).toEqual(['version']);
  });

  it.each([`"<${PHONE}>"`, `<${PHONE}>`, PHONE, ` "<${PHONE.toUpperCase()}>" `, `"<${PHONE};svn=42>"`])('reads the instance %s', (text) =>
    expect(read('partial', registration(MIA, [{ state: 'active', expires: '600', ...instance(text) }]))).toEqual([`${PHONE} IP AVAILABLE DELIVERABLE until 09:40:00`]));
});
