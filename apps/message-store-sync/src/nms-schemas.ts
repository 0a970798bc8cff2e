import type { FolderReference, NmsEventList, NmsFolder, NmsObject } from '@cpm/domain-message-store-sync';
import { z } from 'zod';

const text = z.string();
const texts = z.array(text).readonly();
const flags = z.object({ flag: texts, resourceURL: text });
const attribute = z.object({ name: text, value: texts });
const payloadPart = z.object({ contentType: text, size: z.int(), href: text, contentDisposition: text.exactOptional() });

export const nmsObject = z.object({
  parentFolder: text, parentFolderPath: text, path: text, resourceURL: text, attributes: z.object({ attribute: z.array(attribute).readonly() }), flags,
  correlationId: text, correlationTag: text.exactOptional(), lastModSeq: z.int(), payloadURL: text.exactOptional(), payloadPart: z.array(payloadPart).readonly().exactOptional(),
}).meta({ id: 'NmsObject' }) satisfies z.ZodType<NmsObject>;

export const folderReference = z.object({ resourceURL: text, path: text }) satisfies z.ZodType<FolderReference>;

export const nmsFolder = folderReference.extend({
  name: text, parentFolder: text.exactOptional(), parentFolderPath: text.exactOptional(), lastModSeq: z.int().exactOptional(),
}).meta({ id: 'NmsFolder' }) satisfies z.ZodType<NmsFolder>;

export const folderWithSubfolders = nmsFolder.extend({ subFolders: z.object({ folderReference: z.array(folderReference).readonly() }) }).meta({ id: 'NmsFolderWithSubfolders' });
export const folderList = z.object({ folderList: z.object({ folder: z.array(nmsFolder).readonly(), cursor: text.exactOptional() }) });
export const objectList = z.object({ objectList: z.object({ object: z.array(nmsObject).readonly(), cursor: text.exactOptional(), creationCursor: text }) });

const gone = z.object({ resourceURL: text, correlationId: text, lastModSeq: z.int() });
const nmsEvent = z.union([
  z.object({ changedObject: nmsObject.pick({ parentFolder: true, resourceURL: true, flags: true, correlationId: true, correlationTag: true, lastModSeq: true }).extend({ object: nmsObject }) }),
  z.object({ deletedObject: gone }),
  z.object({ expiredObject: gone }),
  z.object({ changedFolder: z.object({ resourceURL: text, parentFolder: text, name: text, path: text, lastModSeq: z.int() }) }),
  z.object({ deletedFolder: z.object({ resourceURL: text, path: text, lastModSeq: z.int() }) }),
  z.object({ resetBox: z.strictObject({}) }),
]);

export const nmsEventList = z.object({
  index: z.int(), restartToken: text, callbackData: text.exactOptional(), link: z.array(z.object({ rel: z.literal('NmsSubscription'), href: text })),
  notBefore: z.iso.datetime().exactOptional(), more: z.literal(true).exactOptional(), nmsEvent: z.array(nmsEvent),
}).meta({ id: 'NmsEventList' }) satisfies z.ZodType<NmsEventList>;
