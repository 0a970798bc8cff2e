import type { StoredFolder, StoredObject } from '../store/stored.js';
import type { NmsFolder, NmsObject } from './nms-wire.js';

const RESOURCE = /\/(?:objects|folders|subscriptions)\/([^?]+?)\/?(?:\?|$)/;

/** The id in a resourceURL, whatever the host and the name of the store in it. */
export function idOf(resourceUrl: string): string {
  return decodeURIComponent(RESOURCE.exec(resourceUrl)?.[1] ?? resourceUrl);
}

/** `search` is the number of the full search it was found in. */
export function storedObject(object: NmsObject, search: number): StoredObject {
  const { resourceURL, parentFolder, parentFolderPath, correlationId, correlationTag, lastModSeq, flags, attributes, payloadURL, payloadPart } = object;
  return {
    id: idOf(resourceURL),
    folder: idOf(parentFolder),
    folderPath: parentFolderPath ?? `/${idOf(parentFolder)}`,
    ...(correlationId !== undefined && { correlationId }),
    ...(typeof correlationTag === 'string' && { correlationTag }),
    lastModSeq,
    flags: flags.flag ?? [],
    attributes: Object.fromEntries((attributes?.attribute ?? []).map(({ name, value }) => [name, value])),
    ...(payloadURL !== undefined && { payloadUrl: payloadURL }),
    payloadParts: payloadPart ?? [],
    search,
  };
}

export function storedFolder({ resourceURL, parentFolder, name, path, lastModSeq = 0 }: NmsFolder, search: number): StoredFolder {
  return { id: idOf(resourceURL), parent: parentFolder === undefined ? '' : idOf(parentFolder), name, path, lastModSeq, search };
}
