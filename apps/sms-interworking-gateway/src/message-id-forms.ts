import type { GatewayConfig } from './gateway-config.js';

export type IdFormat = GatewayConfig['SMPP_ID_FORMAT'];

const MAX_DIGITS = 64;

/** The form in which ids compare: case and leading zeros do not matter. */
export function comparableId(id: string): string {
  const text = id.trim().toLowerCase();
  return text.replace(/^0+(?=.)/, '');
}

/** Every id in which a response may have given what this receipt calls `id`, the likeliest first. */
export function responseIdsFor(id: string, format: IdFormat): readonly string[] {
  const own = comparableId(id);
  const asHex = /^\d+$/.test(own) && own.length <= MAX_DIGITS ? BigInt(own).toString(16) : undefined;
  const asDecimal = /^[0-9a-f]+$/.test(own) && own.length <= MAX_DIGITS ? BigInt(`0x${own}`).toString(10) : undefined;
  const candidates: Readonly<Record<IdFormat, readonly (string | undefined)[]>> = {
    text: [own],
    hexdec: [asHex, own],
    dechex: [asDecimal, own],
    auto: [own, asHex, asDecimal],
  };
  return [...new Set(candidates[format].filter((candidate) => candidate !== undefined))];
}
