import type { BudgetTerm } from '../contract/budget-terms.js';
import { caps } from '../contract/limits.js';
import { type KeptBytes, nothingKept } from './kept-memory.js';

const mebibyte = 1024 * 1024;

/**
 * Node, the SDK and its decoders. Takes of one and of two microphones, which have next to nothing in their buffers, came to
 * 158 to 161 MiB before V8 tidied up for the first time (Node 20, 66 MiB of them program code): with the young objects below
 * that leaves a tenth and more. Electron's main process had 219 MB before its first take (9.4.1, Linux) and gives freed
 * memory back later: with Node's baseline the memory governor would thin out healthy takes.
 */
export const baselineBytes = ('electron' in process.versions ? 230 : 150) * mebibyte;
/**
 * Objects that the garbage collector has not looked at: V8's two halves of the young generation, 16 MiB each on 64 bits.
 * An idle room fills little of it; a take does within a minute.
 */
const youngGenerationBytes = 32 * mebibyte;
/** Per decoded video stream: the decoder's reference frames and jitter buffer, in frames. */
const decoderFrames = 8;
/** Beats and checks of the watchdog stand 50 ms apart each, which it can be late by. */
const watchdogSlackMs = 100;
/** 192 bytes a millisecond: 48 kHz, two channels, two bytes. */
const audioFrameBytes = caps.audioFrameMs * 192;
/** What waits, and what is handed over. */
const audioFramesPerFile = caps.audioQueueFrames + caps.framesInFlight * caps.audioBlockFrames;

/** JavaScript keeps two bytes of a character, and a list is written as a text beside it. */
const participantsBytes =
  2 * 2 * caps.participantsListed * (caps.participantAttributesChars + caps.participantMetadataChars);

/**
 * Two files of two streams each; the packets of a short stream, whose arrays do not begin empty; and the bytes of a
 * sample: 2 x (8 + 8) + 24, as {@link packetTraceBytes} says.
 */
const streamsFinalizedAtOnce = 4;
const leastTracedPackets = 4_096;
const finishedSampleBytes = 56;

/** Program code, which all ffmpegs have in common: 42 MB measured of Debian's 5.1, 29 MB of a static 9.0. */
const commonEncoderBytes = 48 * mebibyte;
/** Of audio alone, beside it: 11.3 MB measured for AAC and 10.0 MB for Opus, whether 1, 10 or 33 ran. */
const audioEncoderBytes = 15e6;
/** With video: its queues, and frames beside them. */
const videoEncoderBytes = 16 * mebibyte;
/** With the lines above it covers what is measured at {@link encoderBytesOf}. */
const encoderFrames = 40;

/** What a file's size in memory depends on. */
export interface StreamShape {
  /** Frame that the track may deliver at most; null for audio alone. */
  readonly frame: { readonly width: number; readonly height: number; readonly fps: number } | null;
  /** What the encoder scales it to; the frame's size when left out. */
  readonly canvas?: { readonly width: number; readonly height: number } | null;
}

/** One buffer, and how much of it there can be at most. */
export interface BudgetLine {
  readonly buffer: BudgetTerm;
  readonly bytes: number;
}

/** The most memory that the recorder may use, and what it consists of. */
export interface Budget {
  readonly totalBytes: number;
  readonly lines: readonly BudgetLine[];
  /**
   * What ffmpeg may use beside it, in processes of its own: one for each open file, and what they have in common once.
   * Not a part of the sum.
   */
  readonly encoderBytes: number;
}

/**
 * What the recorder may use at most: a measured baseline and each buffer at its cap.
 *
 * @param files one entry for each file that is recorded
 * @param earlierConnectionsBytes what the SDK keeps of connections that this process has left
 * @param beside packets of the files that are finalized, of each stream, which are none while the take is recorded; of earlier
 *   takes that are checked meanwhile, one take after the other; the cap of the replay buffer; and buffers of files that are not
 *   encoded
 * @param kept what memory still has of buffers that are gone
 */
