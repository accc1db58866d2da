import { audioPacketSamples, audioSampleRateHz } from '../ffmpeg/ffmpeg-arguments.js';
import { mediaUrlInFolder } from '../ffmpeg/media-url.js';
import { type FillerChunk, fillerChunkMs } from './filler-chunk.js';

/** A growing file as it was found on disk. Times in microseconds. */
export interface MeasuredSegment {
  /** File name inside the take folder. */
  readonly file: string;
  /** Where the beginning of its input stands on the take's timeline. */
  readonly takeStartUs: number;
  /** What the demuxer calls the file's start. */
  readonly startUs: number;
  readonly firstAudioUs: number;
  /** The first frame, in the file's time; null without video. */
  readonly firstVideoUs: number | null;
  /** End of the last packet of audio, in the file's time. */
  readonly audioEndUs: number;
  /** Start of the last frame, in the file's time; null without video. */
  readonly lastVideoUs: number | null;
  /** Its video is none of its own: {@link addBlackVideo} has put it there. */
  readonly isBlackCopy?: boolean;
}

/** Packets of the audio codec: how long one is, and how much the encoder puts before the first audio. */
export interface AudioFraming {
  readonly packetUs: number;
  readonly primingUs: number;
}

export const audioFraming: { readonly aac: AudioFraming; readonly opus: AudioFraming } = {
  aac: framingOf(audioPacketSamples.aac),
  opus: framingOf(audioPacketSamples.opus),
};

function framingOf({ samples, priming }: { samples: number; priming: number }): AudioFraming {
  const usOf = (count: number): number => (count / audioSampleRateHz) * 1e6;
  return { packetUs: usOf(samples), primingUs: usOf(priming) };
}

/** One line of the list that is joined. */
export interface PlanEntry {
  readonly file: string;
  /** Where the file's start, as the demuxer calls it, is put on the take's timeline. */
  readonly positionUs: number;
  /**
   * Time of the file's own at which it is left for the next one, in whole microseconds, as the list says it: a packet
   * may stand at that very time. Null = its end.
   */
  readonly leaveAtUs: number | null;
  /** Packets of each stream that a stretch of black and silence has; null for a segment. */
  readonly filler: { readonly video: number; readonly audio: number } | null;
}

/** What is joined, in order. */
export interface JoinList {
  readonly entries: readonly PlanEntry[];
}

export interface TimelinePlan extends JoinList {
  /** Of a constant frame rate: the video has a list of its own. Null when it is taken from the same. */
  readonly video: JoinList | null;
  /** Black and silence that was put in. */
  readonly fillerUs: number;
  /** End of the last audio packet on the take's timeline. */
  readonly endUs: number;
}

/** Some milliseconds of the encoder's priming; a frame of 60 fps is longer. */
const primingShiftUs = { min: 2_000, max: 12_000 } as const;

/**
 * By how much a muxer puts video too late that began with its audio, in whole milliseconds: older ffmpegs (5.1) write an
 * Opus track's priming into WebM as a shift of all that is beside it, once for each file that they write. It is the priming
 * and no more, while a segment's own times, each rounded, say a millisecond less where its first frame was written first.
 *
 * @param segment begins with a frame and audio of the same moment, as every segment does
 */
export function videoShiftMs(segment: MeasuredSegment, framing: AudioFraming): number {
  if (segment.firstVideoUs === null) return 0;
  const lateUs = segment.firstVideoUs - segment.firstAudioUs - framing.primingUs;
  return lateUs >= primingShiftUs.min && lateUs <= primingShiftUs.max
    ? Math.round(framing.primingUs / 1000)
    : 0;
}

/** What is added to a time of a segment's file, so that it is one of the take. */
export function toTakeUs(segment: MeasuredSegment, framing: AudioFraming): number {
  // The first packet holds the priming: it sounds from `takeStartUs` on and lies before it.
  return segment.takeStartUs - framing.primingUs - segment.firstAudioUs;
}

