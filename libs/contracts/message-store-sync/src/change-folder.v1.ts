import { instant, keyedAddress, keyedDeviceId } from '@cpm/vocabulary';
import { defineEvent, type PayloadOf } from '@cpm/runtime-decider';
import { z } from 'zod';

/** What a device does to a folder. Conversation folders exist by what is in them: they can be emptied only. */
export const folderChange = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('create'), name: z.string(), parent: z.string() }),
  z.object({ kind: z.literal('rename'), name: z.string() }),
  z.object({ kind: z.literal('move'), parent: z.string() }),
  z.object({ kind: z.literal('remove') }),
]);
export type FolderChange = z.infer<typeof folderChange>;

export const ChangeFolder = defineEvent({
  type: 'ChangeFolder', version: 1, owner: 'message-store-sync', listeners: ['message-store-sync'],
  summary: 'A device creates, renames, moves or removes a folder of its user\'s box',
  key: ({ user }) => user,
  schema: z.object({ user: keyedAddress, commandId: z.string(), device: keyedDeviceId, at: instant, folder: z.string(), change: folderChange }),
});
export type ChangeFolder = PayloadOf<typeof ChangeFolder>;

/** The store found nothing more of a removed folder: what was in it is removed. */
export const FolderEmptied = defineEvent({
  type: 'FolderEmptied', version: 1, owner: 'message-store-sync', listeners: ['message-store-sync'],
  summary: 'Everything that was in a removed folder is removed',
  key: ({ user }) => user,
  schema: z.object({ user: keyedAddress, folder: z.string(), upTo: z.number().int(), at: instant }),
});
export type FolderEmptied = PayloadOf<typeof FolderEmptied>;
