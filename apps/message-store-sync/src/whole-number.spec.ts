import { wholeNumber } from './whole-number.js';

it.each([[1, 1], ['7', 7], ['500', 500]])('takes %j', (given, number) => {
  expect(wholeNumber(1, 500).parse(given)).toBe(number);
});

it.each([0, 501, '0', '501', 1.5, true, [1], null, '', '1e2', ' 1'])('refuses %j and says what it must be', (given) => {
  expect(wholeNumber(1, 500).safeParse(given).error?.issues[0]?.message).toBe('must be a whole number from 1 to 500');
});