export function computeBudget(
  files: readonly StreamShape[],
  earlierConnectionsBytes: number,
  beside: {
    readonly finalized?: readonly number[];
    readonly checked?: readonly number[];
    readonly replayBytes?: number | undefined;
    /** Whether a second copy of the take is made. */
    readonly hasBackup?: boolean | undefined;
    readonly others?: readonly BudgetLine[];
  } = {},
  kept: KeptBytes = nothingKept,
): Budget {
  let frameBytesSum = 0;
  const blockedAudioFrames = Math.ceil((caps.audioLoopLateAfterMs + watchdogSlackMs) / caps.audioFrameMs);
  let blockedLoopBytes = blockedAudioFrames * audioFrameBytes * files.length;
  let queuedFrameBytes = 0;
  let diskQueueBytes = 0;
  for (const { frame } of files) {
    diskQueueBytes += frame === null ? caps.audioDiskQueueBytes : caps.diskQueueBytes;
    if (frame === null) continue;
    const frameBytes = (frame.width * frame.height * 3) / 2;
    frameBytesSum += frameBytes;
    const blockedSeconds = (caps.loopLateAfterMs + watchdogSlackMs) / 1000;
    blockedLoopBytes += Math.ceil(blockedSeconds * frame.fps) * frameBytes;
    queuedFrameBytes += caps.frameQueueFrames * frameBytes;
  }
  const lines: BudgetLine[] = [
    { buffer: 'baseline (Node, SDK)', bytes: baselineBytes },
    { buffer: 'young objects (V8)', bytes: youngGenerationBytes },
    { buffer: 'earlier connections (SDK)', bytes: earlierConnectionsBytes },
    { buffer: 'in use before the take', bytes: kept.beforeBytes },
    { buffer: 'closed files, not given back', bytes: kept.closedBytes },
    { buffer: 'decoders', bytes: decoderFrames * frameBytesSum },
    { buffer: 'native video queues', bytes: caps.nativeVideoFrames * frameBytesSum },
    { buffer: 'native audio queues', bytes: caps.nativeAudioFrames * audioFrameBytes * files.length },
    { buffer: 'event queue until the watchdog', bytes: blockedLoopBytes },
    { buffer: 'frame queues', bytes: Math.min(caps.frameQueueBytes, queuedFrameBytes) },
    // Copied frames: those in flight, and as many that the garbage collector has not freed yet.
    { buffer: 'frames in flight', bytes: 2 * caps.framesInFlight * frameBytesSum },
    // The last frame of each video, which is shown again while no other comes.
    { buffer: 'frames shown again', bytes: frameBytesSum },
    { buffer: 'audio queues', bytes: audioFramesPerFile * audioFrameBytes * files.length },
    { buffer: 'audio before an encoder stands', bytes: caps.heldAudioMs * 192 * files.length },
    { buffer: 'compressed data to disk', bytes: diskQueueBytes },
    { buffer: 'deleted files that are written anew', bytes: caps.restoreChunkBytes * files.length },
    { buffer: 'packets of files that are finalized', bytes: packetTraceBytes(beside.finalized) },
    { buffer: 'packets of takes that are checked', bytes: packetTraceBytes(beside.checked) },
    // Off, it is no line: nothing of it is there.
    ...((beside.replayBytes ?? 0) > 0
      ? [{ buffer: 'replay buffer' as const, bytes: beside.replayBytes ?? 0 }]
      : []),
    ...(beside.hasBackup === true
      ? [{ buffer: 'second copy of the take' as const, bytes: caps.backupBytes }]
      : []),
    ...(beside.others ?? []),
    { buffer: 'participants in the manifest', bytes: participantsBytes },
    { buffer: 'event log and telemetry', bytes: caps.eventLogEntries * 512 + caps.telemetryQueueBytes },
  ];
  return {
    totalBytes: lines.reduce((sum, line) => sum + line.bytes, 0),
    lines,
    encoderBytes:
      files.length === 0 ? 0 : files.reduce((sum, file) => sum + encoderBytesOf(file), commonEncoderBytes),
  };
}

/**
 * What tracks may take that are decoded to be seen and heard, and are in no file.
 *
 * @param frames of each video, as large as it may be
 */
export function decodedBytes(
  frames: readonly NonNullable<StreamShape['frame']>[],
  audioTracks: number,
): number {
  const blockedSeconds = (caps.loopLateAfterMs + watchdogSlackMs) / 1000;
  const ofVideo = frames.reduce((sum, { fps, height, width }) => {
    // One more is the copy that an image is made of.
    const held = decoderFrames + caps.nativeVideoFrames + Math.ceil(blockedSeconds * fps) + 1;
    return sum + (held * width * height * 3) / 2;
  }, 0);
  return ofVideo + audioTracks * caps.nativeAudioFrames * audioFrameBytes;
}

/**
 * Two files at once with two streams each. A sample of a file that is finished where it stands has 8 bytes in the table
 * that was read and in the finished one, arrays of up to twice that; and up to 24 in the header while it is made. Eight
 * hours of 720p30 with audio (2.2 million samples) took 74 MB, 33 bytes each. A file that is copied needs less.
 */
function packetTraceBytes(packetsOfStreams: readonly number[] = []): number {
  const largest = packetsOfStreams.toSorted((a, b) => b - a).slice(0, streamsFinalizedAtOnce);
  return largest.reduce((sum, packets) => {
    const held = Math.min(Math.max(packets, leastTracedPackets), caps.tableSamples);
    return sum + Math.max(finishedSampleBytes * held, Math.min(1.5 * caps.packetTraceBytes, 4 * 3 * packets));
  }, 0);
}

/** Measured: 85 MB at 720p30 with x264's veryfast, which looks 10 frames ahead; the slower presets look up to 50. */
function encoderBytesOf({ frame, canvas }: StreamShape): number {
  if (frame === null) return audioEncoderBytes;
  const pixels = Math.max(frame.width * frame.height, (canvas?.width ?? 0) * (canvas?.height ?? 0));
  return videoEncoderBytes + encoderFrames * ((pixels * 3) / 2);
}
