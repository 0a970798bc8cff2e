import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { camaraEvent } from './camara-event.js';
import { namfNotification } from './namf-notification.js';
import { openEnum } from './network-values.js';
import { nhssEeNotification } from './nhss-ee-notification.js';
import { ueReachabilityNotification } from './nhss-ims-sdm-notification.js';
import { nudmEeNotification, reachabilityForSmsConfiguration } from './nudm-ee-notification.js';
import { t8Notification } from './t8-notification.js';

/** Field names and values as OpenAPI documents publish them: which and where from is in the file itself. */
type Published =
  | { readonly enum: readonly string[] }
  | { readonly oneOf: readonly string[] }
  | { readonly required: readonly string[]; readonly properties: Readonly<Record<string, string | Published | null>> };

const { schemas } = JSON.parse(readFileSync(new URL('published-names.json', import.meta.url), 'utf8')) as { schemas: Record<string, Published> };

/** Ours, and published elsewhere than in the document: with what and why. */
const ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  // The document has a blank in it and says APPLICATION_STOP in its description; the rest came with a later version of Release 18.
  'TS 29.122 MonitoringType': ['APPLICATION_STOP', 'SESSION_INACTIVITY_TIME', 'TRAFFIC_VOLUME', 'UL_DL_DATA_RATE'],
  // Members of an AMF's report, which TS 29.518 publishes.
  'TS 29.503 Report': Object.keys((schemas['TS 29.518 AmfEventReport'] as { properties: object }).properties),
};

/** What our schema reads, or requires, that nobody sends: one line each. */
function unpublished(schema: z.ZodType, published: Published | string | null | undefined, at: string): string[] {
  if (schema instanceof z.ZodOptional) return unpublished(schema.unwrap() as z.ZodType, published, at);
  if (schema instanceof z.ZodArray) return unpublished(schema.element as z.ZodType, published, at);
  const found = typeof published === 'string' ? schemas[published] : published;
  const elsewhere = typeof published === 'string' ? (ELSEWHERE[published] ?? []) : [];
  if (schema instanceof z.ZodObject) return unpublishedMembers(schema, { found, elsewhere, at });
  const values = valuesOf(schema).filter((value) => !elsewhere.includes(value));
  const known = found && 'enum' in found ? found.enum : [];
  return values.filter((value) => !known.includes(value)).map((value) => `${at} = ${value}`);
}

function unpublishedMembers(schema: z.ZodObject, { found, elsewhere, at }: { found: Published | null | undefined; elsewhere: readonly string[]; at: string }): string[] {
  const forms = formsOf(found);
  return Object.entries(schema.shape).flatMap(([name, member]) => {
    const here = at === '' ? name : `${at}.${name}`;
    const form = forms.find(({ properties }) => name in properties);
    if (!form) return elsewhere.includes(name) ? [] : [here];
    const isRequired = !(member as z.ZodType).safeParse(undefined).success;
    const surplus = isRequired && (forms.length > 1 || !form.required.includes(name)) ? [`${here} required`] : [];
    return [...surplus, ...unpublished(member as z.ZodType, form.properties[name], here)];
  });
}

function formsOf(published: Published | null | undefined): Extract<Published, { properties: unknown }>[] {
  if (!published || 'enum' in published) return [];
  return 'oneOf' in published ? published.oneOf.flatMap((name) => formsOf(schemas[name])) : [published];
}

function valuesOf(schema: z.ZodType): string[] {
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => valuesOf(option as z.ZodType));
  if (schema instanceof z.ZodEnum) return schema.options as string[];
  return schema instanceof z.ZodLiteral ? [...schema.values] as string[] : [];
}

it.each<[string, z.ZodType]>([
  ['TS 29.122 MonitoringNotification', t8Notification],
  ['TS 29.503 MonitoringReport', nudmEeNotification],
  ['TS 29.503 ReachabilityForSmsConfiguration', reachabilityForSmsConfiguration],
  ['TS 29.518 AmfEventNotification', namfNotification],
  ['TS 29.563 MonitoringReport', nhssEeNotification],
  ['TS 29.562 UeReachabilityNotification', ueReachabilityNotification],
  ['CAMARA CloudEvent', camaraEvent],
])('%s: we read and require only what is published', (published, schema) => expect(unpublished(schema, published, '')).toEqual([]));

it('tells names, values and requirements that are not published', () => {
  const wrong = z.array(z.object({
    eventType: openEnum(['CN_TYPE_CHANGE', 'WEATHER']), gpsi: z.string(), timestamp: z.string().optional(),
    report: z.object({ newCmInfoList: z.array(z.object({ cmState: z.enum(['IDLE', 'ASLEEP']) })).optional(), dnn: z.string() }).optional(),
  }));
  expect(unpublished(wrong, 'TS 29.503 MonitoringReport', '')).toEqual([
    'eventType = WEATHER', 'gpsi required', 'timestamp', 'report.newCmInfoList.cmState = ASLEEP', 'report.dnn required',
  ]);
});
