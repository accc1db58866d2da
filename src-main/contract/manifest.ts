import { z } from 'zod';
import { manifestBackupSchema } from './backup.js';
import { copyAccountSchema } from './copy-account.js';
import { dropCauseNames, formerDropCauseNames, withEveryCause } from './drop-causes.js';
import { participantDescriptionSchema } from './participant-description.js';
import { profileSchema } from './profile.js';
import { recordedTrackSchema } from './recorded-track.js';
import { takeModeSchema } from './recording.js';
import { replayOriginSchema } from './replay.js';
import { signalGapSchema } from './signal-alarms.js';
import { contentSchema, lossesSchema, lossGapSchema, stampsSchema, streamPacketsSchema } from './stamps.js';
import { memoryOutcomeSchema } from './verdict.js';

/** Why a received frame is not in the file; `drop-causes.ts` says what each means. */
const countedCauseSchema = z.enum([...dropCauseNames, ...formerDropCauseNames]);

/**
 * received = written + dropped (all causes) + queued, at every moment. Units are frames for video and
 * 10 ms frames for audio; `queued` includes what is in flight to ffmpeg.
 */
export const accountingSchema = z.object({
  received: z.int().nonnegative(),
  written: z.int().nonnegative(),
  queued: z.int().nonnegative(),
  /** What an older version wrote lacks the causes that it did not know. */
  dropped: z.partialRecord(countedCauseSchema, z.int().nonnegative()).transform(withEveryCause),
});
export type Accounting = z.infer<typeof accountingSchema>;

/** A stretch of a file's timeline that one ffmpeg process wrote. */
export const segmentSchema = z.object({
  /** File name inside the take folder while the take grows. */
  file: z.string(),
  /** Where its first frame and sample stand on the take's timeline. */
  startMs: z.number().nonnegative(),
  /** End of what was written into it, on the take's timeline; null while it grows. */
  endMs: z.number().nonnegative().nullable(),
  /** What its encoder wrote, counted on the way to the disk; null when that was not understood. Absent while it grows. */
  packets: streamPacketsSchema.nullable().optional(),
});
export type Segment = z.infer<typeof segmentSchema>;

export const fileStateSchema = z.enum([
  /** Growing; fragmented, so that it plays whatever happens. */
  'recording',
  /** An ordinary file that plays and can be seeked; it is not checked yet. */
  'unchecked',
  /** Finalized and verified. */
  'verified',
  /** The remux failed or was cut short: the fragmented file was kept and plays. */
  'fragmented',
  /** It does not play. */
  'damaged',
]);

const recordedFileSchema = z.object({
  /** File name inside the take folder. */
  file: z.string(),
  identity: z.string(),
  participantName: z.string(),
  kind: z.enum(['participant', 'screenShare']),
  /**
   * 1 is the file of camera and microphone, or of the screen. From 2 on it holds one further track alone, which was on
   * at the same time as another one of its kind. Older manifests do not say.
   */
  trackNumber: z.int().min(1).default(1),
  /**
   * Which part of a take it is that was split while it was recorded: a file begins at `startMs` of the take's timeline, and
   * the next one of the same participant begins at `endMs`, null of the last one. Absent of a take that was not split.
   */
  part: z
    .object({
      number: z.int().min(1),
      startMs: z.number().nonnegative(),
      endMs: z.number().nonnegative().nullable(),
    })
    .optional(),
  state: fileStateSchema,
  canvas: z.object({ width: z.int(), height: z.int() }).nullable(),
  videoCodec: z.string().nullable(),
  audioCodec: z.string(),
  segments: z.array(segmentSchema),
  /** The tracks that it holds, in the order in which they came. Older manifests lack them. */
  tracks: z.array(recordedTrackSchema).default([]),
  /** Tracks that came after `caps.tracksPerFile` others; recorded, and not listed. */
  tracksNotListed: z.int().nonnegative().default(0),
  durationMs: z.number().nonnegative().nullable(),
  sizeBytes: z.int().nonnegative().nullable(),
  sha256: z.string().nullable(),
  /** Why it is not `verified`, or ends before its take. */
  problem: z.string().nullable(),
  video: accountingSchema,
  audio: accountingSchema,
  /** Silence written where no audio had arrived. */
  audioSilenceMs: z.number().nonnegative(),
  /** The longest time without a frame while the camera was on. */
  maxFrameGapMs: z.number().nonnegative(),
  /**
   * Frames that never reached the source, inferred from gaps in their timestamps: lost on the way, in
   * the native queue, or while the watchdog had closed the stream. Outside of `video`, which counts what
   * was received.
   */
  missedFrames: z.int().nonnegative(),
  /**
   * Slots of a constant frame rate in which no frame of a track stands for the first time: they show the last one once
   * more, or black. No loss by itself, and outside of `video`: a slower source has as many, and a frame that was lost is
   * counted as lost. What stood in for two frames of one slot is `paced`. Older manifests lack it.
   */
  repeatedFrames: z.int().nonnegative().optional(),
  /**
   * Slots of a constant frame rate that hold no frame, for the encoder was behind and had no time to show the last one again: the
   * file has so many frames less than its rate says. No loss by itself: the frame before is shown longer, as it would have been
   * anyway, and a frame that was dropped is counted as dropped. Older manifests lack it.
   */
  emptySlots: z.int().nonnegative().optional(),
  /**
   * Audio that was to be expected and is not there: the part of `audioSilenceMs` that stands for it, what an encoder took
   * with it, and `audioConcealedMs`. Older manifests lack this and what follows.
   */
  audioLostMs: z.number().nonnegative().optional(),
  /** Audio that WebRTC made up in place of packets that were lost. */
  audioConcealedMs: z.number().nonnegative().optional(),
  /** Where something that should be in the file is not: the longest 100 stretches, and how many more there are. */
  gaps: z.array(lossGapSchema).optional(),
  gapsLeftOut: z.int().nonnegative().optional(),
  /** What became of each packet of a file that holds what was sent; absent of one that was encoded. */
  copy: copyAccountSchema.optional(),
  /** What the file may be called; absent until it was finalized. */
  stamps: stampsSchema.optional(),
});

