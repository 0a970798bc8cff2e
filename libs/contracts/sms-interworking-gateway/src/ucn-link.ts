import { instant, keyedAddress } from '@cpm/vocabulary';
import { z } from 'zod';

/** Where the gateway keeps the links of its notifications, each under the hash of its token. */
export const UCN_LINKS = 'ucn-links';

/** What a link is for: there before the SMS that carries it leaves, and never changed. */
export const ucnLink = z.object({ user: keyedAddress, messageId: z.string(), expiresAt: instant, maxUses: z.number().int() });
export type UcnLink = z.infer<typeof ucnLink>;

/** How long a link is still known to have been one after it has expired. */
export const UCN_LINK_REMEMBERED_MS = 30 * 86_400_000;
