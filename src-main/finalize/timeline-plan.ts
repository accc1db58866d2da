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
  /** Start of the last packet of audio, in the file's time. */
  readonly lastAudioUs: number;
  /** Where what was recorded ends in it. A decoder makes a whole packet of it all the same. */
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
  /**
   * The video has a list of its own at a constant frame rate, and where black begins later than silence. Null when it is taken
   * from the same.
   */
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

/** Where other frames may begin behind a segment's last one, which may outlast its audio; -Infinity without video. */
export function lastFrameEndUs(
  { lastVideoUs }: Pick<MeasuredSegment, 'lastVideoUs'>,
  toTakeUs: number,
): number {
  return (lastVideoUs ?? -Infinity) + 1_000 + toTakeUs;
}

/** Silence, and black, has to begin before what follows it, also where time stamps are rounded to milliseconds. */
export const leastStepUs = 2_000;

/**
 * How many packets of silence go between two stretches of audio: as many as leave the samples nearest to the time stamps,
 * whatever earlier seams have left, with less than a packet's hole. The last one may reach into the priming that follows.
 *
 * @param earlyUs by how much a program that counts samples hears the audio before too early
 */
function silentPackets(gapUs: number, earlyUs: number, { packetUs }: AudioFraming): number {
  const least = Math.floor(gapUs / packetUs);
  const most = Math.floor((gapUs - leastStepUs) / packetUs) + 1;
  return Math.max(0, least, Math.min(most, Math.round((gapUs + earlyUs) / packetUs)));
}

/**
 * How many packets are left out where the next segment begins before its predecessor's padding ends: the audio meets within
 * half a packet. It may overlap by some more where the samples are too early, and is cut no further where they are too late.
 */
function cutPackets(overlapUs: number, earlyUs: number, { packetUs }: AudioFraming): number {
  const leewayUs = Math.min(Math.max(0, earlyUs), 0.4 * packetUs);
  return Math.max(0, Math.round((overlapUs - leewayUs) / packetUs));
}

/**
 * Lays the segments on the take's timeline, with whole packets of silence (and black) where there is nothing. A segment that
 * begins before its predecessor's padding ends cuts that padding off.
 *
 * Silence goes on right behind the audio, wherever the last frame stands: a hole would be in the time stamps alone, and
 * programs that only count samples would play all that follows too early. Packets are whole, so at a seam the samples part from
 * the time stamps by up to half of one; the next silence makes up for it.
 */
export function planTimeline(
  segments: readonly MeasuredSegment[],
  framing: AudioFraming,
  chunk: FillerChunk | null,
): TimelinePlan {
  const { packetUs, primingUs } = framing;
  const entries: PlanEntry[] = [];
  let packetsEndUs = 0;
  let audioEndUs = 0;
  let videoEndUs = -Infinity;
  let fillerUs = 0;
  let earlyUs = 0;
  let previousToTakeUs = 0;

  for (const segment of [...segments].sort((a, b) => a.takeStartUs - b.takeStartUs)) {
    const offsetUs = toTakeUs(segment, framing);
    const gapUs = segment.takeStartUs - primingUs - packetsEndUs;
    const packets = chunk === null ? 0 : silentPackets(gapUs, earlyUs, framing);
    const cut = entries.length === 0 ? 0 : cutPackets(-gapUs, earlyUs, framing);
    // Half a packet before the first one that is left out: time stamps may be rounded to milliseconds.
    if (cut > 0) leaveEarlier(entries, packetsEndUs - (cut + 0.5) * packetUs - previousToTakeUs);
    // Its last frames would stand among those of the next one.
    else if (videoEndUs > segment.takeStartUs)
      leaveEarlier(entries, segment.takeStartUs - 1_000 - previousToTakeUs);
    if (chunk !== null && packets > 0) {
      entries.push(...fillerEntries(chunk, packetsEndUs, packets, framing));
      fillerUs += packets * packetUs;
    }
    const isBegun = entries.length > 0;
    entries.push({
      file: segment.file,
      positionUs: segment.startUs + offsetUs,
      leaveAtUs: null,
      filler: null,
    });
    // What lies before the take's beginning is cut off there by every player.
    earlyUs += (isBegun ? gapUs : Math.max(0, gapUs)) + (cut - packets) * packetUs;
    previousToTakeUs = offsetUs;
    packetsEndUs = segment.lastAudioUs + packetUs + offsetUs;
    audioEndUs = segment.audioEndUs + offsetUs;
    videoEndUs = lastFrameEndUs(segment, offsetUs);
  }
  return { entries, video: null, fillerUs, endUs: Math.max(audioEndUs, videoEndUs) };
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
    // Half a packet early: time stamps may be rounded to milliseconds.
    const leaveAtUs = Math.round(chunk.firstAudioUs + (count - 0.5) * framing.packetUs);
    // The frame stands behind the priming: one packet is left before it.
    const hasFrame = chunk.firstVideoUs !== null && chunk.firstVideoUs < leaveAtUs;
    entries.push({
      file: chunk.file,
      positionUs: fromUs + done * framing.packetUs + (chunk.startUs - chunk.firstAudioUs),
      leaveAtUs,
      filler: { video: hasFrame ? chunk.videoFrames : 0, audio: count },
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