/** A further microphone that is an audio stream of its participant's file: what its own file would say. */
export const furtherAudioSchema = recordedFileSchema.pick({
  ...{ trackNumber: true, segments: true, tracks: true, tracksNotListed: true, canvas: true, video: true },
  ...{ audio: true, missedFrames: true, audioSilenceMs: true, audioLostMs: true, audioConcealedMs: true },
  ...{ gaps: true, gapsLeftOut: true, stamps: true },
});
export type FurtherAudio = z.infer<typeof furtherAudioSchema>;

export const manifestFileSchema = recordedFileSchema.extend({
  /** Audio streams after the first one, in their order; absent where there are none. */
  furtherAudio: z.array(furtherAudioSchema).optional(),
});
export type ManifestFile = z.infer<typeof manifestFileSchema>;

/** A moment that somebody marked while the take ran, or later. */
export const markerSchema = z.object({
  takeMs: z.number(),
  label: z.string(),
  /** What somebody wrote of it after the take; absent where nobody has. */
  note: z.string().optional(),
});
export type Marker = z.infer<typeof markerSchema>;

/** The whole recorder stood still: nothing was received from `takeMs - lengthMs` to `takeMs`. */
export const standstillSchema = z.object({ takeMs: z.number(), lengthMs: z.number().nonnegative() });
export type Standstill = z.infer<typeof standstillSchema>;

/** Somebody paused the take: what came meanwhile is in no file. */
export const pauseSchema = z.object({
  /** Where it stands on the take's timeline, and in every file: what follows it comes right there. */
  takeMs: z.number().nonnegative(),
  /** When it began on the room's clock: milliseconds since the take started, earlier pauses among them. */
  roomMs: z.number().nonnegative(),
  /** Null while it lasts, and of a take whose recorder was gone before it was over. */
  lengthMs: z.number().nonnegative().nullable(),
});
export type Pause = z.infer<typeof pauseSchema>;

/** A track that was to be recorded and is not in the take. */
const notRecordedSchema = z.object({
  identity: z.string(),
  participantName: z.string(),
  /** `microphone`, `camera`, `screenShare` or `screenShareAudio`. */
  role: z.string(),
  /** An error code: `trackWithheld`, `encryptedTrack`, `tooManyFiles`. */
  code: z.string(),
  message: z.string(),
  /** On the take's timeline. */
  sinceMs: z.number().nonnegative(),
  /** It has been recorded from then on, or had ended; left out of what is missing up to the end. */
  untilMs: z.number().nonnegative().optional(),
});
export type NotRecorded = z.infer<typeof notRecordedSchema>;

/** Somebody who is recorded, or was to be, as they were described last; of who comes back and says nothing, as before they left. */
const manifestParticipantSchema = participantDescriptionSchema.extend({
  identity: z.string(),
  name: z.string(),
  /** What else they were called during the take: the last 20 names, the oldest first, each once. */
  formerNames: z.array(z.string()),
});
export type ManifestParticipant = z.infer<typeof manifestParticipantSchema>;

