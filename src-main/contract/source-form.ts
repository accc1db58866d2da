import { z } from 'zod';
import { mediaKeyMaxBytes } from './media-keys.js';

/** What a person enters to reach a room. A secret of null stands for the remembered one. */
export const sourceFormSchema = z.object({
  url: z.string().max(2048),
  room: z.string().max(512),
  credentials: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('token'), token: z.string().max(16_384).nullable() }),
    z.object({
      kind: z.literal('apiKey'),
      apiKey: z.string().max(512),
      apiSecret: z.string().max(2048).nullable(),
    }),
  ]),
  /** What encrypted media is decrypted with: a passphrase, or JSON. Null, or left out, stands for the remembered one. */
  mediaKey: z.string().max(mediaKeyMaxBytes).nullable().optional(),
  /** Keeps the secrets for the next time, encrypted by the operating system; false forgets them. */
  remembersSecret: z.boolean(),
});
export type SourceForm = z.infer<typeof sourceFormSchema>;

/** A server, and who asks it. */
export const serverFormSchema = sourceFormSchema.pick({ url: true, credentials: true }).strict();
export type ServerForm = z.infer<typeof serverFormSchema>;

/** A room that is open on a server. */
export const openRoomSchema = z.object({
  name: z.string(),
  /** Without those that are hidden; a few seconds old. Null when the server does not say. */
  people: z.int().nullable(),
  /** Null when the server does not say. */
  openedAt: z.iso.datetime().nullable(),
});
export type OpenRoom = z.infer<typeof openRoomSchema>;
