import { z } from 'zod';
import { errorReportSchema } from '../../contract/error-report.js';
import { manifestFileSchema } from '../../contract/manifest.js';
import { signalAlarmSchema } from '../../contract/signal-alarms.js';
import { eventSchema, sinkSnapshotSchema } from '../../contract/snapshot.js';
import { trackRoles } from '../../contract/track-roles.js';
import type { PublicationInfo } from '../../livekit/publication-info.js';

/** A state has so many of each at most; what is more comes with the next one. */
export const stateCaps = { happenings: 200, files: 16, alarms: 256 } as const;

const count = z.int().nonnegative();

const sizeSchema = z.object({ width: z.number(), height: z.number() });

const publicationInfoSchema = z.object({
  trackSid: z.string(),
  identity: z.string(),
  participantName: z.string(),
  role: z.enum(trackRoles),
  isRoleDeclared: z.boolean(),
  name: z.string(),
  kind: z.enum(['video', 'audio']),
  declaredSize: sizeSchema.nullable(),
  isSimulcast: z.boolean(),
  isMuted: z.boolean(),
  isEncrypted: z.boolean(),
  needsKey: z.boolean(),
}) satisfies z.ZodType<PublicationInfo>;

/** Something that has happened in the process, in its order. */
const happeningSchema = z.discriminatedUnion('type', [
  eventSchema
    .pick({ level: true, name: true, message: true, identity: true, details: true })
    .extend({ type: z.literal('event') }),
  /** A track is recorded from now on. */
  z.object({
    type: z.literal('came'),
    track: publicationInfoSchema,
    /** So long it had been on when it was handed over, where that is not told otherwise. */
    lateMs: z.number().nonnegative().optional(),
  }),
  /** It is to be recorded and is not. */
  z.object({
    type: z.literal('missing'),
    ...{ track: publicationInfoSchema, error: errorReportSchema },
    /** How long nothing of it has come by now, in milliseconds. */
    awaitedMs: z.number().nonnegative(),
  }),
  /** It has ended, or was muted: when the first of it came, on the take's timeline. */
  z.object({
    ...{ type: z.literal('onset'), track: publicationInfoSchema },
    times: z.object({
      ...{ sinceMs: z.number(), cameMs: z.number().nullable(), untilMs: z.number() },
      isMuted: z.boolean().optional(),
    }),
  }),
  /** There is no room for its file. */
  z.object({ type: z.literal('refused'), track: publicationInfoSchema, error: errorReportSchema }),
  /** A file records no more, which nobody has said yet. */
  z.object({
    type: z.literal('failed'),
    file: z.string(),
    part: z.int().positive(),
    subject: sinkSnapshotSchema.pick({
      identity: true,
      participantName: true,
      kind: true,
      trackNumber: true,
    }),
    error: errorReportSchema,
  }),
  /** A file was deleted, and cannot be written again: what is open goes on. */
  z.object({
    ...{ type: z.literal('notRestored'), file: z.string(), part: z.int().positive() },
    error: errorReportSchema,
  }),
  /** The room is not received any more, and will not be. */
  z.object({ type: z.literal('lost'), error: errorReportSchema }),
]);
export type Happening = z.infer<typeof happeningSchema>;

/** A file at the moment: for telemetry and screen, null of a part that has ended, and for the manifest. */
const copyFileStateSchema = z.object({ snapshot: sinkSnapshotSchema.nullable(), entry: manifestFileSchema });
export type CopyFileState = z.infer<typeof copyFileStateSchema>;

const copyStateSchema = z.object({
  type: z.literal('state'),
  happenings: z.array(happeningSchema).max(stateCaps.happenings),
  /** So many more have happened since the state before, and are told by nobody. */
  leftOut: count,
  files: z.array(copyFileStateSchema).max(stateCaps.files),
  /** Files have begun, or ended, or their video is known; each of them has been told by now. */
  haveFilesChanged: z.boolean(),
  /** All files have ended, and this is the last state. */
  hasFinished: z.boolean(),
  /** What is wrong with tracks at the moment. */
  alarms: z.array(signalAlarmSchema).max(stateCaps.alarms),
  openCount: count,
  /** The last part that was asked for; and the last one of which all files are on the disk. */
  lastPart: count,
  settledPart: count,
  /** Of the largest file that is recorded now. */
  largestBytes: count,
  writtenBytes: count,
  queuedBytes: count,
  /** What disks have failed to keep, over all files; frames of audio are 10 ms long. */
  failed: z.object({ video: count, audio: count }),
  shape: z.object({ files: count, videoTracks: count, audioTracks: count }),
  /** Of the process. */
  rssBytes: count,
  /** How long a replay would be that is saved now, in milliseconds, and what is held for it; left out while there is none. */
  replay: z.object({ spanMs: z.number().nonnegative(), heldBytes: count, isCapped: z.boolean() }).optional(),
});
export type CopyState = z.infer<typeof copyStateSchema>;

/** What the process tells. */
export const copyReportSchema = z.discriminatedUnion('type', [
  /** Loaded; waits for `join`. */
  z.object({ type: z.literal('ready') }),
  /** It is in the room, unless it failed. */
  z.object({ type: z.literal('joined'), failure: errorReportSchema.nullable() }),
  /** For another session: the first one has been used. */
  z.object({ type: z.literal('tokenWanted') }),
  /** The answer to `cutReplay`; `cut` is null when nothing is held. Times are the take's, in milliseconds. */
  z.object({
    ...{ type: z.literal('replayCut'), failure: errorReportSchema.nullable() },
    cut: z.object({ fromMs: z.number().nonnegative(), endMs: z.number(), bytes: count }).nullable(),
  }),
  /** The answer to `writeReplay`: the files as a manifest has them. */
  z.object({
    ...{ type: z.literal('replayWritten'), failure: errorReportSchema.nullable() },
    files: z.array(manifestFileSchema),
  }),
  copyStateSchema,
]);
export type CopyReport = z.infer<typeof copyReportSchema>;
