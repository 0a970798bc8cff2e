import { requirement } from '@cpm/runtime-decider';
import { OfflinePrimary } from './offline-primary.fixture.js';

const { plays } = OfflinePrimary;

requirement('CPM-MLD-035', () => {
  it('GSM comes first, then IP at 8 s: no SMS, and the message comes over IP', () => plays(async (bob) => {
    await bob.offline();
    const id = await bob.text();
    await bob.at(100);
    await bob.cs('AVAILABLE');
    await bob.at(108);
    await bob.connect();
    await bob.at(200);
    expect([bob.left, bob.pushed, bob.reports]).toEqual([[], ['108 message.received'], ['delivered']]);
    expect(bob.journey(id)).toEqual(expect.arrayContaining([
      '100 access: CS AVAILABLE, IP UNAVAILABLE [ip-preference-hold-started (t8)]', '100 held, waiting for IP [ip-preference]',
      '108 access: CS AVAILABLE, IP AVAILABLE [ip-available (connection)]', '108 pushed over IP [ip-available]',
    ]));
  }));

  it('IP never comes: SMS 15 s after CS', () => plays(async (bob) => {
    await bob.offline();
    await bob.text();
    await bob.at(100);
    await bob.cs('AVAILABLE');
    await bob.at(300);
    expect([bob.left, bob.pushed, bob.reports]).toEqual([['115 SMS'], [], ['delivered']]);
    expect(bob.accessChanges).toEqual(expect.arrayContaining(['100 ip-preference-hold-started (t8)', '115 ip-preference-hold-ended ()']));
  }));

  it.each([[true, [], ['108 message.received']], [false, ['115 SMS'], []]] as const)('the packet core has the phone back, and IP comes: %s', (comes, left, pushed) => plays(async (bob) => {
    await bob.offline();
    await bob.cs('AVAILABLE');
    await bob.at(100);
    await bob.radio();
    await bob.at(101);
    await bob.text();
    await bob.at(108);
    if (comes) await bob.connect();
    await bob.at(300);
    expect([bob.left, bob.pushed]).toEqual([left, pushed]);
  }));

  it('a phone that wakes for 10 s gets its SMS while it is awake', () => plays(async (bob) => {
    await bob.offline();
    await bob.text();
    await bob.at(100);
    await bob.cs('AVAILABLE', { until: 110 });
    await bob.at(300);
    expect(bob.left).toEqual(['105 SMS']);
  }));

  it('waits as long as the policy says', () => plays(async (bob) => {
    await bob.offline();
    await bob.text();
    await bob.at(100);
    await bob.cs('AVAILABLE');
    await bob.at(300);
    expect(bob.left).toEqual(['103.5 SMS']);
  }, { 'ip.preferenceSec': 3.5 }));

  it.each([
    ['does not give it back: it is not pushed as well', true, []],
    ['gives it back: it is pushed, and nothing comes by SMS', false, ['116 message.received']],
  ] as const)('IP comes at 16 s, when the SMS has just left and the SMSC %s', (_, keepsTexts, pushed) => plays(async (bob) => {
    bob.smsc.keepsReceipts = true;
    bob.smsc.keepsTexts = keepsTexts;
    await bob.offline();
    await bob.text();
    await bob.at(100);
    await bob.cs('AVAILABLE');
    await bob.at(116);
    await bob.connect();
    await bob.at(130);
    await bob.release('DELIVERED');
    await bob.at(300);
    expect([bob.left, bob.pushed, bob.reports]).toEqual([['115 SMS'], pushed, ['delivered']]);
  }));

  it('CS is told of late, after IP came: IP it stays, and nobody waits', () => plays(async (bob) => {
    await bob.offline();
    await bob.at(100);
    await bob.connect();
    await bob.cs('AVAILABLE', { observed: 95 });
    await bob.text();
    expect([bob.left, bob.pushed]).toEqual([[], ['100 message.received']]);
    expect(bob.accessChanges.filter((line) => line.includes('hold'))).toEqual([]);
  }));

  it('older news changes nothing', () => plays(async (bob) => {
    await bob.offline();
    await bob.text();
    await bob.at(100);
    await bob.cs('AVAILABLE');
    await bob.at(105);
    await bob.cs('UNAVAILABLE', { observed: 90 });
    await bob.at(300);
    expect(bob.left).toEqual(['115 SMS']);
  }));

  it('CS flaps five times in a minute: one wait, one SMS', () => plays(async (bob) => {
    await bob.offline();
    const id = await bob.text();
    for (let round = 0; round < 5; round += 1) {
      await bob.at(100 + round * 12);
      await bob.cs('AVAILABLE');
      await bob.at(104 + round * 12);
      await bob.cs('UNAVAILABLE');
    }
    await bob.at(400);
    expect(bob.left).toEqual(['115 SMS']);
    expect(bob.accessChanges.filter((line) => line.includes('hold-started'))).toEqual(['100 ip-preference-hold-started (t8)']);
    expect(bob.journey(id).filter((line) => line.includes('access:')).length).toBeLessThanOrEqual(5);
  }));

  it('the source on CS falls silent: CS is unknown, and the SMSC is asked to try', () => plays(async (bob) => {
    await bob.offline();
    const id = await bob.text();
    await bob.at(599);
    expect(bob.left).toEqual([]);
    await bob.at(700);
    expect(bob.left).toEqual(['600 SMS']);
    expect(bob.journey(id)).toEqual(expect.arrayContaining(['600 access: CS UNKNOWN, IP UNAVAILABLE [source-silent (t8)]']));
  }, { 'access.staleAfterSec': 600 }));
});

