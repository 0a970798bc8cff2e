import type { OutgoingRecord } from '@cpm/runtime-ports';
import { IngressOverloadError, IngressPublisher } from './ingress-publisher.js';

const record = (value: string): OutgoingRecord => ({ topic: 't', key: 'k', value });

it('takes no more than the number and the size of what may wait for the log, and goes on when it is there', async () => {
  const log = Promise.withResolvers<void>();
  const ingress = new IngressPublisher('routing', { publish: () => log.promise }, () => 'id', 3, 100);
  const begun = ingress.append([record('first')]);
  await Promise.resolve();
  const waiting = [ingress.append([record('x'.repeat(95))])];
  await expect(ingress.append([record('too large a sum')])).rejects.toThrow(IngressOverloadError);
  log.resolve();
  await Promise.all([begun, ...waiting]);
  await ingress.append([record('x'.repeat(95))]);
  const many = [1, 2, 3, 4].map((value) => ingress.append([record(String(value))]));
  expect((await Promise.allSettled(many)).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected']);
});

it('counts nothing any more for what could not be published', async () => {
  const ingress = new IngressPublisher('routing', { publish: () => Promise.reject(new Error('away')) }, () => 'id', 3, 100);
  for (let attempt = 0; attempt < 10; attempt += 1) await expect(ingress.append([record('x'.repeat(90))])).rejects.toThrow('away');
});
