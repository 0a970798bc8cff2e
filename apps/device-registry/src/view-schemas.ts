import type { DeviceView, SubscriberView } from '@cpm/domain-device-registry';
import { accessState, autoAnswer, capabilities, cpmAddress, deviceId, deviceRole } from '@cpm/vocabulary';
import { z } from 'zod';

export const deviceView = z.object({
  id: deviceId, name: z.string(), role: deviceRole, registered: z.boolean(), capabilities, autoAnswer, access: z.object({ ip: accessState, cs: accessState }),
}).meta({ id: 'Device' }) satisfies z.ZodType<DeviceView>;

export const subscriberView = z.object({
  address: cpmAddress, primaryDevice: z.object({ id: deviceId, name: z.string() }), language: z.string().exactOptional(), devices: z.array(deviceView),
}).meta({ id: 'Subscriber' }) satisfies z.ZodType<SubscriberView>;
