import { restartToken, type RestartToken, type Subscription } from '@cpm/domain-message-store-sync';
import { timestamp, type CpmAddress } from '@cpm/vocabulary';
import { z } from 'zod';
import type { BoxDevice } from '../nms-resource.js';

/** `nmsSubscription` of OMA NMS: `index` is that of the next list, `duration` is in s. */
export const nmsSubscriptionAnswer = z.object({
  resourceURL: z.string(), duration: z.number(), index: z.int(), restartToken: z.string(), notBefore: z.iso.datetime().exactOptional(), clientCorrelator: z.string().exactOptional(),
  callbackReference: z.object({ notifyURL: z.string().exactOptional(), callbackData: z.string().exactOptional() }).exactOptional(),
}).meta({ id: 'NmsSubscription' });
export type NmsSubscription = z.output<typeof nmsSubscriptionAnswer>;

export function subscriptionUrl(user: CpmAddress, id: string): string {
  return `/nms/v1/main/${encodeURIComponent(user)}/subscriptions/${encodeURIComponent(id)}`;
}

/** As its device sees it, at the place where it goes on. `begins`: what is older is not in the device's view. */
export function nmsSubscription(one: Subscription, place: RestartToken, { user, baseUrl }: BoxDevice, begins: number | undefined): NmsSubscription {
  const { id, durationSec, clientCorrelator, notifyUrl, callbackData } = one;
  const callback = { ...(notifyUrl !== undefined && { notifyURL: notifyUrl }), ...(callbackData !== undefined && { callbackData }) };
  return {
    resourceURL: baseUrl + subscriptionUrl(user, id), duration: durationSec, index: place.index, restartToken: restartToken(place),
    ...(begins !== undefined && { notBefore: timestamp(begins) }),
    ...(clientCorrelator !== undefined && { clientCorrelator }),
    ...(Object.keys(callback).length > 0 && { callbackReference: callback }),
  };
}
