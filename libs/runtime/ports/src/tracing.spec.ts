import fc from 'fast-check';
import { isSampled, spanContextOf, traceparentOf } from './tracing.js';

const hex = (digits: number) => fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: digits, maxLength: digits }).filter((id) => /[^0]/.test(id));

it('reads back the traceparent that it writes, and its sampling', () => {
  fc.assert(fc.property(hex(32), hex(16), fc.boolean(), (traceId, spanId, sampled) => {
    const text = traceparentOf({ traceId, spanId, traceFlags: Number(sampled) });
    expect(text).toBe(`00-${traceId}-${spanId}-0${Number(sampled)}`);
    expect(spanContextOf(text)).toMatchObject({ traceId, spanId, isRemote: true });
    expect(isSampled(spanContextOf(text))).toBe(sampled);
  }));
});

const TRACE = 'a'.repeat(32);
const SPAN = 'b'.repeat(16);

it.each([
  undefined, null, 7, '', 'nonsense', [`00-${TRACE}-${SPAN}-01`], `00-${'0'.repeat(32)}-${SPAN}-01`, `00-${TRACE}-${'0'.repeat(16)}-01`, `ff-${TRACE}-${SPAN}-01`, `01-${TRACE}-${SPAN}-01-more`,
  `00-${TRACE.toUpperCase()}-${SPAN}-01`, `00-${TRACE}-${SPAN}-1`, ` 00-${TRACE}-${SPAN}-01`, `00-${TRACE}-${SPAN}-01\n`,
])('takes %j for no trace', (value) => expect(spanContextOf(value)).toBeUndefined());

it('writes no traceparent of a span that nobody made', () => {
  expect([undefined, { traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 }].map(traceparentOf)).toEqual([undefined, undefined]);
});
