import type { UnboundedSnapshot } from './unbounded.js';

/**
 * Numbers and rules that the engine and a console have to agree on. Without schemas, so that the window need not carry
 * them.
 */

const mebibyte = 1024 * 1024;

/** Every cap between the wire and the disk, in one table; `telemetry/budget.ts` adds them up. */
export const caps = {
  /** Native sink queues; the native side drops the oldest. */
  nativeVideoFrames: 4,
  nativeAudioFrames: 100,
  /** The event loop may be blocked this long before the watchdog closes the streams of video. */
  loopLateAfterMs: 300,
  /**
   * And those of audio, which is a thousandth of it: as much as waits for its encoder. To open the streams of dozens of people again
   * takes long enough to block the loop anew.
   */
  audioLoopLateAfterMs: 1_000,
  frameQueueFrames: 30,
  frameQueueWarnFrames: 20,
  /** Over all video streams. */
  frameQueueBytes: 64 * mebibyte,
  /**
   * Five seconds a file, a third of a frame of 1080p: an encoder that stands still for so long takes none of it. What comes at
   * once behind a standstill of a second is in it, too.
   */
  audioQueueFrames: 500,
  audioFrameMs: 10,
  framesInFlight: 2,
  /** Audio that has waited behind video is handed over at once: so much of it in each write. */
  audioBlockFrames: 50,
  /** Audio that waits for an encoder: until it is known whether there is video, and while the encoder starts. */
  heldAudioMs: 3000,
  /** Compressed data waiting for the disk, per file. */
  diskQueueBytes: 64 * mebibyte,
  /** The same for a file without video: more than a minute of audio at the highest bit rate. */
  audioDiskQueueBytes: 4 * mebibyte,
  /** The header of a growing file, kept whole while it is read; a larger one is not of ffmpeg. */
  fileHeaderBytes: 4 * mebibyte,
  /** What a power cut may take of a file that grows. */
  diskSyncEveryMs: 1000,
  /** Of a deleted file that is written anew, per file. */
  restoreChunkBytes: mebibyte,
  /** Of each stream that is finalized: what is remembered of its packets, 4 bytes each. */
  packetTraceBytes: 64 * mebibyte,
  /** Of a track that is finished where it stands: a day of audio. A longer one is copied. */
  tableSamples: 4 * 1024 * 1024,
  eventLogEntries: 1000,
  /** Times at which a track of a take delivered nothing, in the manifest; the others are counted. */
  signalGaps: 500,
  /** Pauses of a take that its manifest lists; the others are counted. */
  pauses: 1_000,
  /** Parts of a take; it is not split again beyond that. */
  parts: 1_000,
  /** Tracks that the manifest lists of a file: somebody may publish and unpublish for hours. */
  tracksPerFile: 200,
  telemetryQueueBytes: mebibyte,
  /** The replay buffer, in all: what six cameras of 720p30 need (2.8 Mbit/s each), for as long as it is to be. */
  replayBytesPerSecond: 2 * mebibyte,
  replayBytes: 512 * mebibyte,
  /** What passes to the second copy of a take, and what is held against it. */
  backupBytes: 2 * mebibyte,
  /** Participants that the manifest lists: rooms have visitors. The others are counted. */
  participantsListed: 200,
  /** Of each participant: names and values of attributes together, and the metadata. What is cut is counted. */
  participantAttributesChars: 1024,
  participantMetadataChars: 1024,
} as const;

/**
 * When an alarm is raised. OBS warns below 80 % of the frame rate (`OBSBasicStats::Update`); what is noticed here is
 * told within five seconds.
 */
export const signalRules = {
  nothingAfterMs: 4_600,
  undecryptedAfterMs: 3_000,
  frozenAfterMs: 10_000,
  silentAfterMs: 30_000,
  rateWindowMs: 5_000,
  leastShareOfFrames: 0.8,
} as const;

/** When it is told that this machine, its disk or a clock does not do what a take needs. */
export const conditionRules = {
  /** Frames wait or are dropped for so long, or the recorder gets too little time. */
  behindAfterMs: 10_000,
  /** One write to the disk takes longer. */
  diskWriteMs: 2_000,
  /** A backup that lacks something for longer. */
  backupLagMs: 10_000,
  /** An audio clock that goes wrong by more within two minutes: corrections end at 60 ms a minute. */
  driftMs: 80,
  /** Of the budget, for so long. */
  memoryShare: 0.9,
  memoryAfterMs: 5_000,
  /** One of a hundred turns of the event loop is later. */
  overloadedP99Ms: 100,
} as const;

/**
 * What may be set as the recorder's memory ceiling; MB is 10^6 bytes. Node and the SDK alone need more than the
 * least.
 */