/** One of the folders that a take is in: it went on elsewhere when a disk failed, or when somebody asked for it. */
const manifestFolderSchema = z.object({
  /** Absolute, as it was when the take was recorded; `isThis` is the folder of this manifest. */
  path: z.string(),
  isThis: z.boolean(),
  /** The first part whose files are there, and where that begins on the take's timeline. */
  fromPart: z.int().min(1),
  fromMs: z.number().nonnegative(),
  /** Why the take left the folder before this one, and what was lost by that; null for the first. */
  moved: z
    .object({
      code: z.string(),
      message: z.string(),
      lostFrames: z.int().nonnegative(),
      lostAudioMs: z.number().nonnegative(),
    })
    .nullable(),
});
export type ManifestFolder = z.infer<typeof manifestFolderSchema>;

export const manifestSchema = z.object({
  schema: z.literal('plateau.manifest/1'),
  plateauVersion: z.string(),
  room: z.string(),
  /** Host of the server, without credentials or query. */
  server: z.string(),
  takeName: z.string(),
  state: z.enum([
    'recording',
    'finalizing',
    /** Every file plays, and they are being checked; so it stays when the program ends before that is done. */
    'checking',
    /** Stopped in order, and finalized. */
    'complete',
    /** A failure ended it, or nothing of it plays; `problem` says which. */
    'failed',
  ]),
  startedAt: z.iso.datetime(),
  stoppedAt: z.iso.datetime().nullable(),
  durationMs: z.number().nonnegative().nullable(),
  /** So long before the take began there was something to record, which is in no file; absent below a second. */
  beganLateMs: z.int().nonnegative().optional(),
  profile: profileSchema,
  /** `copy`: the files hold what was sent, and the profile says nothing of them. Absent of an encoded take. */
  mode: takeModeSchema.optional(),
  audioOnly: z.boolean(),
  /** The largest of the take: it changes with the files. */
  budgetBytes: z.int().nonnegative().nullable(),
  /** The highest from the start until the files play, as in `memory`. */
  peakRssBytes: z.int().nonnegative().nullable(),
  /** Whether memory was flat while the take was recorded. Older manifests lack it. */
  memory: memoryOutcomeSchema.optional(),
  /** All folders of the take, in their order, each of which has a manifest of its files. Absent of a take in one. */
  folders: z.array(manifestFolderSchema).optional(),
  /** Its second copy; absent of a take without one. */
  backup: manifestBackupSchema.optional(),
  files: z.array(manifestFileSchema),
  /** What is lost of all files together. Older manifests lack it. */
  losses: lossesSchema.optional(),
  /** How much that is, by the worst file; absent until the take was finalized. */
  content: contentSchema.optional(),
  markers: z.array(markerSchema).default([]),
  /** When the whole recorder stood still (swap, suspend, a virtual machine's pause), and for how long. */
  standstills: z.array(standstillSchema).optional(),
  /** In the order of time: the first 1,000, and how many more there are. Older manifests lack both. */
  pauses: z.array(pauseSchema).optional(),
  pausesLeftOut: z.int().nonnegative().optional(),
  /** Where a track was on and did not deliver what it should, as noticed: `caps.signalGaps`, and how many more. Older manifests lack both. */
  signalGaps: z.array(signalGapSchema).optional(),
  signalGapsLeftOut: z.int().nonnegative().optional(),
  /** Whose files there are, or should be: at most 200, and how many more there are. Older manifests lack both. */
  participants: z.array(manifestParticipantSchema).optional(),
  participantsNotListed: z.int().nonnegative().optional(),
  /** At most 500. Older manifests lack them. */
  notRecorded: z.array(notRecordedSchema).default([]),
  /** That its recorder was gone before the take was finished, and Plateau finished it later; absent otherwise. */
  recovered: z
    .object({
      at: z.iso.datetime(),
      interruptedWhile: z.enum(['recording', 'finalizing']),
      /** At most so much is missing at the end of a file: from its last packet to when the recorder was gone. */
      lostMs: z.number().nonnegative(),
    })
    .optional(),
  /** It was saved from the replay buffer: its start is when its first file begins. Absent of every other take. */
  replay: replayOriginSchema.optional(),
  /** The worst that happened: why the take holds less than was asked for. A take that is `complete` may have one. */
  problem: z
    .object({
      code: z.string(),
      message: z.string(),
      hint: z.string(),
      /** The file that it concerns, and whose it is; null when it concerns the take. Older manifests lack both. */
      file: z.string().nullable().default(null),
      identity: z.string().nullable().default(null),
    })
    .nullable(),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** Whether a take ended before it was to; its files may all be as they were recorded. */
export function hasEndedEarly({ problem, state }: Pick<Manifest, 'problem' | 'state'>): boolean {
  return state === 'failed' || (problem !== null && problem.file === null && problem.identity === null);
}
