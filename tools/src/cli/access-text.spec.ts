import { requirement } from '@cpm/runtime-decider';
import type { DeviceId } from '@cpm/vocabulary';
import { accessLines } from './access-text.js';

const phone = 'urn:uuid:00000000-0000-4000-8000-000000000001' as DeviceId;
const tablet = 'urn:uuid:00000000-0000-4000-8000-000000000002' as DeviceId;

requirement('CPM-MLD-035', () => {
  it('shows an operator the access, the evidence for it with its source, cause and validity, and why it changed', () =>
    expect(accessLines({
      devices: [
        {
          id: phone, role: 'primary', ip: 'UNAVAILABLE', cs: 'AVAILABLE', holdUntil: '2026-03-02T09:00:15.000Z',
          evidence: [
            { access: 'CS', source: 't8', state: 'AVAILABLE', confidence: 'DELIVERABLE', observedAt: '2026-03-02T09:00:00.000Z', staleAt: '2026-03-02T15:00:00.000Z', expired: false },
            { access: 'CS', source: 'smpp-receipt', cause: 'absent-subscriber', state: 'UNAVAILABLE', confidence: 'DELIVERABLE', observedAt: '2026-03-01T09:00:00.000Z', staleAt: '2026-03-01T15:00:00.000Z', expired: true },
            { access: 'IP', source: 'reginfo', state: 'AVAILABLE', confidence: 'DELIVERABLE', observedAt: '2026-03-01T08:00:00.000Z', validUntil: '2026-03-01T08:10:00.000Z', expired: true },
          ],
        },
        { id: tablet, role: 'secondary', ip: 'UNKNOWN', cs: 'UNKNOWN', evidence: [] },
      ],
      recent: [{ at: '2026-03-02T09:00:00.000Z', device: phone, ip: 'UNAVAILABLE', cs: 'AVAILABLE', holdUntil: '2026-03-02T09:00:15.000Z', reason: 'ip-preference-hold-started', source: 't8' }],
    })).toEqual([
      `${phone}  primary  IP UNAVAILABLE  CS AVAILABLE  IP awaited until 2026-03-02T09:00:15.000Z`,
      '  CS  AVAILABLE    DELIVERABLE  t8                               observed 2026-03-02T09:00:00.000Z  believed until 2026-03-02T15:00:00.000Z',
      '  CS  UNAVAILABLE  DELIVERABLE  smpp-receipt: absent-subscriber  observed 2026-03-01T09:00:00.000Z  silent for too long since 2026-03-01T15:00:00.000Z',
      '  IP  AVAILABLE    DELIVERABLE  reginfo                          observed 2026-03-01T08:00:00.000Z  ran out 2026-03-01T08:10:00.000Z',
      `${tablet}  secondary  IP UNKNOWN  CS UNKNOWN`,
      '  no evidence',
      'last changes',
      `  2026-03-02T09:00:00.000Z  ${phone}  IP UNAVAILABLE  CS AVAILABLE  ip-preference-hold-started (t8)  IP awaited until 2026-03-02T09:00:15.000Z`,
    ]));

  it('says so when nothing is known', () => expect(accessLines({ devices: [], recent: [] })).toEqual(['nothing changed yet']));
});