export const memoryCeilingLimits = { minMegabytes: 50, maxMegabytes: 1_000_000 } as const;

/** What may be set as the number of files that are open at once. */
export const maxFilesLimits = { min: 1, max: 10_000 } as const;

/** The sound of somebody whom a console listens to: 16-bit mono. */
export const soloFormat = { sampleRateHz: 48_000 } as const;

/**
 * Free space under the takes. How long it lasts is what counts; while nothing is written, and the time is not known, the
 * first two are the limits at which OBS Studio's stats dock turns yellow and red (5 and 1 GiB, `OBSBasicStats::Update`).
 * OBS stops a recording at 50 MiB (`MBYTES_LEFT_STOP_REC`); ours count in decimal units, as everything on screen does.
 */
export const diskLimits = {
  lowBytes: 5_000_000_000,
  /** It is low below this, too, however slowly it fills: somebody else may write. */
  veryLowBytes: 1_000_000_000,
  /** The take is stopped while it can still be ended properly: with this left, or this long before the disk is full. */
  stopBytes: 50_000_000,
  stopSeconds: 5,
  /** A backup leaves so much of its disk alone: a take on the same disk goes on, and what is there can be finished. */
  leftByBackupBytes: 100_000_000,
  /** Amber: long enough to free space, or to end the take and choose another disk, without haste. */
  soonFullSeconds: 30 * 60,
  /** Red: now. */
  verySoonFullSeconds: 5 * 60,
} as const;

/** How urgent the free space is, from good to bad. */
export const diskLevels = ['ok', 'low', 'veryLow'] as const;
export type DiskLevel = (typeof diskLevels)[number];

/** What terminal and window warn of. @param disk as in a snapshot; nulls are what is not known */
export function diskLevel({
  freeBytes,
  secondsToFull,
}: {
  readonly freeBytes: number | null;
  readonly secondsToFull: number | null;
}): DiskLevel {
  const { lowBytes, soonFullSeconds, verySoonFullSeconds, veryLowBytes } = diskLimits;
  if (secondsToFull !== null) {
    if (secondsToFull < verySoonFullSeconds) return 'veryLow';
    return secondsToFull < soonFullSeconds || (freeBytes ?? Infinity) < veryLowBytes ? 'low' : 'ok';
  }
  if (freeBytes === null || freeBytes >= lowBytes) return 'ok';
  return freeBytes < veryLowBytes ? 'veryLow' : 'low';
}

/**
 * From here on what earlier connections have left behind is worth a restart of the program, between two takes.
 */
export const restartAdviceBytes = 30e6;

/**
 * Memory of the recorder without caps, in bytes, while it runs; null otherwise, and before its first reading: it
 * is on its way into the room then.
 */
export function presentRssBytes(unbounded: UnboundedSnapshot | null): number | null {
  return unbounded?.state === 'running' && unbounded.rssBytes > 0 ? unbounded.rssBytes : null;
}

/** What a console's WebSocket is closed with (4000 to 4999 are free for applications, RFC 6455, section 7.4.2). */
export const closeCodes = {
  /** A message that is not of the envelope, or too many commands at once. */
  protocolError: 4400,
  /** A token or session that is not known. */
  unauthorized: 4401,
  /** Nothing was said in time; the console may come back with what it has. */
  tooSlow: 4408,
  /** Every session is in use, or this one has too many windows; the console may come back with what it has. */
  tooManyConsoles: 4429,
} as const;

/** What a take may be split by. */
export const splitLimits = {
  minMs: 10_000,
  maxMs: 86_400_000,
  /** 10 s of video of a good quality are less. */
  minBytes: 20_000_000,
} as const;

/** The same by time, as a console offers it. */
export const splitMinutesLimits = { min: 1, max: splitLimits.maxMs / 60_000 } as const;

/** How long a countdown before a take may be. */
export const countdownLimits = { minSeconds: 1, maxSeconds: 60 } as const;

/** How much of the past the replay buffer may hold. */
export const replayLimits = { minSeconds: 30, maxSeconds: 300 } as const;

/** Of what people say of a take, in characters. */
export const descriptionLimits = { titleLength: 200, noteLength: 10_000 } as const;

/** Of a marker's name and note, in characters; and how many a take has before none is added to it any more. */
export const markerLimits = { labelLength: 200, noteLength: 2_000, perTake: 1_000 } as const;

/**
 * At a constant frame rate a frame is moved by this share of a slot at most, to keep its distance from the one before: the
 * same while a take is recorded and when MP4 files are made of it.
 */
export const maxMovedSlots = 0.75;
