import { z } from 'zod';
import { splitLimits } from './limits.js';
import { mediaKeysSchema } from './media-keys.js';
import { profileSchema } from './profile.js';
import { flatnessLimitsSchema } from './verdict.js';

/** Where to record from: a server and a token, or the means to make one. */
export const sourceSchema = z.object({
  url: z.string(),
  /** Null when the token names it. */
  room: z.string().min(1).nullable(),
  credentials: z.union([
    z.object({
      token: z.string().min(1),
      /** Of another identity, for the same room: copy mode is two participants. */
      copyToken: z.string().min(1).optional(),
    }),
    z.object({ apiKey: z.string().min(1), apiSecret: z.string().min(1) }),
  ]),
  /** What end-to-end encrypted tracks are decrypted with; left out, or null, they are not recorded. */
  mediaKeys: mediaKeysSchema.nullable().optional(),
});
export type Source = z.infer<typeof sourceSchema>;

/**
 * How a take is recorded: `encode` decodes what comes and encodes it by the profile; `copy` writes what was sent, and the
 * profile says nothing of it.
 */
export const takeModeSchema = z.enum(['encode', 'copy']);
export type TakeMode = z.infer<typeof takeModeSchema>;

/** How the next take is to be recorded: `auto` encodes as long as this machine can carry it, and copies beyond. */
export const modeChoiceSchema = z.enum([...takeModeSchema.options, 'auto']);
export type ModeChoice = z.infer<typeof modeChoiceSchema>;

/** Where a further microphone of somebody goes. */
export const furtherAudioPlaceSchema = z.enum(['file', 'stream']);

export const takeRequestSchema = z.object({
  /** Folder in which the take's own folder is created. */
  outputFolder: z.string().min(1),
  /** Where the take goes on when that folder, or its disk, fails; left out, the take ends then. */
  fallbackFolder: z.string().min(1).optional(),
  /** Where a second copy of the take is made while it is recorded; left out, there is none. */
  backupFolder: z.string().min(1).optional(),
  profile: profileSchema,
  /** `encode` when left out. */
  mode: takeModeSchema.optional(),
  /** Why, where nobody has chosen it, in a sentence for the log. */
  modeReason: z.string().optional(),
  audioOnly: z.boolean(),
  /** Identities to record; null records everybody. */
  participants: z.array(z.string().min(1)).nullable(),
  /** Identities that are left out, whoever is recorded otherwise. */
  except: z.array(z.string().min(1)).optional(),
  /** Files that may be open at once; left out, as many as the machine's memory and cores allow. */
  maxFiles: z.int().positive().optional(),
  /** Where a further microphone of somebody goes: into a file of its own (left out), or into theirs as a further stream. */
  furtherAudio: furtherAudioPlaceSchema.optional(),
  /** How long it is planned to be; null, or left out, when nobody knows. It does not end by itself then. */
  plannedMs: z.number().positive().nullable().optional(),
  /** After so much of it the take goes on in another part, a file for each participant; left out, it does not. */
  splitEveryMs: z.int().min(splitLimits.minMs).max(splitLimits.maxMs).optional(),
  /** Before a file has more bytes than that, the take goes on in another part; left out, it does not. */
  splitBytes: z.int().min(splitLimits.minBytes).optional(),
  /** Memory of this process that frames are done without for; null, or left out, for the budget alone. */
  memoryCeilingBytes: z.int().positive().nullable().optional(),
  /** What memory is judged by, where not by the product's own limits. */
  flatnessLimits: flatnessLimitsSchema.partial().optional(),
});
export type TakeRequest = z.infer<typeof takeRequestSchema>;
