import { z } from 'zod';
import { manifestBackupSchema } from './backup.js';
import { deliverableEntrySchema } from './deliverables.js';
import { descriptionLimits, markerLimits } from './limits.js';
import { type Marker, markerSchema } from './manifest.js';
import { takeModeSchema } from './recording.js';
import { contentSchema, lossesSchema, stampsSchema } from './stamps.js';
import { memoryOutcomeSchema } from './verdict.js';

/** How a take stands, for a list: what is wrong with it, and no more than is known. */
export const takeConditionSchema = z.enum([
  'recording',
  /** Another process records it, or recovers it. */
  'elsewhere',
  /** It has ended, its files play, and they are being checked. */
  'checking',
  /** The same, and the program ended before they were checked. */
  'unchecked',
  'verified',
  /** Its files play, and not of each is it proven that it is what was written: whoever counted that was killed. */
  'unproven',
  /** It did not end in order, and was finished later. */
  'recovered',
  /** The program ended while it was recorded or finalized, and nobody has finished it yet. Its files play. */
  'interrupted',
  /** A failure ended it; its files are as they were recorded up to then. */
  'endedEarly',
  /** A file was kept as it grew, because it could not be finalized. */
  'fragmented',
  /** It has no files: nobody published anything. */
  'empty',
  'damaged',
]);
export type TakeCondition = z.infer<typeof takeConditionSchema>;

export const takeFileEntrySchema = z.object({
  file: z.string(),
  identity: z.string(),
  participantName: z.string(),
  kind: z.enum(['participant', 'screenShare']),
  /** As in the manifest: from 2 on it holds one further track alone. */
  trackNumber: z.int().min(1),
  hasVideo: z.boolean(),
  /** Which part of a take that was split; absent where it was not. */
  partNumber: z.int().min(1).optional(),
  /** Where it begins on the take's timeline, in milliseconds; absent where that is 0. */
  startMs: z.number().optional(),
  /** What its audio streams are, the first one included; absent for a file with one. */
  audioStreams: z.array(z.string()).optional(),
  state: z.string(),
  durationMs: z.number().nullable(),
  sizeBytes: z.number().nullable(),
  problem: z.string().nullable(),
  /** Absolute path of the folder that it is in, where that is not the take's own: the take went on there. */
  folder: z.string().optional(),
  /** Absent in takes of older versions, and while a take runs. */
  stamps: stampsSchema.optional(),
});

/** What people say of a take. It has no say in what the take is: that is the manifest's. */
export const takeDescriptionSchema = z.object({
  /** Shown in place of the room; empty where nobody has given one. */
  title: z.string().max(descriptionLimits.titleLength),
  note: z.string().max(descriptionLimits.noteLength),
});
export type TakeDescription = z.infer<typeof takeDescriptionSchema>;

/** A marker as a person gives it; the take says whether it lies within. */
export const writtenMarkerSchema = z
  .object({
    takeMs: z.number().nonnegative(),
    label: z.string().trim().min(1).max(markerLimits.labelLength),
    note: z.string().trim().max(markerLimits.noteLength).optional(),
  })
  .strict();

/** A marker is known by what it says: null before adds one, and null after deletes it. */
export interface MarkerChange {
  readonly before: Marker | null;
  readonly after: Marker | null;
}

/** A deleted take that can be restored. */
export const trashedTakeSchema = z.object({
  /** By which it is restored. */
  id: z.string(),
  takeName: z.string(),
  deletedAt: z.iso.datetime(),
  /** What emptying the trash frees. */
  sizeBytes: z.number(),
});
export type TrashedTake = z.infer<typeof trashedTakeSchema>;

/** One line of the list of takes, read from its manifest. */
export const takeEntrySchema = z.object({
  takeName: z.string(),
  room: z.string(),
  ...takeDescriptionSchema.partial().shape,
  startedAt: z.iso.datetime(),
  durationMs: z.number().nullable(),
  /** So long before it began there was something to record, in milliseconds; left out below a second. */
  beganLateMs: z.int().nonnegative().optional(),
  /** All that its deletion frees: MP4 files that were made of it, and what is there of one that is not finished, included. */
  sizeBytes: z.number(),
  condition: takeConditionSchema,
  /** Whether every file is complete; null where it is not known. */
  isComplete: z.boolean().nullable().optional(),
  /** What is said of its content, and what is lost; null where it is not known. */
  content: contentSchema.nullable().optional(),
  losses: lossesSchema.nullable().optional(),
  /** Its second copy, and how that stands; left out of a take without one. */
  backup: manifestBackupSchema.optional(),
  /** How it was recorded, where that is not by encoding. */
  mode: takeModeSchema.optional(),
  /** The part from which on it is copied, where it was encoded before. */
  copiedFromPart: z.int().positive().optional(),
  /** MP4 files that were made of it afterwards, and are in its folder; left out where there are none. */
  deliverables: z.array(deliverableEntrySchema).optional(),
  /** It was saved from the replay buffer; left out of every other take. */
  isReplay: z.boolean().optional(),
  /** The folder's absolute path, to be copied. */
  path: z.string(),
  files: z.array(takeFileEntrySchema),
  /** In the order of time; left out by older versions. */
  markers: z.array(markerSchema).optional(),
  /** Where tracks were on and delivered nothing, or less than they should, in sentences. */
  warnings: z.array(z.string()).optional(),
  /** Whether the recorder's memory was flat; null where it is not known. */
  memory: memoryOutcomeSchema.nullable().optional(),
});
export type TakeEntry = z.infer<typeof takeEntrySchema>;

export const takeVerificationSchema = z.object({
  isOk: z.boolean(),
  /** What is wrong, in sentences; empty when all is as it was recorded. */
  findings: z.array(z.string()),
  /** What is missing although every file is what was written, in sentences; empty when all is complete. */
  losses: z.array(z.string()).optional(),
  content: contentSchema.nullable().optional(),
  /** Every file is what its encoder wrote, by the packets that were counted; left out by older versions. */
  isProven: z.boolean().optional(),
  /** Names of the files that are not intact; left out where all are, and by older versions. */
  notIntact: z.array(z.string()).optional(),
});
export type TakeVerificationResult = z.infer<typeof takeVerificationSchema>;

/** How far a take is checked whose files play. */
export const takeCheckSchema = z.object({
  takeName: z.string(),
  /** How many have to be checked, and how many are. */
  files: z.int().nonnegative(),
  checked: z.int().nonnegative(),
  /** 0 to 1, over all of them. */
  fraction: z.number(),
});
export type TakeCheck = z.infer<typeof takeCheckSchema>;

/** What became of a take that an interrupted recorder left. */
export const takeRecoverySchema = z.object({
  /** Every file was finished. */
  isWhole: z.boolean(),
  /** At most so much is missing at its end. */
  lostMs: z.number(),
  /** What is said of its content; left out by older versions. */
  content: contentSchema.nullable().optional(),
});
