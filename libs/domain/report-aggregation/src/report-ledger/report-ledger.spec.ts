import fc from 'fast-check';
import { classOf, DEFAULT_POLICY, dispositionRequest, requestFor, type CpmAddress, type DeviceId, type DispositionRequest } from '@cpm/vocabulary';
import { fold, requirement } from '@cpm/runtime-decider';
import type { DispositionEvidence } from '@cpm/contracts-report-aggregation';
import { ledger, ledgerId, reportLedger, type LedgerEvent } from './report-ledger.js';

const alice = 'tel:+4915110000001' as CpmAddress;
const bob = 'tel:+4915110000002' as CpmAddress;
const alicesTablet = 'urn:uuid:00000000-0000-4000-8000-0000000000a2' as DeviceId;
const phone = 'urn:uuid:00000000-0000-4000-8000-0000000000b1' as DeviceId;
const tablet = 'urn:uuid:00000000-0000-4000-8000-0000000000b2' as DeviceId;
const ALL: DispositionRequest[] = ['positive-delivery', 'negative-delivery', 'display', 'interworking'];

type Item = DispositionEvidence['items'][number];
const item = (status: Item['status'], how: Partial<Item> = {}): Item => ({ status, device: tablet, via: 'IP', permitted: true, at: 1000, ...how });
const evidence = (items: Item[], requested = ALL, recipient = bob): DispositionEvidence => ({
  messageId: 'm1', sender: alice, recipient, originDevice: alicesTablet, service: 'standalone', requested, items,
});

const about = (recipient: CpmAddress) => ({ recipient, messageId: 'm1', sender: alice });

/** Feeds evidence one record after the other; answers every event in order. */
function history(records: DispositionEvidence[]): LedgerEvent[] {
  let state = reportLedger.initial;
  return records.flatMap((record) => {
    const events = reportLedger.decide({ evidence: record, now: 5000 }, state);
    state = events.reduce(reportLedger.evolve, state);
    return events;
  });
}
const released = (events: LedgerEvent[]) => events.flatMap((event) => (event.type === 'ReportReleased' ? [event.report.status] : []));
const suppressed = (events: LedgerEvent[]) => events.flatMap((event) => (event.type === 'ReportSuppressed' ? [`${event.item.status}: ${event.reason}`] : []));
const told = (items: Item[], requested = ALL) => {
  const events = history(items.map((each) => evidence([each], requested)));
  return { released: released(events), suppressed: suppressed(events) };
};

const items = fc.array(
  fc.record({
    status: fc.constantFrom<Item['status']>('delivered', 'displayed', 'failed', 'interworked', 'stored'),
    device: fc.constantFrom(phone, tablet),
    via: fc.constantFrom<Item['via']>('IP', 'SMS', 'UCN', 'EXPIRY'),
    permitted: fc.boolean(),
    at: fc.nat(1_000_000),
  }),
  { minLength: 1, maxLength: 12 },
);
const asked = fc.uniqueArray(fc.constantFrom(...dispositionRequest.options));
/** The same evidence in any order, any multiplicity, and cut into records anywhere. */
const course = fc.tuple(items, asked, fc.infiniteStream(fc.boolean())).map(([all, requested, cuts]) => {
  const records: Item[][] = [[]];
  for (const each of all) {
    if (cuts.next().value && records.at(-1)?.length) records.push([]);
    records.at(-1)?.push(each);
  }
  return { all, requested, records: records.map((part) => evidence(part, requested)) };
});

