import { z } from 'zod';
import { backupSnapshotSchema } from './backup.js';
import { copyAccountSchema } from './copy-account.js';
import { accountingSchema } from './manifest.js';
import { replayStateSchema } from './replay.js';
import { signalAlarmSchema } from './signal-alarms.js';
import { unboundedSnapshotSchema } from './unbounded.js';
import { memoryVerdictSchema } from './verdict.js';

export const recorderStateSchema = z.enum(['idle', 'connecting', 'ready', 'recording', 'finalizing']);
export type RecorderState = z.infer<typeof recorderStateSchema>;

/** A condition of the connection, not of the take: a take goes on while its room is being found again. */
export const connectionStateSchema = z.enum([
  'disconnected',
  'connecting',
  'connected',
  'reconnecting',
  /** The room is not open. Plateau looks for it, and joins when somebody opens it. */
  'waiting',
]);
export type ConnectionState = z.infer<typeof connectionStateSchema>;

const bytes = z.int().nonnegative();

/** What WebRTC counts of one received stream (W3C webrtc-stats, inbound-rtp). */
export const rtcSnapshotSchema = z.object({
  receivedBytes: bytes,
  packetsReceived: z.int().nonnegative(),
  /** Negative where duplicates arrived. */
  packetsLost: z.int(),
  /** Of video: decoded, and dropped before or after, because they came too late or broken. */
  framesDecoded: z.int().nonnegative().optional(),
  framesDropped: z.int().nonnegative().optional(),
  /** Complete frames that came, whether or not they could be decoded. */
  framesReceived: z.int().nonnegative().optional(),
  /** Of audio: samples that left the jitter buffer. */
  samplesEmitted: z.int().nonnegative().optional(),
  /** Of audio: samples that were made up, because a packet was lost, came late, or was never sent. */
  concealedSamples: z.int().nonnegative().optional(),
  /** Of audio: whether stereo is kept, or mixed to mono because the server cannot do otherwise. */
  isStereoKept: z.boolean().optional(),
  jitterMs: z.number(),
  /** How long the jitter buffer keeps what has arrived, since it was last asked; null until it has settled. */
  jitterBufferMs: z.number().nullable(),
  /** Over the last two seconds. */
  bitsPerSecond: z.number(),
});

export type RtcSnapshot = z.infer<typeof rtcSnapshotSchema>;

export const videoSnapshotSchema = z.object({
  /** The camera is on and subscribed. */
  isLive: z.boolean(),
  width: z.int().nullable(),
  height: z.int().nullable(),
  /**
   * Frames per second received and written, over the last second. Null in the first one, while the take is paused, and once
   * the file has ended. In copy mode a frame that waits for its time counts as written.
   */
  fpsIn: z.number().nullable(),
  fpsOut: z.number().nullable(),
  queuedFrames: z.int(),
  /** The deepest the queue was since the last snapshot. */
  maxQueuedFrames: z.int(),
  queueCapFrames: z.int(),
  framesInFlight: z.int(),
  frameGapMs: z.number(),
  maxFrameGapMs: z.number(),
  missedFrames: z.int(),
  filledFrames: z.int(),
  /** Both as in the manifest. Absent in the telemetry of older versions. */
  repeatedFrames: z.int().nonnegative().optional(),
  emptySlots: z.int().nonnegative().optional(),
  /** Null until the server's first figures. */
  rtc: rtcSnapshotSchema.nullable(),
  accounting: accountingSchema,
});

export const audioSnapshotSchema = z.object({
  isLive: z.boolean(),
  queuedFrames: z.int(),
  maxQueuedFrames: z.int(),
  queueCapFrames: z.int(),
  /**
   * How far the sample count has drifted from the monotonic clock, on which frames are placed: the drift
   * between audio and video, had it not been corrected.
   */
  driftMs: z.number(),
  /** Taken off the audio's time: how much longer its jitter buffer keeps it than that of video. */
  playoutOffsetMs: z.number(),
  /** How often audio that goes on was moved to where it belongs, and by how much in all. */
  corrections: z.int().nonnegative().optional(),
  correctedMs: z.number().nonnegative().optional(),
  silenceMs: z.number(),
  /** Audio that was to be expected and is not there: silence in its place, and `concealedMs`. */
  lostMs: z.number(),
  /** Audio that WebRTC made up in place of packets that were lost. Absent in the telemetry of older versions. */
  concealedMs: z.number().nonnegative().optional(),
  /** The part of it in which the track was on and sent nothing, or nothing that a key fits: its alarm says so. */
  unheardMs: z.number().nonnegative().optional(),
  rtc: rtcSnapshotSchema.nullable(),
  accounting: accountingSchema,
});

