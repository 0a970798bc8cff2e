import { z } from 'zod';

const UUID_URN = /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const IMEI_URN = /^urn:gsma:imei:\d{8}-\d{6}-\d$/;

/** The `+sip.instance` of a device: `urn:uuid:…` or `urn:gsma:imei:8-6-1 digits`, lower case. */
export type DeviceId = string & z.$brand<'DeviceId'>;

export const deviceId = z.string().transform((text, context): DeviceId => {
  const id = text.toLowerCase();
  if (UUID_URN.test(id) || IMEI_URN.test(id)) return id as DeviceId;
  context.addIssue({ code: 'custom', message: 'must be urn:uuid:<uuid> or urn:gsma:imei:<8-6-1 digits>' });
  return z.NEVER;
});

/** A device id inside an event: checked once at the boundary that let it in. */
export const keyedDeviceId = z.custom<DeviceId>(
  (value) => typeof value === 'string' && value.startsWith('urn:'),
  'must be a normalised device id',
);

/** The Primary Device holds the UICC of the subscription; every other device is Secondary. */
export const deviceRole = z.enum(['primary', 'secondary']);
export type DeviceRole = z.infer<typeof deviceRole>;

/** A human-readable device name: NFC, trimmed, 1 to 64 characters, no control or bidi-override characters. */
export const deviceName = z.string().transform((text, context): string => {
  const name = text.normalize('NFC').trim();
  const length = [...name].length;
  if (!name.isWellFormed()) context.addIssue({ code: 'custom', message: 'must not contain lone surrogates' });
  else if (/[\p{Cc}\u202A-\u202E\u2066-\u2069\u200E\u200F]/u.test(name)) {
    context.addIssue({ code: 'custom', message: 'must not contain control or direction-override characters' });
  } else if (length < 1 || length > 64) context.addIssue({ code: 'custom', message: 'must have 1 to 64 characters' });
  else return name;
  return z.NEVER;
});

/** CPM services a device can declare. */
export const cpmService = z.enum(['standalone', 'chat', 'file-transfer', 'session']);
export type CpmService = z.infer<typeof cpmService>;

/** What a device can receive: services, media ranges (`image/*`) and the largest content in bytes. */
export const capabilities = z.object({
  services: z.array(cpmService).max(4).default(['standalone', 'chat', 'file-transfer', 'session']),
  contentTypes: z.array(z.string().regex(/^(\*|[\w.+-]{1,64})\/(\*|[\w.+-]{1,64})$/, 'must be a media range such as image/*')).max(64).default(['*/*']),
  maxBytes: z.number().int().positive().max(10 * 2 ** 30).default(100 * 2 ** 20),
});
export type Capabilities = z.infer<typeof capabilities>;

export const autoAnswer = z.object({ session: z.boolean().default(false), fileTransfer: z.boolean().default(false) });
export type AutoAnswer = z.infer<typeof autoAnswer>;

/** Whether a media type falls into one of a device's media ranges; parameters after `;` do not count. */
export function acceptsContentType(ranges: readonly string[], contentType: string): boolean {
  const [type = '', subtype = ''] = mediaType(contentType).split('/');
  return ranges.some((range) => {
    const [rangeType, rangeSubtype] = range.toLowerCase().split('/');
    return (rangeType === '*' || rangeType === type) && (rangeSubtype === '*' || rangeSubtype === subtype);
  });
}

/** The media type without parameters, lower case: `Text/Plain; charset=utf-8` -> `text/plain`. */
export function mediaType(contentType: string): string {
  return (contentType.split(';', 1)[0] ?? '').trim().toLowerCase();
}
