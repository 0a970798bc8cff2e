import type { Provider } from '@nestjs/common';
import { CLOCK, ingressOf, METRICS, type Metrics } from '@cpm/runtime-host';
import type { Clock, Ingress } from '@cpm/runtime-ports';
import { CallbackIds } from './callback-ids.js';
import { T8Client } from './t8-client.js';
import { t8Settings } from './t8-config.js';
import { T8Effects, type T8Parts } from './t8-effects.js';
import { T8Eraser } from './t8-eraser.js';
import { T8Metrics } from './t8-metrics.js';
import { T8Orphans } from './t8-orphans.js';
import { T8Reports } from './t8-reports.js';
import { T8, T8_EFFECTS } from './t8-tokens.js';

const SERVICE = 'access-awareness';
/** For the way of a request to the network, reports that come late, and clocks that differ. */
const CALLBACK_MARGIN_MS = 3_600_000;

/** What the subscriptions at the operator's SCEF or NEF need. */
export const t8Providers: Provider[] = [
  { provide: T8Metrics, inject: [METRICS], useFactory: ({ registry }: Metrics) => new T8Metrics(registry) },
  { provide: T8Reports, inject: [ingressOf(SERVICE), CLOCK], useFactory: (ingress: Ingress, clock: Clock) => new T8Reports(ingress, clock) },
  {
    provide: T8,
    inject: [CLOCK, T8Metrics],
    useFactory: (clock: Clock, metrics: T8Metrics): T8Parts | undefined => {
      const settings = t8Settings(process.env);
      if (!settings) return undefined;
      const { callbackSecret, notificationUrl, expireMs } = settings;
      return { client: new T8Client(settings, clock, (state) => metrics.circuit(state)), callbacks: new CallbackIds(callbackSecret), notificationUrl, callbackLifeMs: expireMs + CALLBACK_MARGIN_MS };
    },
  },
  {
    provide: T8Effects,
    inject: [T8, T8Reports, T8Metrics, ingressOf(SERVICE), CLOCK],
    useFactory: (t8: T8Parts | undefined, reports: T8Reports, metrics: T8Metrics, ingress: Ingress, clock: Clock) => new T8Effects({ t8, reports, metrics, ingress, clock }),
  },
  { provide: T8_EFFECTS, inject: [T8Effects], useFactory: ({ effects }: T8Effects) => effects },
  T8Eraser,
  T8Orphans,
];
