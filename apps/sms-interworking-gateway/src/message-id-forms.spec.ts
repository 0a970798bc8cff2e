import { comparableId, responseIdsFor } from './message-id-forms.js';

describe('ids of short messages', () => {
  it('compare without case and leading zeros', () => {
    expect(comparableId('00AB12')).toBe('ab12');
    expect(comparableId('0')).toBe('0');
  });

  it.each([
    ['6699', 'auto', ['6699', '1a2b', '26265']],
    ['6699', 'hexdec', ['1a2b', '6699']],
    ['1A2B', 'dechex', ['6699', '1a2b']],
    ['1a2b', 'auto', ['1a2b', '6699']],
    ['6699', 'text', ['6699']],
    ['0d9f-uuid', 'auto', ['d9f-uuid']],
    ['18446744073709551615', 'hexdec', ['ffffffffffffffff', '18446744073709551615']],
  ] as const)('a receipt for %s in format %s may be for %j', (id, format, expected) => expect(responseIdsFor(id, format)).toEqual(expected));
});
