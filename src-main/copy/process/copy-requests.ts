import { z } from 'zod';
import { mediaKeysSchema } from '../../contract/media-keys.js';

/** What is recorded, decided where the tracks come. */
export const copyArmedSchema = z.object({
  /** Identities; null for everybody. */
  only: z.array(z.string()).nullable(),
  except: z.array(z.string()),
  audioOnly: z.boolean(),
});
export type CopyArmed = z.infer<typeof copyArmedSchema>;

/** How much of the past a copied take keeps in memory. */
const copyReplaySchema = z.object({ seconds: z.number().positive(), capBytes: z.int().positive() });

/** A moment as two processes see it: by the monotonic clock of the system, and by the wall's. */
export const momentSchema = z.object({ monotonicUs: z.number(), wallMs: z.number() });
export type Moment = z.infer<typeof momentSchema>;

/** Path and name of a folder of the take. */
const folderSchema = z.object({ path: z.string(), name: z.string() });

/** What a take tells the process that receives and writes it. Its secrets come by this way alone. */
export const copyRequestSchema = z.discriminatedUnion('type', [
  z.object({
    ...{ type: z.literal('join'), url: z.string(), token: z.string() },
    /** What end-to-end encrypted tracks are decrypted with. */
    mediaKeys: mediaKeysSchema.nullable(),
  }),
  /** A token for another session: the answer to `tokenWanted`. */
  z.object({ type: z.literal('token'), token: z.string() }),
  z.object({
    type: z.literal('begin'),
    /** When the take began, on the monotonic clock, and when this was sent. */
    startUs: z.number(),
    sent: momentSchema,
    /** The part of the take with which its files begin. */
    first: z.object({ number: z.int().positive(), atMs: z.number().nonnegative() }),
    /** Null where nothing is written, and only kept. */
    folder: folderSchema.nullable(),
    ffmpegPath: z.string(),
    maxFiles: z.int().nonnegative().nullable(),
    armed: copyArmedSchema,
    /** So much of the past is kept in memory, to be saved; nothing when left out. */
    replay: copyReplaySchema.optional(),
  }),
  /** The last so many milliseconds are cut and held, until they are written. */
  z.object({ type: z.literal('cutReplay'), askedMs: z.number().positive() }),
  /** They are written into that folder; null when they are not wanted any more. */
  z.object({ type: z.literal('writeReplay'), path: z.string().nullable() }),
  z.object({ type: z.literal('rename'), identity: z.string(), name: z.string() }),
  /** All files go on in the next part, from there on the take's timeline. */
  z.object({
    ...{ type: z.literal('cut'), number: z.int().positive(), atMs: z.number().nonnegative() },
    /** In that one, those whose disk has failed among them; where they are when left out. */
    folder: folderSchema.optional(),
  }),
  /** What was sent from there to there is in no file: milliseconds since `startUs` of `begin`. */
  z.object({
    ...{ type: z.literal('pause'), fromMs: z.number().nonnegative() },
    /** Null while it lasts. */
    toMs: z.number().nonnegative().nullable(),
  }),
  /** The state was taken: another one may be sent. */
  z.object({ type: z.literal('taken') }),
  z.object({ type: z.literal('finish'), endMs: z.number() }),
]);
export type CopyRequest = z.infer<typeof copyRequestSchema>;
