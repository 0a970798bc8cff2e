import { MAX_DURATION_SEC } from '@cpm/domain-message-store-sync';
import { describedAs } from '@cpm/http';
import { z } from 'zod';
import { notOneOf } from '../nms-error.js';
import { presetName, PRESETS } from '../search/criteria.js';
import { wholeNumber } from '../whole-number.js';
import { notifyUrlFault } from './notify-url.js';

const duration = wholeNumber(1).transform((seconds) => Math.min(seconds, MAX_DURATION_SEC));
const restartToken = z.string().min(1).max(128);
const notifyURL = z.string().superRefine((url, context) => {
  const fault = notifyUrlFault(url);
  if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
});

/** All messages: the one filter there is, and without one it is the same. */
const filter = describedAs(z.object({ criterion: z.array(z.object({ type: z.string().max(64), name: z.string().max(128).optional(), value: z.string().max(256).optional() })).max(16) })
  .transform(({ criterion }) => {
    for (const [at, { type, name }] of criterion.entries()) {
      if (type !== 'PresetSearch') throw notOneOf(`nmsSubscription.filter.criterion[${at}].type`, ['PresetSearch']);
      if (!PRESETS.includes(name ?? '')) throw notOneOf(`nmsSubscription.filter.criterion[${at}].name`, PRESETS);
    }
  }), z.object({ criterion: z.array(z.object({ type: z.literal('PresetSearch'), name: presetName, value: z.string().max(256).optional() })).max(16) }));

export const subscriptionCreation = z.object({
  nmsSubscription: z.object({
    callbackReference: z.object({ notifyURL: notifyURL.optional(), callbackData: z.string().max(1024).optional() }).default({}),
    duration: duration.optional(),
    clientCorrelator: z.string().min(1).max(128).optional(),
    filter: filter.optional(),
    restartToken: restartToken.optional(),
  }),
});

export const subscriptionUpdate = z.object({ nmsSubscriptionUpdate: z.object({ duration: duration.optional(), restartToken: restartToken.optional() }) });
export const subscriptionPath = z.object({ subscriptionId: z.string().min(1).max(128) });