requirement('CPM-MLD-035', () => {
  it.each([
    [['positive-delivery', 'negative-delivery'], ['failed']], [['positive-delivery'], []],
  ] as const)('a message expires while it waits, once; asked for %j its sender is told %j, and access that comes later brings nothing', (requested, reports) => plays(async (bob) => {
    await bob.offline();
    const id = await bob.text({ ttlSec: 60, requested });
    await bob.at(70);
    await bob.cs('AVAILABLE');
    await bob.connect();
    await bob.at(300);
    expect([bob.left, bob.pushed, bob.reports]).toEqual([[], [], reports]);
    expect(bob.journey(id).filter((line) => line.includes('expired'))).toEqual(['60 message expired', '60 expired [expired]']);
    expect(bob.journey(id).at(-1)).toBe('60 expired [expired]');
  }));

  it.each([['DELIVERED', ['delivered']], ['UNDELIVERABLE', ['failed']]] as const)('a message expires while its SMS is on its way: that it is %s decides', (outcome, reports) => plays(async (bob) => {
    bob.smsc.keepsReceipts = true;
    await bob.offline();
    await bob.text({ ttlSec: 60 });
    await bob.at(30);
    await bob.cs('AVAILABLE');
    await bob.at(61);
    expect([bob.left, bob.reports]).toEqual([['45 SMS'], []]);
    await bob.release(outcome);
    await bob.at(300);
    expect([bob.left, bob.pushed, bob.reports]).toEqual([['45 SMS'], [], reports]);
  }));

  it('a message expires while the wait for IP runs: no SMS after its life', () => plays(async (bob) => {
    await bob.offline();
    await bob.text({ ttlSec: 60 });
    await bob.at(50);
    await bob.cs('AVAILABLE');
    await bob.at(300);
    expect([bob.left, bob.reports]).toEqual([[], ['failed']]);
  }));
});