/** A gap below this is left to the player, which holds a frame and hears 21 ms of nothing. */
function isGap(gapUs: number, framing: AudioFraming): boolean {
  return gapUs >= framing.packetUs - 1;
}

/**
 * Lays the segments on the take's timeline, with whole packets of silence (and black) where there is
 * nothing. A segment that begins before its predecessor's padding ends cuts that padding off.
 */
export function planTimeline(
  segments: readonly MeasuredSegment[],
  framing: AudioFraming,
  chunk: FillerChunk | null,
): TimelinePlan {
  const entries: PlanEntry[] = [];
  let cursorUs = 0;
  let fillerUs = 0;
  let previousToTakeUs = 0;

  for (const segment of [...segments].sort((a, b) => a.takeStartUs - b.takeStartUs)) {
    const audioStartUs = segment.takeStartUs - framing.primingUs;
    const offsetUs = toTakeUs(segment, framing);
    const gapUs = audioStartUs - cursorUs;
    if (chunk !== null && isGap(gapUs, framing)) {
      const packets = Math.floor((gapUs + 1) / framing.packetUs);
      entries.push(...fillerEntries(chunk, cursorUs, packets, framing));
      fillerUs += packets * framing.packetUs;
    } else if (gapUs < 0) {
      leaveEarlier(entries, audioStartUs - previousToTakeUs - framing.packetUs / 2);
    }
    entries.push({
      file: segment.file,
      positionUs: segment.startUs + offsetUs,
      leaveAtUs: null,
      filler: null,
    });
    previousToTakeUs = offsetUs;
    const videoEndUs = segment.lastVideoUs === null ? cursorUs : segment.lastVideoUs + 1_000 + offsetUs;
    cursorUs = Math.max(segment.audioEndUs + offsetUs, videoEndUs);
  }
  return { entries, video: null, fillerUs, endUs: cursorUs };
}

function fillerEntries(
  chunk: FillerChunk,
  fromUs: number,
  packets: number,
  framing: AudioFraming,
): PlanEntry[] {
  const chunkPackets = Math.round((fillerChunkMs * 1000) / framing.packetUs);
  const entries: PlanEntry[] = [];
  for (let done = 0; done < packets; done += chunkPackets) {
    const count = Math.min(chunkPackets, packets - done);
    entries.push({
      file: chunk.file,
      positionUs: fromUs + done * framing.packetUs + (chunk.startUs - chunk.firstAudioUs),
      // Half a packet early: time stamps may be rounded to milliseconds.
      leaveAtUs: Math.round(chunk.firstAudioUs + (count - 0.5) * framing.packetUs),
      filler: { video: chunk.videoFrames, audio: count },
    });
  }
  return entries;
}

function leaveEarlier(entries: PlanEntry[], leaveAtUs: number): void {
  const last = entries.at(-1);
  if (last !== undefined) entries[entries.length - 1] = { ...last, leaveAtUs: Math.round(leaveAtUs) };
}

/**
 * The list for ffmpeg's concat demuxer, which has to run in the files' folder. Each file's start is put where the
 * durations before it add up to.
 */
export function concatList(plan: JoinList): string {
  const lines = ['ffconcat version 1.0'];
  plan.entries.forEach((entry, index) => {
    lines.push(`file ${quoted(mediaUrlInFolder(entry.file))}`);
    if (entry.leaveAtUs !== null) lines.push(`outpoint ${entry.leaveAtUs}us`);
    const next = plan.entries[index + 1];
    // Differences of rounded positions: rounding errors must not add up over hundreds of chunks.
    if (next !== undefined)
      lines.push(`duration ${Math.round(next.positionUs) - Math.round(entry.positionUs)}us`);
  });
  return `${lines.join('\n')}\n`;
}

function quoted(url: string): string {
  return `'${url.replaceAll("'", "'\\''")}'`;
}
