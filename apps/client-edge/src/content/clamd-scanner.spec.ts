import { until } from '../edge-world.fixture.js';
import { ClamdScanner } from './clamd-scanner.js';
import { FakeClamd, SIGNATURE } from './fake-clamd.fixture.js';

let clamd: FakeClamd;
beforeEach(async () => {
  clamd = await FakeClamd.start();
});
afterEach(async () => clamd.stop());

const scanner = (timeLimitMs = 10_000) => ClamdScanner.at(clamd.url, timeLimitMs);
async function* parts(...all: (string | Buffer)[]) {
  for (const part of all) yield Buffer.from(part);
}

it('sends a content as frames and hears that it is clean', async () => {
  const big = Buffer.alloc(700_000, 'x');
  expect(await scanner().scan(() => parts('a', '', big, 'z'))).toEqual({ is: 'clean' });
  expect(clamd.scanned).toHaveLength(1);
  expect(clamd.scanned[0]!.equals(Buffer.concat([Buffer.from('a'), big, Buffer.from('z')]))).toBe(true);
  expect(clamd.protocolErrors).toEqual([]);
});

it('sends an empty content', async () => expect(await scanner().scan(() => parts())).toEqual({ is: 'clean' }));

it('hears the name of what was found, also across frames', async () => {
  expect(await scanner().scan(() => parts('..', SIGNATURE.slice(0, 7), SIGNATURE.slice(7), '..'))).toEqual({ is: 'malware', name: 'Test.Signature-1' });
});

it('hears that a content is too large before all of it is sent, and stops reading it', async () => {
  clamd.sizeLimit = 1_000_000;
  let isClosed = false;
  let read = 0;
  async function* endless() {
    try {
      for (;;) {
        read += 1;
        yield Buffer.alloc(65_536);
      }
    } finally {
      isClosed = true;
    }
  }
  expect(await scanner().scan(endless)).toEqual({ is: 'too-large' });
  await until(() => isClosed);
  const readThen = read;
  await new Promise((resolve) => setImmediate(resolve));
  expect(read).toBe(readThen);
});

it('reads no faster than clamd does', async () => {
  clamd.isDeaf = true;
  let read = 0;
  async function* endless() {
    for (; read < 10_000; read += 1) yield Buffer.alloc(65_536);
  }
  await expect(scanner(500).scan(endless)).rejects.toThrow('within 500 ms');
  // What the kernel's buffers take, of 625 MiB.
  expect(read * 65_536).toBeLessThan(64 * 2 ** 20);
});

it('asks again when the connection was reset before an answer came', async () => {
  clamd.resets = 2;
  expect(await scanner().scan(() => parts('a', SIGNATURE))).toMatchObject({ is: 'malware' });
  expect(clamd.scanned).toHaveLength(1);
  clamd.resets = 3;
  await expect(scanner().scan(() => parts('a'))).rejects.toThrow(/ECONNRESET|EPIPE/);
});

it.each([['silent', 'within 300 ms'], ['hangs-up', /without an answer|ECONNRESET/], ['is-broken', 'cannot tell: Could not get memory']] as const)('rejects when clamd %s', async (mood, message) => {
  clamd.mood = mood;
  // Only the silent one is to run out of its time.
  await expect(scanner(mood === 'silent' ? 300 : 10_000).scan(() => parts('a'))).rejects.toThrow(message);
  await until(() => clamd.sessions === 0);
});

it('rejects when nobody listens, and when the content cannot be read', async () => {
  const lost = async function* () {
    yield Buffer.from('a');
    throw new Error('a chunk is missing');
  };
  await expect(scanner().scan(lost)).rejects.toThrow('a chunk is missing');
  const gone = scanner();
  await clamd.stop();
  await expect(gone.scan(() => parts('a'))).rejects.toThrow('ECONNREFUSED');
});