requirement('CPM-MLD-035', () => {
  it('IP comes and goes within 2 s, again and again: one notification, and the image when IP stays', () => plays(async (bob) => {
    await bob.offline();
    await bob.image();
    await bob.at(100);
    await bob.cs('AVAILABLE');
    await bob.at(130);
    expect(bob.left).toEqual(['115 UCN']);
    for (let round = 0; round < 3; round += 1) {
      await bob.at(140 + round * 30);
      await bob.connectInVain(2);
    }
    await bob.at(250);
    await bob.connect();
    await bob.at(300);
    expect([bob.left, bob.pushed, bob.reports]).toEqual([['115 UCN'], ['250 message.received'], ['delivered']]);
  }));

  it('a short loss of IP causes no SMS', () => plays(async (bob) => {
    await bob.connect();
    await bob.cs('AVAILABLE');
    await bob.at(100);
    await bob.disconnect();
    await bob.text();
    await bob.at(102);
    await bob.connect();
    await bob.at(200);
    expect([bob.left, bob.pushed]).toEqual([[], ['102 message.received']]);
  }));

  it('IP comes before the notification has left: it is taken back', () => plays(async (bob) => {
    bob.smsc.isBusy = true;
    await bob.offline();
    await bob.image();
    await bob.at(100);
    await bob.cs('AVAILABLE');
    await bob.at(116);
    await bob.connect();
    bob.smsc.isBusy = false;
    await bob.at(600);
    expect([bob.left, bob.pushed, bob.reports]).toEqual([[], ['116 message.received'], ['delivered']]);
  }));
});

requirement('CPM-MLD-035', () => {
  it('an SMS finds nobody: the message waits until the network says that the phone is back', () => plays(async (bob) => {
    bob.smsc.keepsReceipts = true;
    await bob.offline();
    const id = await bob.text();
    await bob.at(100);
    await bob.cs('AVAILABLE');
    await bob.at(120);
    await bob.release('UNDELIVERABLE', 'absent-subscriber');
    await bob.at(500);
    expect([bob.left, bob.reports]).toEqual([['115 SMS'], []]);
    await bob.cs('AVAILABLE', { source: 'smpp-alert' });
    await bob.at(600);
    expect(bob.left).toEqual(['115 SMS', '515 SMS']);
    await bob.release('DELIVERED');
    expect(bob.reports).toEqual(['delivered']);
    expect(bob.journey(id).join('\n')).toContain('[ip-preference-hold-started (smpp-alert)]');
  }));

  it('an alert that is older than the failure does not start another try, and an old receipt does not hide a newer alert', () => plays(async (bob) => {
    bob.smsc.keepsReceipts = true;
    await bob.offline();
    await bob.text();
    await bob.at(100);
    await bob.cs('AVAILABLE');
    await bob.at(120);
    await bob.release('UNDELIVERABLE', 'absent-subscriber');
    await bob.at(130);
    await bob.cs('AVAILABLE', { source: 'smpp-alert', observed: 110 });
    await bob.at(400);
    expect(bob.left).toEqual(['115 SMS']);
    await bob.cs('AVAILABLE', { source: 'smpp-alert' });
    await bob.cs('UNAVAILABLE', { source: 'smpp-receipt', observed: 121, cause: 'absent-subscriber' });
    await bob.at(500);
    expect(bob.left).toEqual(['115 SMS', '415 SMS']);
  }));

  it.each(['barred', 'memory-full'] as const)('an SMS is refused as %s: no other is tried, however reachable it is, and IP brings it at once', (cause) => plays(async (bob) => {
    bob.smsc.keepsReceipts = true;
    await bob.offline();
    await bob.text();
    await bob.at(100);
    await bob.cs('AVAILABLE');
    await bob.at(120);
    await bob.release('UNDELIVERABLE', cause);
    for (let second = 200; second < 1000; second += 100) {
      await bob.at(second);
      await bob.cs(second % 200 === 0 ? 'AVAILABLE' : 'UNKNOWN');
    }
    await bob.at(1000);
    expect(bob.left).toEqual(['115 SMS']);
    await bob.connect();
    await bob.at(1010);
    expect([bob.left, bob.pushed, bob.reports]).toEqual([['115 SMS'], ['1000 message.received'], ['delivered']]);
    expect(bob.accessChanges).toEqual(expect.arrayContaining([`120 cs-unavailable (smpp-receipt: ${cause})`]));
  }));
});
