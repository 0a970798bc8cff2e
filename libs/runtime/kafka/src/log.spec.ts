import kafkajs from 'kafkajs';
import { kafkaLogCreator, type Log } from './log.js';

function lines() {
  const written: [keyof Log, Readonly<Record<string, unknown>>, string][] = [];
  const to = (level: keyof Log) => (fields: Readonly<Record<string, unknown>>, message: string) => { written.push([level, fields, message]); };
  return { written, log: { debug: to('debug'), info: to('info'), warn: to('warn'), error: to('error') } satisfies Log };
}

it('passes on what names the trouble and drops what could be a key or a payload', () => {
  const { written, log } = lines();
  kafkaLogCreator(log)(kafkajs.logLevel.ERROR)({
    namespace: 'Connection', level: kafkajs.logLevel.ERROR, label: 'ERROR',
    log: {
      timestamp: '', logger: 'kafkajs', message: 'Response Produce', broker: 'b:1', error: 'refused', partition: 3,
      sasl: { password: 'p4ss' }, ssl: { key: 'p4ss' }, authBytes: 'p4ss', payload: 'tel:+4915110000001', key: 'tel:+4915110000001', response: { a: 1 }, stack: 'x',
    },
  });
  expect(written).toEqual([['warn', { component: 'kafkajs.Connection', broker: 'b:1', partition: 3, reason: 'refused' }, 'Response Produce']]);
});
