import type { CopyAccount, CopyStream } from '../../contract/copy-account.js';
import { type DropCause, dropCauseNames, droppedFrames } from '../../contract/drop-causes.js';
import { caps } from '../../contract/limits.js';
import type { Accounting } from '../../contract/manifest.js';
import type { CountedFrames } from '../../telemetry/frame-rates.js';
import type { LineCounts, LineDropCause } from '../file/line-counts.js';
import type { StreamKind } from '../file/part-marks.js';
import type { FrameCounts, FrameDropCause } from '../frames/encoded-frame.js';
import type { WindowCounts } from '../rtp/packet-counts.js';

/** What a take calls the reason for which a frame was not put together, or not handed over. */
const frameCauses: Readonly<Record<FrameDropCause, DropCause>> = {
  packetLost: 'packetLost',
  awaitingKey: 'awaitingKey',
  malformed: 'undecodable',
  notDecrypted: 'notDecrypted',
  tooLarge: 'undecodable',
  repeated: 'outOfOrder',
  beforeFirstKey: 'superseded',
  cut: 'superseded',
  replaced: 'superseded',
  noPicture: 'superseded',
  blank: 'endOfTrack',
};

/** The same of one that was handed over and is not in the file. */
const lineCauses: Readonly<Record<LineDropCause, DropCause>> = {
  writerFull: 'diskBehind',
  awaitingKey: 'awaitingKey',
  otherCodec: 'otherCodec',
  late: 'tooLate',
  outside: 'notRecording',
  paused: 'paused',
};

/**
 * The account of one part, with the stretch of the take that it reaches over.
 *
 * @param startMs where the part begins @param isOn null once nothing more is due of it
 */
export function withReach(
  copy: CopyAccount,
  lines: Readonly<Record<StreamKind, LineCounts>>,
  startMs: number,
  isOn: ((kind: StreamKind) => boolean) | null,
): CopyAccount {
  const of = (kind: StreamKind): CopyStream => {
    const { sent } = lines[kind];
    const fromMs = Math.round(startMs + (sent?.fromMs ?? 0));
    return {
      ...copy[kind],
      ...(sent !== null && { sent: { fromMs, toMs: Math.round(startMs + sent.toMs) } }),
      ...(isOn !== null && { isOn: isOn(kind) }),
    };
  };
  return { video: of('video'), audio: of('audio') };
}

/** What was counted of one kind of stream of a file, over all of its tracks. */
export interface CountedStream {
  readonly packets: WindowCounts;
  readonly frames: FrameCounts;
  readonly line: LineCounts;
}

/** What became of everything that came for a file, as its manifest has it. */
export interface AccountOfFile {
  readonly video: Accounting;
  /** In frames of 10 ms, as of every take: packets of Opus count by how long they sound. */
  readonly audio: Accounting;
  readonly copy: CopyAccount;
}

/** Draws up the account of a file. */
export function accountOf(video: CountedStream, audio: CountedStream): AccountOfFile {
  return {
    video: accounting(video, 1),
    audio: accounting(audio, audioFramesOf(audio.line)),
    copy: { video: copyStream(video), audio: copyStream(audio) },
  };
}

/**
 * Frames that came, and of them those that are in the file or will be: up to three seconds of them wait for their times and are
 * written at once then, which is no rate.
 */
export function keptFrames({ queued, received, written }: Accounting): CountedFrames {
  return { received, written: written + queued };
}

/** How many frames of 10 ms a packet is long: as those that were written, or 20 ms. */
function audioFramesOf({ written, writtenMs }: LineCounts): number {
  return written === 0 ? 2 : writtenMs / written / caps.audioFrameMs;
}

function accounting({ frames, line }: CountedStream, unit: number): Accounting {
  const dropped = droppedOf(frames, line);
  for (const cause of dropCauseNames) dropped[cause] = Math.round(dropped[cause] * unit);
  const written = Math.round(line.written * unit);
  const queued = Math.round((frames.open + line.waiting) * unit);
  // Of video exactly what was begun: a frame more or less would show as a sum that is off in `copy`.
  return { received: written + queued + droppedFrames(dropped), written, queued, dropped };
}

function droppedOf(frames: FrameCounts, line: LineCounts): Record<DropCause, number> {
  const dropped = Object.fromEntries(dropCauseNames.map((cause) => [cause, 0])) as Record<DropCause, number>;
  for (const [cause, count] of Object.entries(frames.dropped) as [FrameDropCause, number][])
    dropped[frameCauses[cause]] += count;
  for (const [cause, count] of Object.entries(line.dropped) as [LineDropCause, number][])
    dropped[lineCauses[cause]] += count;
  return dropped;
}

function copyStream({ frames, line, packets }: CountedStream): CopyStream {
  const { expected, lost, missing, received, recovered } = packets;
  return {
    packets: { expected, received, recovered, lost: { ...lost }, missing },
    frames: {
      begun: frames.begun,
      written: line.written,
      dropped: droppedFrames(droppedOf(frames, line)),
      queued: frames.open + line.waiting,
      redundant: frames.recovered,
      lowerLayer: line.lowerLayer,
      filled: line.filled,
    },
  };
}
