import { usualFps } from '../contract/profile.js';
import type { PacketCount } from '../contract/stamps.js';
import { largeBoxHeader, largeBoxHeaderBytes } from '../mp4/boxes.js';
import { FinishedTrack, type StoredSamples } from '../mp4/finished-track.js';
import type { MovieTrack } from '../mp4/fragmented-movie.js';
import { unusedHeadAt, unusedHeadBytes } from '../mp4/head-switch.js';
import { type Chapter, movieParts } from '../mp4/movie-box.js';
import { Mp4Error } from '../mp4/mp4-error.js';
import type { SampleTable } from '../mp4/sample-table.js';
import { type InPlaceSegment, ownTicks, shiftTicks } from './in-place-segments.js';
import { blackEverySeconds, type StoredFiller, type StoredStream } from './stored-filler.js';
import { type AudioFraming, lastFrameEndUs, type PlanEntry, type TimelinePlan } from './timeline-plan.js';

/** A part of what is put behind the fragments. */
export type AppendedPart =
  | { readonly segment: InPlaceSegment; readonly fromBytes: number; readonly toBytes: number }
  | { readonly bytes: Buffer };

/** Packets of one stream that follow each other in the finished file. */
export type PacketStretch =
  /** Black or silence. */
  | { readonly file: null; readonly packets: number }
  | {
      readonly file: string;
      readonly packets: number;
      /** What was counted while they were written; null when nothing was. */
      readonly written: PacketCount | null;
      /** The source's samples, `packets` of which are in the file; the others were left out at its end. */
      readonly samples: SampleTable;
      /** What is to be added to their places. */
      readonly shiftBytes: number;
    };

/** How one of the segments becomes the finished file. */
export interface InPlacePlan {
  /** The segment that stays where it is: the first one. */
  readonly base: InPlaceSegment;
  /** What is put where its old header has bytes to spare; empty where nothing is silent before it. */
  readonly headSilence: Buffer;
  /** What goes behind its fragments, in order; the first one is a box's header. */
  readonly appended: readonly AppendedPart[];
  /** Where the header is put. */
  readonly movieAtBytes: number;
  /** The header, in parts. */
  readonly movie: readonly Buffer[];
  readonly stretches: Readonly<Record<'video' | 'audio', readonly PacketStretch[]>>;
}

/** What the finished file is to have. */
export interface MovieShape {
  readonly hasVideo: boolean;
  /** Frames per second of a constant rate, whose video has a list of its own; null otherwise. */
  readonly fps?: number | null;
  readonly chapters?: readonly Chapter[] | undefined;
}

/** A last frame lasts as long as ffmpeg guesses, and no longer than one at 30 fps. */
const lastFrameSeconds = 0.034;

/**
 * Lays out the finished file: the first segment stays, the others' fragments and black are put behind it, and the tables say what
 * is shown when. Each packet of audio stands behind the one before, or in the same place: Chromium leaves out any that stands before
 * it, and with them all that follows. So silence is one packet that is repeated, and has a place wherever it is heard.
 *
 * @param filler null when the plan has no gap and no segment lacks video that the file has
 * @throws Mp4Error when the first one cannot stay, or the tables do not add up
 */