/** What is wrong with this machine, its disk or a clock while a take runs: what, since when, and what to do. */
export const recordingConditionSchema = z.object({
  name: z.enum([
    'encoderBehind',
    'diskSlow',
    'clockDrift',
    'memoryNearBudget',
    'machineOverloaded',
    'backupBehind',
  ]),
  /** Null when it is of the whole take. */
  file: z.string().nullable(),
  identity: z.string().nullable(),
  /** For how long it has been so by now, in milliseconds. */
  durationMs: z.number().nonnegative(),
  /** What is wrong, a sentence without its end. */
  what: z.string(),
  /** What it means and what to do: sentences. */
  advice: z.string(),
});
export type RecordingCondition = z.infer<typeof recordingConditionSchema>;

/** How far video is reduced, so that memory stays below its limit. */
export const governorSnapshotSchema = z.object({
  /** 0 while everything is recorded, up to `stepCount`. */
  step: z.int().nonnegative(),
  stepCount: z.int().nonnegative(),
  /** `15 fps`. */
  action: z.string(),
  /** The budget, or a ceiling below it; null while there is neither. */
  limitBytes: bytes.nullable(),
  limitedBy: z.enum(['budget', 'ceiling']).nullable(),
});
export type GovernorSnapshot = z.infer<typeof governorSnapshotSchema>;

export const sinkSnapshotSchema = z.object({
  file: z.string(),
  identity: z.string(),
  participantName: z.string(),
  kind: z.enum(['participant', 'screenShare']),
  /** 1 is the file of camera and microphone, or of the screen; from 2 on it holds one further track alone. */
  trackNumber: z.int().min(1).default(1),
  isRecording: z.boolean(),
  video: videoSnapshotSchema.nullable(),
  audio: audioSnapshotSchema,
  /** Raw bytes handed to the present ffmpeg's input. */
  inputBytes: bytes,
  /** Raw bytes handed to ffmpeg's input that have not left this process. */
  inputPendingBytes: bytes,
  diskQueueBytes: bytes,
  diskQueueCapBytes: bytes,
  writtenBytes: bytes,
  maxDiskWriteMs: z.number(),
  /** Null where it cannot be read, 0 before the process stands. */
  ffmpegRssBytes: bytes.nullable(),
  /** Part of it, which every ffmpeg has in common with the others: program code. Left out by older versions. */
  ffmpegFileBytes: bytes.nullable().optional(),
  /** As in the manifest; left out of a file that is encoded. */
  copy: copyAccountSchema.optional(),
  /** How many gaps the file has by now, and the longest of them, as in the manifest; left out by older versions. */
  gaps: z.object({ count: z.int().nonnegative(), longestMs: z.number().nonnegative() }).optional(),
});
export type SinkSnapshot = z.infer<typeof sinkSnapshotSchema>;

/** Connections that this process has left, and about how much memory the SDK keeps of them until it ends. */
export const earlierConnectionsSchema = z.object({ count: z.int().nonnegative(), bytes });
export type EarlierConnections = z.infer<typeof earlierConnectionsSchema>;

