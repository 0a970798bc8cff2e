import { requirement } from '@cpm/runtime-decider';
import type { AccessState } from '@cpm/vocabulary';
import { connection, cs, evidence, seconds, type Said } from './access.fixture.js';
import { effectiveAccess } from './effective-access.js';
import type { Evidence } from './evidence.js';

const at = (second: number, ...said: Evidence[]) => {
  const { ip, cs: csVerdict } = effectiveAccess(said, seconds(second));
  return { ip: ip.state, cs: csVerdict.state };
};
const hint = (second: number, state: 'AVAILABLE' | 'UNAVAILABLE', until?: number) =>
  evidence({ at: second, state, confidence: 'HINT', source: 't8', ...(until !== undefined && { until }) });
const suspect = (second: number) => evidence({ at: second, state: 'SUSPECT', source: 'push-timeout', confidence: 'HINT' });
const receipt = (second: number, state: AccessState, more: Partial<Said> = {}) => cs(second, state, { source: 'smpp-receipt', ...more });
const radio = (second: number, state: AccessState, more: Partial<Said> = {}) => cs(second, state, { source: 't8', confidence: 'HINT', ...more });
const other = { source: 'connection/2' };
const registration = (second: number, state: 'AVAILABLE' | 'UNAVAILABLE', until?: number) =>
  evidence({ at: second, state, source: 'reginfo', ...(until !== undefined && { until }) });