requirement('CPM-MLD-004', () => {
  it('lets the first delivery report out and suppresses those of the other devices', () => {
    expect(told([item('delivered'), item('delivered', { device: phone }), item('delivered')])).toEqual({
      released: ['delivered'], suppressed: ['delivered: already-reported', 'delivered: already-reported'],
    });
  });

  it('says nothing of the recipient\'s devices to the sender', () => {
    const [event] = history([evidence([item('delivered')])]);
    const context = { now: 5000, policy: DEFAULT_POLICY, id: ledgerId(about(bob)), view: undefined, open: [] };
    expect(event && ledger.react(event, reportLedger.initial, context)).toEqual([
      expect.objectContaining({
        payload: { reportId: `m1|${bob}|delivery`, messageId: 'm1', sender: alice, recipient: bob, originDevice: alicesTablet, service: 'standalone', status: 'delivered', at: 1000 },
      }),
    ]);
  });

  it.each([
    ['nothing asked', [], [item('delivered')], [], ['delivered: not-requested']],
    ['only failures asked', ['negative-delivery'], [item('delivered')], [], ['delivered: not-requested']],
    ['failure after an untold delivery', ['negative-delivery'], [item('delivered'), item('failed')], [], ['delivered: not-requested', 'failed: negative-after-positive']],
    ['failure not asked, delivered after all', ['positive-delivery'], [item('failed'), item('delivered')], ['delivered'], ['failed: not-requested']],
    ['failure told is final', ALL, [item('failed'), item('delivered')], ['failed'], ['delivered: positive-after-negative']],
    ['failure twice', ALL, [item('failed'), item('failed')], ['failed'], ['failed: already-reported']],
    ['handed over, then delivered', ALL, [item('interworked', { via: 'SMS' }), item('delivered', { via: 'SMS' })], ['interworked', 'delivered'], []],
    ['handed over after delivery', ALL, [item('delivered'), item('interworked', { via: 'SMS' })], ['delivered'], ['interworked: superseded']],
    ['handed over after an untold delivery', ['interworking'], [item('delivered'), item('interworked')], [], ['delivered: not-requested', 'interworked: superseded']],
  ] satisfies [string, DispositionRequest[], Item[], string[], string[]][])('%s', (_, requested, all, out, held) => {
    expect(told(all, requested)).toEqual({ released: out, suppressed: held });
  });

  it('never lets out two of a class, what was not asked, or a failure of what arrived', () => {
    fc.assert(fc.property(course, ({ all, requested, records }) => {
      const out = released(history(records));
      const classes = out.map(classOf);
      expect(new Set(classes).size).toBe(classes.length);
      for (const status of out) expect(requested).toContain(requestFor(status));
      const failedAt = out.indexOf('failed');
      if (failedAt >= 0) expect(out.slice(0, failedAt)).not.toContain('displayed');
      const firstArrival = all.findIndex(({ status }) => status === 'delivered' || status === 'displayed');
      const firstFailure = all.findIndex(({ status }) => status === 'failed');
      if (firstArrival >= 0 && firstArrival < firstFailure) expect(out).not.toContain('failed');
    }));
  });

  it('always lets a delivery out that was asked for, happened and was not told otherwise', () => {
    fc.assert(fc.property(course, ({ all, requested, records }) => {
      fc.pre(requested.includes('positive-delivery') && all.some(({ status, permitted }) => (status === 'delivered' && permitted) || status === 'displayed'));
      fc.pre(!all.some(({ status, permitted }) => status === 'delivered' && !permitted));
      expect(released(history(records)).filter((status) => classOf(status) === 'delivery')).toHaveLength(1);
    }));
  });

  it('decides the same however the evidence is cut into records', () => {
    fc.assert(fc.property(course, ({ all, requested, records }) => {
      expect(released(history(records))).toEqual(released(history([evidence(all, requested)])));
    }));
  });
});

requirement('CPM-MLD-005', () => {
  it('lets one read report out for displays on several devices', () => {
    expect(told([item('delivered'), item('displayed'), item('displayed', { device: phone })])).toEqual({
      released: ['delivered', 'displayed'], suppressed: ['displayed: already-reported'],
    });
  });

  it('tells delivered before displayed when the display comes first', () => {
    expect(told([item('displayed'), item('delivered')])).toEqual({ released: ['delivered', 'displayed'], suppressed: ['delivered: already-reported'] });
  });

  it('counts a display that privacy keeps back as delivery', () => {
    expect(told([item('displayed', { permitted: false })])).toEqual({ released: ['delivered'], suppressed: ['displayed: not-permitted'] });
    expect(told([item('displayed')], ['positive-delivery'])).toEqual({ released: ['delivered'], suppressed: ['displayed: not-requested'] });
  });

  it('does not release retroactively when privacy is switched on later', () => {
    expect(told([item('displayed', { permitted: false }), item('displayed', { device: phone })], ['display'])).toEqual({
      released: [], suppressed: ['displayed: not-permitted', 'displayed: not-permitted'],
    });
  });

  it('never tells of a display unless the first one was permitted, and never before delivery', () => {
    fc.assert(fc.property(course, ({ all, requested, records }) => {
      const out = released(history(records));
      const first = all.find(({ status }) => status === 'displayed');
      expect(out.includes('displayed')).toBe(requested.includes('display') && first?.permitted === true);
      if (out.includes('displayed') && out.includes('delivered')) expect(out.indexOf('delivered')).toBeLessThan(out.indexOf('displayed'));
    }));
  });
});