/** Everything a console shows, at one moment. At most ten a second leave the engine. */
export const snapshotSchema = z.object({
  schema: z.literal('plateau.snapshot/1'),
  at: z.iso.datetime(),
  state: recorderStateSchema,
  connection: connectionStateSchema,
  /** Time on the take's clock; null while there is no take. */
  takeMs: z.number().nullable(),
  /** The take is paused: its clock stands still. Left out by older versions, as the next. */
  isPaused: z.boolean().optional(),
  /** How long all pauses of the take are by now. */
  pausedMs: z.number().nonnegative().optional(),
  memory: z.object({
    /** Of the recorder: this process, and the one that receives and writes in copy mode. */
    rssBytes: bytes,
    heapUsedBytes: bytes,
    heapTotalBytes: bytes,
    externalBytes: bytes,
    arrayBuffersBytes: bytes,
    /** What is neither V8's heap nor its external memory: rss - heapTotal - external. */
    nativeBytes: z.int(),
    /** Part of both: the process that receives and writes in copy mode. Left out while there is none. */
    receiverRssBytes: bytes.optional(),
    /**
     * Of all encoders together, of a take or of the replay buffer: what they have in common counts once. Null where it cannot be
     * read, and while none runs.
     */
    ffmpegRssBytes: bytes.nullable(),
    /** Null while there is no take, and before its first file: there are no buffers yet that it makes room for. */
    budgetBytes: bytes.nullable(),
    /** What somebody set for this process; null for the budget alone. */
    ceilingBytes: bytes.nullable(),
    /** The highest since the take began, until its files play; what memory is now while there is none. */
    peakRssBytes: bytes,
    /** The budget at the moment of the peak: it changes with the files. Left out by older versions, as the next. */
    peakBudgetBytes: bytes.nullable().optional(),
    /** Memory was above the budget of its moment in this take. */
    hasExceededBudget: z.boolean().optional(),
    /** Part of the native memory, and of the budget. */
    earlierConnections: earlierConnectionsSchema,
    /** The console's own processes in Electron; empty elsewhere. */
    consoleProcesses: z.array(
      z.object({ kind: z.enum(['renderer', 'gpu', 'other']), rssBytes: bytes.nullable() }),
    ),
  }),
  /** Null while there is no take. */
  governor: governorSnapshotSchema.nullable(),
  /** Whether memory is flat, judged while a take runs. */
  verdict: memoryVerdictSchema.nullable(),
  frameQueueBytes: bytes,
  frameQueueCapBytes: bytes,
  /** Decoded frames that the native side holds for this process. */
  nativeFramesAlive: z.int(),
  eventLoopMaxLateMs: z.number(),
  /** How late the event loop was over the last second. */
  eventLoop: z.object({ p50Ms: z.number(), p99Ms: z.number(), maxMs: z.number() }),
  /** How often streams were closed because the event loop was blocked. */
  watchdogTrips: z.int(),
  disk: z.object({
    freeBytes: bytes.nullable(),
    /** At the rate of the last 30 s; null while nothing is written. */
    secondsToFull: z.number().nullable(),
  }),
  sinks: z.array(sinkSnapshotSchema),
  /**
   * What the take lacks by now of what no file shows: tracks that are not recorded, or were not for a while, and signals that did
   * not come. Left out while there is no take, and by older versions.
   */
  missing: z
    .object({
      tracks: z.int().nonnegative(),
      /** Of these, those that are not recorded at the moment. Older telemetry lacks it. */
      tracksNow: z.int().nonnegative().optional(),
      signals: z.int().nonnegative(),
    })
    .optional(),
  /** Tracks that are on and do not deliver what they should, recorded or not; left out by older versions. */
  alarms: z.array(signalAlarmSchema).optional(),
  /** What costs quality on this machine, or soon will; left out by older versions. */
  conditions: z.array(recordingConditionSchema).optional(),
  /** The second copy of the take; left out of a take without one. */
  backup: backupSnapshotSchema.optional(),
  /** The replay buffer; left out while it is off, and by older versions. */
  replay: replayStateSchema.optional(),
  /** The lab's recorder without caps; null while there was none in this take. */
  unbounded: unboundedSnapshotSchema.nullable(),
});
export type Snapshot = z.infer<typeof snapshotSchema>;

export const eventLevelSchema = z.enum(['info', 'warning', 'error']);

/** One line of the event log. */
export const eventSchema = z.object({
  at: z.iso.datetime(),
  takeMs: z.number().nullable(),
  level: eventLevelSchema,
  /** A stable name for machines: `trackSubscribed`, `longFrameGap`, ... */
  name: z.string(),
  /** One sentence for people. */
  message: z.string(),
  identity: z.string().nullable(),
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});
export type RecorderEvent = z.infer<typeof eventSchema>;
