import type { Connection } from 'mongoose';

/** Puts a device into what the device registry keeps of its user. */
export async function registerDevice(connection: Connection, user: string, device: string): Promise<void> {
  const subscribers = connection.collection('device-registry.subscriber');
  await subscribers.updateOne({ _id: user as never }, { $set: { 'st.provisioning': {} }, $addToSet: { 'st.devices': { id: device, registered: true } } }, { upsert: true });
}