requirement('CPM-MLD-030', () => {
  const ucn = item('delivered', { via: 'UCN', device: phone });

  it('reports delivery when the UCN got through and no Secondary reported before', () => {
    expect(told([ucn])).toEqual({ released: ['delivered'], suppressed: [] });
  });

  it.each([
    ['the Secondary first', [item('delivered'), ucn]],
    ['the UCN first', [ucn, item('delivered')]],
    ['the UCN first, the content later on the same device', [ucn, item('delivered', { device: phone })]],
  ])('lets one report out: %s', (_, all) => {
    expect(told(all)).toEqual({ released: ['delivered'], suppressed: ['delivered: already-reported'] });
  });

  it('does not take the credit back when the content expires', () => {
    expect(told([ucn, item('failed', { via: 'EXPIRY' })])).toEqual({ released: ['delivered'], suppressed: ['failed: negative-after-positive'] });
  });

  it('names the loser of the race in the journal', () => {
    const events = history([evidence([ucn]), evidence([item('delivered')])]);
    const context = { now: 5000, policy: DEFAULT_POLICY, id: ledgerId(about(bob)), view: undefined, open: [] };
    expect(events.map((event) => ledger.journalOf?.(event, context, ledger.decider.initial))).toEqual([
      { at: 5000, step: 'report "delivered" released to the sender', device: phone, form: 'UCN' },
      { at: 5000, step: 'report "delivered" suppressed', device: tablet, form: 'IP', reason: 'already-reported' },
    ]);
  });
});

const carol = 'tel:+4915110000003' as CpmAddress;

requirement('CPM-MLD-024', () => {
  it('keeps one ledger per participant', () => {
    expect(ledgerId(about(bob))).not.toBe(ledgerId(about(carol)));
    expect([bob, carol].map((recipient) => released(history([evidence([item('delivered'), item('delivered', { device: phone })], ALL, recipient)])))).toEqual([
      ['delivered'], ['delivered'],
    ]);
  });
});

requirement('CPM-MLD-025', () => {
  it('lets one read report per participant out', () => {
    expect([bob, carol].map((recipient) => released(history([evidence([item('displayed'), item('displayed', { device: phone })], ['display'], recipient)])))).toEqual([
      ['displayed'], ['displayed'],
    ]);
  });
});

describe('the ledger as an aggregate', () => {
  it('names user and message by its id', () => {
    expect([ledger.ownerOf(ledgerId(about(bob))), ledger.messageOf?.(ledgerId(about(bob)))]).toEqual([bob, 'm1']);
  });

  it('is another one for a message of the same id that was refused, so that nobody silences the reports of somebody else', () => {
    const eve = 'tel:+4915110000004' as CpmAddress;
    const refused = ledgerId({ ...about(bob), sender: eve, refused: true });
    expect([ledgerId({ ...about(bob), sender: eve }), refused]).toEqual([ledgerId(about(bob)), expect.not.stringMatching(`^${ledgerId(about(bob))}$`)]);
    expect([ledger.ownerOf(refused), ledger.messageOf?.(refused)]).toEqual([bob, 'm1']);
  });

  it('is kept 35 days after the last evidence by the log\'s time', () => {
    const events = history([evidence([item('delivered', { at: 1 })])]);
    expect(ledger.removableAt?.(fold(reportLedger, events))).toBe(5000 + 35 * 86_400_000);
    expect(ledger.removableAt?.(reportLedger.initial)).toBeUndefined();
  });
});

it('counts each report by what became of it', () => {
  const events = history([evidence([item('displayed')]), evidence([item('delivered'), item('failed')], ['display', 'negative-delivery'])]);
  const counts = events.flatMap((event) => ledger.countsOf?.(event, reportLedger.initial) ?? []);
  expect(counts.map(({ metric, labels, by }) => [metric, labels['status'], labels['outcome'], by].join(' '))).toEqual([
    'cpm_reports_total delivered released 1', 'cpm_reports_total displayed released 1',
    'cpm_reports_total delivered not-requested 1', 'cpm_reports_total failed negative-after-positive 1',
  ]);
});