export function planInPlace(
  segments: readonly InPlaceSegment[],
  timeline: TimelinePlan,
  framing: AudioFraming,
  filler: StoredFiller | null,
  { hasVideo, fps = null, chapters = [] }: MovieShape,
): InPlacePlan {
  const [base] = segments;
  if (base === undefined || base.movie.isCut) throw new Mp4Error('The end of the first segment was cut off.');
  const layout = new Layout(base, segments, filler);
  const audio = new Stream(
    layout,
    'audio',
    segments.map((segment) => segment.audio),
    filler?.audio,
  );
  const videos = segments.flatMap(({ video }) => (video === null ? [] : [video]));
  const video = hasVideo ? new Stream(layout, 'video', videos, filler?.video) : null;
  const isInSlots = timeline.video !== null;
  for (const entry of timeline.video?.entries ?? []) {
    const segment = segments.find(({ file }) => file === entry.file);
    if (entry.filler !== null) video?.fill(entry.positionUs, entry.filler.video, 1e6 / (fps ?? usualFps));
    else if (segment !== undefined && segment.video !== null) video?.take(segment, segment.video, entry, fps);
  }
  let videoEndUs = 0;
  for (const [index, entry] of timeline.entries.entries()) {
    const audioUs = (entry.filler?.audio ?? 0) * framing.packetUs;
    if (entry.filler !== null) {
      const next = timeline.entries.slice(index + 1).find(({ filler: silence }) => silence === null);
      const before = segments.find(({ file }) => file === next?.file) ?? null;
      if (entry.filler.audio > 0)
        audio.fill(entry.positionUs, entry.filler.audio, framing.packetUs, layout.silenceBefore(before));
      // Silence goes on behind the audio, which the last frame may outlast.
      const blackFromUs = Math.max(entry.positionUs, videoEndUs);
      const untilUs = entry.positionUs + audioUs;
      if (!isInSlots && blackFromUs < untilUs) video?.black(blackFromUs, untilUs);
      continue;
    }
    const segment = segments.find(({ file }) => file === entry.file);
    if (segment === undefined) throw new Mp4Error('The plan has a segment that is not there.');
    audio.take(segment, segment.audio, entry);
    if (isInSlots) continue;
    const { measured } = segment;
    const { leaveAtUs, positionUs } = entry;
    if (segment.video !== null) video?.take(segment, segment.video, entry);
    else
      video?.black(measured.takeStartUs, Math.min(measured.audioEndUs, leaveAtUs ?? Infinity) + positionUs);
    videoEndUs = lastFrameEndUs(measured, positionUs);
  }
  video?.endAt(isInSlots ? null : timeline.endUs);
  const tracks = [...(video === null ? [] : [video.track]), audio.track];
  if (tracks.some(({ samples }) => samples.length === 0)) throw new Mp4Error('A stream has no packets.');
  assertForward(audio.track.samples);
  return {
    base,
    headSilence: layout.headSilence,
    appended: layout.appended,
    movieAtBytes: layout.endBytes,
    movie: movieParts(tracks, base.movie.header.userData, chapters),
    stretches: { video: video?.stretches ?? [], audio: audio.stretches },
  };
}

/** Whatever was planned: audio that goes back in its file is not heard in Chromium. */
function assertForward(samples: SampleTable): void {
  for (let chunk = 1; chunk < samples.chunks; chunk += 1)
    if (samples.chunkOffsetAt(chunk) < samples.chunkOffsetAt(chunk - 1))
      throw new Mp4Error('Its audio would go back in the file.');
}

/** Where everything stands in the finished file. */
class Layout {
  readonly appended: readonly AppendedPart[];
  readonly endBytes: number;
  readonly #shifts = new Map<InPlaceSegment, number>();
  readonly #stored = new Map<StoredStream, StoredSamples>();
  readonly #silence: StoredStream | null;
  /** Where there is one in front of a segment; by null, behind all of them. */
  readonly #silenceAt = new Map<InPlaceSegment | null, number>();
  readonly #base: InPlaceSegment;
  #hasHeadSilence = false;

  constructor(base: InPlaceSegment, segments: readonly InPlaceSegment[], filler: StoredFiller | null) {
    this.#base = base;
    this.#silence = filler?.audio ?? null;
    const silence = this.#silence?.samples[0] ?? null;
    const parts: AppendedPart[] = [];
    let atBytes = base.movie.endBytes + largeBoxHeaderBytes;
    const addSilence = (before: InPlaceSegment | null): void => {
      if (silence === null) return;
      this.#silenceAt.set(before, atBytes);
      parts.push({ bytes: silence });
      atBytes += silence.length;
    };
    for (const segment of segments) {
      if (segment === base) {
        this.#shifts.set(segment, 0);
        continue;
      }
      addSilence(segment);
      const { endBytes, headAtBytes, headBytes } = segment.movie;
      const fromBytes = headAtBytes + headBytes;
      this.#shifts.set(segment, atBytes - fromBytes);
      parts.push({ segment, fromBytes, toBytes: endBytes });
      atBytes += endBytes - fromBytes;
    }
    addSilence(null);
    const stream = filler?.video ?? null;
    if (stream !== null) {
      const bytes = Buffer.concat(stream.samples);
      const { description, samples } = stream;
      this.#stored.set(stream, { atBytes, description, sizesBytes: samples.map(({ length }) => length) });
      parts.push({ bytes });
      atBytes += bytes.length;
    }
    this.endBytes = parts.length === 0 ? base.movie.endBytes : atBytes;
    const header = largeBoxHeader('mdat', atBytes - base.movie.endBytes);
    this.appended = parts.length === 0 ? [] : [{ bytes: header }, ...parts];
  }

  shiftOf(segment: InPlaceSegment): number {
    return this.#shifts.get(segment) ?? 0;
  }

