/** Texts by how many segments they take: GSM 7-bit 160, then 153 septets each; UCS-2 70, then 67 code units each (3GPP TS 23.040). */
export const TEXTS: readonly (readonly [coding: 'GSM 7-bit' | 'UCS-2', segments: number, text: string])[] = [
  ['GSM 7-bit', 1, `Hello €${'a'.repeat(152)}`],
  ['GSM 7-bit', 3, `${'a'.repeat(152)}€${'b'.repeat(300)}`],
  ['GSM 7-bit', 10, 'é'.repeat(1_530)],
  ['UCS-2', 1, `Привет${'я'.repeat(64)}`],
  ['UCS-2', 3, `${'я'.repeat(66)}😀${'ю'.repeat(130)}`],
  ['UCS-2', 10, 'я'.repeat(670)],
];
