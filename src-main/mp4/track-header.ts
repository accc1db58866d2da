import { boxesIn, childOf, contentAt } from './boxes.js';
import { Mp4Error } from './mp4-error.js';

/** What the header of a movie says of one track. Buffers are views of what was read. */
export interface TrackHeader {
  readonly trackId: number;
  readonly kind: 'video' | 'audio';
  /** Ticks per second. */
  readonly timescale: number;
  /** Of the track's own timeline: what the edit list begins with. 0 without one. */
  readonly mediaTime: number;
  /** Ticks of the movie that go before it: an empty edit. */
  readonly emptyEdit: number;
  /** Whole sample descriptions, with their headers. */
  readonly descriptions: readonly Buffer[];
  /** Contents of boxes that are taken over as they are. */
  readonly tkhd: Buffer;
  readonly mdhd: Buffer;
  readonly hdlr: Buffer;
  /** Whole boxes of `minf` apart from `stbl`. */
  readonly mediaInformation: readonly Buffer[];
  readonly stbl: Buffer;
}

/** A movie's header. */
export interface MovieHeader {
  /** Ticks per second of its durations and edits. */
  readonly timescale: number;
  readonly tracks: readonly TrackHeader[];
  /** What fragments say of samples unless they say something else, by track. */
  readonly defaults: ReadonlyMap<number, SampleDefaults>;
  /** Whole `udta`; null without one. */
  readonly userData: Buffer | null;
}

/** ISO/IEC 14496-12, section 8.8.3. */
export interface SampleDefaults {
  readonly duration: number;
  readonly sizeBytes: number;
  readonly flags: number;
}

/**
 * Reads the content of `moov`: ISO/IEC 14496-12, sections 8.2 to 8.5 and 8.8.3. Tracks that are neither video nor audio
 * are no part of it.
 *
 * @throws Mp4Error
 */
export function readMovieHeader(moov: Buffer): MovieHeader {
  const mvhd = contentAt(moov, 'mvhd');
  const timescale = mvhd.readUInt32BE(mvhd.readUInt8(0) === 1 ? 20 : 12);
  const tracks: TrackHeader[] = [];
  const defaults = new Map<number, SampleDefaults>();
  for (const { type, content } of boxesIn(moov)) {
    const track = type === 'trak' ? readTrack(content) : null;
    if (track !== null) tracks.push(track);
    if (type !== 'mvex') continue;
    for (const inner of boxesIn(content)) {
      if (inner.type !== 'trex') continue;
      const { content: trex } = inner;
      const [duration, sizeBytes, flags] = [12, 16, 20].map((at) => trex.readUInt32BE(at));
      defaults.set(trex.readUInt32BE(4), {
        duration: duration ?? 0,
        sizeBytes: sizeBytes ?? 0,
        flags: flags ?? 0,
      });
    }
  }
  if (timescale === 0 || tracks.length === 0) throw new Mp4Error('The header has no track.');
  return { timescale, tracks, defaults, userData: wholeChild(moov, 'udta') };
}

function readTrack(trak: Buffer): TrackHeader | null {
  const tkhd = contentAt(trak, 'tkhd');
  const mdhd = contentAt(trak, 'mdia', 'mdhd');
  const hdlr = contentAt(trak, 'mdia', 'hdlr');
  const minf = contentAt(trak, 'mdia', 'minf');
  const stbl = contentAt(minf, 'stbl');
  const handler = hdlr.toString('latin1', 8, 12);
  const kind = handler === 'vide' ? 'video' : handler === 'soun' ? 'audio' : null;
  if (kind === null) return null;
  const timescale = mdhd.readUInt32BE(mdhd.readUInt8(0) === 1 ? 20 : 12);
  if (timescale === 0) throw new Mp4Error('A track has no timescale.');
  return {
    trackId: tkhd.readUInt32BE(tkhd.readUInt8(0) === 1 ? 20 : 12),
    kind,
    timescale,
    ...readEdits(childOf(childOf(trak, 'edts'), 'elst')),
    descriptions: readDescriptions(contentAt(stbl, 'stsd')),
    ...{ tkhd, mdhd, hdlr, stbl },
    mediaInformation: wholeBoxes(minf).filter((whole) => whole.toString('latin1', 4, 8) !== 'stbl'),
  };
}

/** Section 8.6.6: at most one empty edit, then one that goes on to the end. */
function readEdits(elst: Buffer | undefined): Pick<TrackHeader, 'mediaTime' | 'emptyEdit'> {
  let emptyEdit = 0;
  let mediaTime: number | null = null;
  const isLong = elst?.readUInt8(0) === 1;
  const count = elst?.readUInt32BE(4) ?? 0;
  for (let index = 0; index < count && elst !== undefined; index += 1) {
    const at = 8 + index * (isLong ? 20 : 12);
    const duration = isLong ? Number(elst.readBigUInt64BE(at)) : elst.readUInt32BE(at);
    const time = isLong ? Number(elst.readBigInt64BE(at + 8)) : elst.readInt32BE(at + 4);
    if (mediaTime !== null) throw new Mp4Error('An edit list has several edits.');
    if (time >= 0) mediaTime = time;
    else emptyEdit += duration;
  }
  return { mediaTime: mediaTime ?? 0, emptyEdit };
}

function readDescriptions(stsd: Buffer): Buffer[] {
  return wholeBoxes(stsd.subarray(8));
}

function wholeBoxes(content: Buffer): Buffer[] {
  const boxes: Buffer[] = [];
  let at = 0;
  for (const box of boxesIn(content)) {
    const endBytes = box.content.byteOffset - content.byteOffset + box.content.length;
    boxes.push(content.subarray(at, endBytes));
    at = endBytes;
  }
  return boxes;
}

function wholeChild(content: Buffer, type: string): Buffer | null {
  return wholeBoxes(content).find((whole) => whole.toString('latin1', 4, 8) === type) ?? null;
}
