import type { Provider } from '@nestjs/common';
import { ContentStore } from '@cpm/runtime-content';
import { CLOCK, counterOf, HOST_CONFIG, ingressOf, METRICS, MONGO, type HostConfig, type Metrics } from '@cpm/runtime-host';
import type { Clock, Ingress } from '@cpm/runtime-ports';
import type { Connection } from 'mongoose';
import { Boxes } from '../boxes.js';
import { BoxExport } from '../export/box-export.js';
import { NMS_CONFIG, type NmsConfig } from '../nms-config.js';
import { StoredObjects } from '../stored-objects.js';
import { NotifyClient } from '../subscriptions/notify-client.js';
import { targetsAllowedHere } from '../subscriptions/notify-url.js';
import { SubscriberNotification, type ListFate } from '../subscriptions/subscriber-notification.js';
import { BoxEffects } from './box-effects.js';
import { BoxSweep } from './box-sweep.js';
import { FolderEmptying } from './folder-emptying.js';
import { UnnamedContents } from './unnamed-contents.js';
import { UpkeepRows } from './upkeep-rows.js';

/** Injection token of the effects of boxes. */
export const BOX_EFFECTS = 'cpm:message-store-sync:effects';

/** Everything that boxes have done outside of their decisions. */
export const upkeepProviders: readonly Provider[] = [
  { provide: UpkeepRows, inject: [MONGO], useFactory: (connection: Connection) => new UpkeepRows(connection) },
  { provide: NotifyClient, useFactory: () => new NotifyClient(targetsAllowedHere()) },
  {
    provide: SubscriberNotification,
    inject: [Boxes, StoredObjects, UpkeepRows, NotifyClient, ingressOf('message-store-sync'), CLOCK, HOST_CONFIG, METRICS, NMS_CONFIG],
    useFactory: (
      boxes: Boxes, objects: StoredObjects, rows: UpkeepRows, client: NotifyClient, ingress: Ingress, clock: Clock, { HTTP_PORT }: HostConfig, metrics: Metrics,
      { PUBLIC_URL: baseUrl = `http://127.0.0.1:${HTTP_PORT}` }: NmsConfig,
    ) => new SubscriberNotification({ boxes, objects, rows, client, ingress, clock, baseUrl, observe: observer(metrics) }),
  },
  {
    provide: BoxEffects,
    inject: [UpkeepRows, Boxes, SubscriberNotification, NotifyClient, ingressOf('message-store-sync'), CLOCK],
    useFactory: (rows: UpkeepRows, boxes: Boxes, notification: SubscriberNotification, client: NotifyClient, ingress: Ingress, clock: Clock) =>
      new BoxEffects({ emptying: new FolderEmptying(rows, ingress, clock), sweep: new BoxSweep(rows, boxes, ingress, clock), notification, client }),
  },
  {
    provide: UnnamedContents,
    inject: [UpkeepRows, ContentStore, CLOCK],
    useFactory: (rows: UpkeepRows, contents: ContentStore, clock: Clock) => new UnnamedContents(rows, contents, clock),
  },
  {
    provide: BoxExport,
    inject: [Boxes, UpkeepRows, ContentStore, CLOCK],
    useFactory: (boxes: Boxes, rows: UpkeepRows, contents: ContentStore, clock: Clock) => new BoxExport({ boxes, rows, contents, clock }),
  },
  { provide: BOX_EFFECTS, inject: [BoxEffects], useFactory: ({ effects }: BoxEffects) => effects },
];

function observer({ registry }: Metrics): (fate: ListFate) => void {
  const lists = counterOf(registry, 'cpm_nms_lists_total');
  return (outcome) => lists.inc({ outcome });
}