requirement('CPM-MLD-035', () => {
  it.each<[string, Evidence[], string]>([
    ['nothing was ever said', [], 'UNKNOWN'],
    ['a connection is open', [connection(1)], 'AVAILABLE'],
    ['its only connection closed', [connection(1, 'UNAVAILABLE')], 'UNAVAILABLE'],
    ['one of two connections closed, the older', [connection(1, 'UNAVAILABLE'), connection(2, 'AVAILABLE', other)], 'AVAILABLE'],
    ['one of two connections closed, the newer', [connection(1), connection(2, 'UNAVAILABLE', other)], 'AVAILABLE'],
    ['the lease of its connection runs', [connection(1, 'AVAILABLE', { until: 21 })], 'AVAILABLE'],
    ['the lease of its connection ran out', [connection(1, 'AVAILABLE', { until: 20 })], 'UNAVAILABLE'],
    ['only radio was seen', [hint(1, 'AVAILABLE')], 'UNKNOWN'],
    ['only radio was lost', [hint(1, 'UNAVAILABLE')], 'UNAVAILABLE'],
    ['radio was lost, long ago', [hint(1, 'UNAVAILABLE', 20)], 'UNKNOWN'],
    ['radio was lost while a connection lives, over Wi-Fi', [connection(1), hint(2, 'UNAVAILABLE')], 'AVAILABLE'],
    ['radio was seen after its connection closed', [connection(1, 'UNAVAILABLE'), hint(2, 'AVAILABLE')], 'UNAVAILABLE'],
    ['it is registered with IMS', [registration(1, 'AVAILABLE', 100)], 'AVAILABLE'],
    ['its IMS registration ran out', [registration(1, 'AVAILABLE', 20)], 'UNKNOWN'],
    ['it left IMS, and still is connected', [connection(1), registration(2, 'UNAVAILABLE')], 'AVAILABLE'],
    ['its connection closed, and it registered with IMS after', [connection(1, 'UNAVAILABLE'), registration(2, 'AVAILABLE')], 'AVAILABLE'],
    ['it registered with IMS, and its connection closed after', [registration(1, 'AVAILABLE'), connection(2, 'UNAVAILABLE')], 'UNAVAILABLE'],
    ['a push was not acknowledged', [connection(1), suspect(2)], 'SUSPECT'],
    ['a push was not acknowledged in the same instant', [connection(2), suspect(2)], 'SUSPECT'],
    ['it connected again after the suspicion', [connection(1), suspect(2), connection(3, 'AVAILABLE', other)], 'AVAILABLE'],
    ['an older connection lives on after the suspicion', [connection(1), suspect(3), connection(2, 'AVAILABLE', other)], 'SUSPECT'],
    ['its connection closed after the suspicion', [suspect(2), connection(3, 'UNAVAILABLE')], 'UNAVAILABLE'],
    ['a suspicion is all there is', [suspect(2)], 'UNKNOWN'],
  ])('over IP, when %s', (_, said, expected) => {
    expect(at(20, ...said).ip).toBe(expected);
    expect(at(20, ...said.toReversed()).ip).toBe(expected);
  });

  it.each<[string, Evidence[], string]>([
    ['nothing was ever said', [], 'UNKNOWN'],
    ['the network hints that it is there', [cs(1, 'AVAILABLE', { confidence: 'HINT' })], 'AVAILABLE'],
    ['the newer of two sources says it is gone', [cs(1, 'AVAILABLE'), cs(2, 'UNAVAILABLE', { source: 'smpp-receipt' })], 'UNAVAILABLE'],
    ['a receipt proved it, and a newer hint denies it', [receipt(1, 'AVAILABLE'), radio(2, 'UNAVAILABLE', { cause: 'purged' })], 'UNAVAILABLE'],
    ['a hint denied it, and a newer receipt proves it', [radio(1, 'UNAVAILABLE'), receipt(2, 'AVAILABLE')], 'AVAILABLE'],
    ['a hint denies it in the instant of a proof', [receipt(1, 'AVAILABLE'), radio(1, 'UNAVAILABLE')], 'AVAILABLE'],
    ['the proof has expired', [receipt(1, 'AVAILABLE', { until: 20 }), radio(2, 'UNAVAILABLE')], 'UNAVAILABLE'],
    ['it was absent, and lost to the packet core since', [receipt(1, 'UNAVAILABLE', { cause: 'absent-subscriber' }), radio(3, 'UNKNOWN')], 'UNKNOWN'],
    ['it was absent, and reachable for a time since that is over', [receipt(1, 'UNAVAILABLE'), radio(3, 'AVAILABLE', { until: 20 })], 'UNKNOWN'],
    ['of two words of the same instant one has expired', [receipt(3, 'UNAVAILABLE'), radio(3, 'AVAILABLE', { confidence: 'DELIVERABLE', until: 20 })], 'UNAVAILABLE'],
    ['all that was said has expired', [cs(1, 'AVAILABLE', { until: 19 })], 'UNKNOWN'],
  ])('over CS, when %s', (_, said, expected) => {
    expect(at(20, ...said).cs).toBe(expected);
    expect(at(20, ...said.toReversed()).cs).toBe(expected);
  });

  const memory = (second: number) => cs(second, 'AVAILABLE', { source: 'nudm-ee', cause: 'memory-available' });
  it.each<[string, Evidence[], barred: string, memoryFull: string]>([
    ['and radio sees it', [radio(5, 'AVAILABLE', { confidence: 'DELIVERABLE' })], 'UNAVAILABLE', 'UNAVAILABLE'],
    ['and radio loses it', [radio(5, 'UNKNOWN')], 'UNAVAILABLE', 'UNAVAILABLE'],
    ['and another was before', [cs(1, 'AVAILABLE')], 'UNAVAILABLE', 'UNAVAILABLE'],
    ['and the SMSC alerts', [cs(5, 'AVAILABLE')], 'AVAILABLE', 'AVAILABLE'],
    ['and the SMSC has alerted, until a while ago', [cs(5, 'AVAILABLE', { until: 19 })], 'UNKNOWN', 'UNKNOWN'],
    ['and one is delivered', [receipt(5, 'AVAILABLE')], 'AVAILABLE', 'AVAILABLE'],
    ['and there is memory', [memory(5)], 'UNAVAILABLE', 'AVAILABLE'],
    ['and there was memory before', [memory(1)], 'UNAVAILABLE', 'UNAVAILABLE'],
  ])('over CS, when a short message was refused %s', (_, said, barred, memoryFull) => {
    const refused = (cause: string, until?: number) => cs(2, 'UNAVAILABLE', { source: 'smpp', cause, ...(until !== undefined && { until }) });
    for (const [cause, expected] of [['barred', barred], ['memory-full', memoryFull]] as const) {
      expect(at(20, refused(cause), ...said).cs).toBe(expected);
      expect(at(20, ...said, refused(cause)).cs).toBe(expected);
      expect(at(20, refused(cause, 20), ...said).cs).toBe(at(20, cs(2, 'UNAVAILABLE', { source: 'smpp', until: 20 }), ...said).cs);
    }
  });
});
