import { z } from 'zod';

const text = z.string().max(2048);
/** xs:unsignedLong as XML writes it, in seconds; beyond the longest registration a registrar grants it means no more. */
const secondsLeft = z.string().trim().regex(/^\d{1,20}$/, 'must be a number of seconds').transform((digits) => Math.min(Number(digits), 7 * 86_400));

/** Documents of a subscription are numbered from 0. */
const version = z.string().trim().regex(/^\d{1,15}$/, 'must be a number').transform(Number);

const contact = z.object({
  state: z.enum(['active', 'terminated']),
  event: z.string().max(64).optional(),
  expires: secondsLeft.optional(),
  'unknown-param': z.array(z.object({ name: text, text })).max(64).optional(),
});

const registration = z.object({
  aor: z.string().max(330).regex(/^[a-z][a-z0-9+.-]*:/i, 'must be a URI'),
  state: z.enum(['init', 'active', 'terminated']),
  contact: z.array(contact).max(64).optional(),
});
export type ReginfoRegistration = z.infer<typeof registration>;

/**
 * The part of an RFC 3680 `reginfo` document that speaks of access: attributes and child elements by their names, repeated
 * children as an array, the character data of an element as `text`. `full`: every contact there is; `partial`: those that changed.
 */
export const reginfo = z.object({ version: version.optional(), state: z.enum(['full', 'partial']), registration: z.array(registration).max(64).optional() });
export type Reginfo = z.infer<typeof reginfo>;
