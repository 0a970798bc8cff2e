import type { CpmAddress } from './address.js';

export type Direction = 'In' | 'Out';

/** The store object of a message: known before the object exists, so that frames can carry its URL. */
export function storedObjectId(direction: Direction, messageId: string): string {
  return `${direction.toLowerCase()}-${messageId}`;
}

/** Path of an object in the network message store (OMA NMS resource tree, store `main`). */
export function objectUrl(user: CpmAddress, objectId: string): string {
  return `/nms/v1/main/${encodeURIComponent(user)}/objects/${encodeURIComponent(objectId)}`;
}

/** Path of content that is stored once and referenced. */
export function fileUrl(contentId: string): string {
  return `/cpm/v1/files/${encodeURIComponent(contentId)}`;
}

/** Where the device that accepted a file fetches it: by `transfer` the edge tells what became of it. */
export function transferUrl(contentId: string, transferId: string): string {
  return `${fileUrl(contentId)}?transfer=${encodeURIComponent(transferId)}`;
}

/** RFC 3339 UTC form of an epoch-ms instant, as the outside interface shows it. */
export function timestamp(instant: number): string {
  return new Date(instant).toISOString();
}