  /** What is put into the old header of the base. */
  get headSilence(): Buffer {
    return (this.#hasHeadSilence ? this.#silence?.samples[0] : null) ?? Buffer.alloc(0);
  }

  /** The silence that stands in front of a segment; of null, behind all of them. @throws Mp4Error when there is none */
  silenceBefore(segment: InPlaceSegment | null): StoredSamples {
    const isFirst = segment === this.#base;
    const atBytes = isFirst ? unusedHeadAt(this.#base.movie) : this.#silenceAt.get(segment);
    const [packet] = this.#silence?.samples ?? [];
    if (atBytes === undefined || packet === undefined || this.#silence === null)
      throw new Mp4Error('There is nothing to fill a gap with.');
    if (isFirst && packet.length > unusedHeadBytes) throw new Mp4Error('The header has no room for silence.');
    if (isFirst) this.#hasHeadSilence = true;
    return { atBytes, description: this.#silence.description, sizesBytes: [packet.length] };
  }

  storedOf(stream: StoredStream): StoredSamples {
    const stored = this.#stored.get(stream);
    if (stored === undefined) throw new Mp4Error('What fills a gap is not stored.');
    return stored;
  }
}

/** One track, and where its packets come from. */
class Stream {
  readonly track: FinishedTrack;
  readonly stretches: PacketStretch[] = [];
  readonly #layout: Layout;
  readonly #kind: 'video' | 'audio';
  readonly #filler: StoredStream | null;

  constructor(
    layout: Layout,
    kind: 'video' | 'audio',
    tracks: readonly MovieTrack[],
    filler: StoredStream | null | undefined,
  ) {
    const header = tracks[0] ?? filler?.header;
    if (header === undefined) throw new Mp4Error(`There is no ${kind}.`);
    const timescales = [...tracks, ...(filler ? [filler.header] : [])].map(({ timescale }) => timescale);
    if (timescales.some((timescale) => timescale !== header.timescale)) {
      throw new Mp4Error('The segments have different timescales.');
    }
    this.track = new FinishedTrack(header);
    this.#layout = layout;
    this.#kind = kind;
    this.#filler = filler ?? null;
  }

  /** @param fps of a constant rate: the first frame is put into the slot that it is nearest to, the others follow */
  take(
    segment: InPlaceSegment,
    source: MovieTrack,
    { leaveAtUs, positionUs }: PlanEntry,
    fps: number | null = null,
  ): void {
    const { samples, descriptions } = source;
    const [description] = descriptions;
    if (description === undefined) throw new Mp4Error('A track has no sample description.');
    const shiftBytes = this.#layout.shiftOf(segment);
    const shift = shiftTicks(segment.movie, source, positionUs);
    const packets = this.track.take({
      ...{ samples, description, shiftBytes },
      shiftTicks: fps === null ? shift : this.#inSlot(samples.firstDts + shift, fps) - samples.firstDts,
      untilTicks: leaveAtUs === null ? Infinity : ownTicks(segment.movie, source, leaveAtUs),
    });
    const written = segment.written?.[this.#kind] ?? null;
    this.stretches.push({ file: segment.file, packets, written, samples, shiftBytes });
  }

  /** @param stored what is repeated; the black of the file when left out */
  fill(fromUs: number, packets: number, packetUs: number, stored = this.#black()): void {
    const stepTicks = (packetUs * this.track.header.timescale) / 1e6;
    this.track.repeat(stored, this.#ticks(fromUs), packets, stepTicks);
    this.stretches.push({ file: null, packets });
  }

  #black(): StoredSamples {
    if (this.#filler === null) throw new Mp4Error('There is nothing to fill a gap with.');
    return this.#layout.storedOf(this.#filler);
  }

  /** Black from a time of the take on, to another one at the latest. */
  black(fromUs: number, toUs: number): void {
    const stepUs = blackEverySeconds * 1e6;
    // At least one frame: it ends what was shown before. And none in the last millisecond, where the next black may begin.
    this.fill(fromUs, Math.max(1, Math.ceil((toUs - fromUs - 1000) / stepUs)), stepUs);
  }

  #inSlot(ticks: number, fps: number): number {
    const slotTicks = this.track.header.timescale / fps;
    return Math.round(Math.round(ticks / slotTicks) * slotTicks);
  }

  /** Black is shown until the end, unless slots say how long; a recorded frame only for as long as a frame lasts. */
  endAt(endUs: number | null): void {
    const { lastDts, endDts } = this.track.samples;
    const isBlack = this.stretches.at(-1)?.file === null;
    const frame = Math.min(endDts - lastDts, Math.round(lastFrameSeconds * this.track.header.timescale));
    const ticks = isBlack && endUs !== null ? this.#ticks(endUs) - lastDts : frame;
    this.track.samples.setLastDuration(Math.max(1, ticks));
  }

  #ticks(timeUs: number): number {
    return Math.round((timeUs * this.track.header.timescale) / 1e6);
  }
}
