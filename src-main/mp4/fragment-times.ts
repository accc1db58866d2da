import { boxesIn, boxHeaderBytes, contentAt } from './boxes.js';
import { Mp4Error } from './mp4-error.js';
import { type MovieHeader, readMovieHeader, type TrackHeader } from './track-header.js';

/** What one stream has in a fragment, in milliseconds of the file as players show it. */
export interface StreamTimes {
  readonly fromMs: number;
  readonly toMs: number;
  /** Its first sample can be decoded by itself. */
  readonly beginsWithKey: boolean;
}

/** What a fragment holds; null for a stream that has nothing in it. */
export interface FragmentTimes {
  readonly video: StreamTimes | null;
  readonly audio: StreamTimes | null;
}

/** `sample_is_non_sync_sample` of a sample's flags: ISO/IEC 14496-12, section 8.8.3.1. */
const isNonSync = 0x1_0000;

/** Reads where fragments stand, by their headers alone: ISO/IEC 14496-12, sections 8.8.7, 8.8.8 and 8.8.12. */
export class FragmentClock {
  readonly #movie: MovieHeader;

  /**
   * @param head `ftyp` and `moov`
   * @throws Mp4Error
   */
  constructor(head: Buffer) {
    this.#movie = readMovieHeader(contentAt(head, 'moov'));
  }

  /** Whether the file has video. */
  get hasVideo(): boolean {
    return this.#movie.tracks.some(({ kind }) => kind === 'video');
  }

  /** Where the streams of a fragment stand. @param moof with its header. @throws Mp4Error when it says what cannot be */
  read(moof: Buffer): FragmentTimes {
    const found: { video: StreamTimes | null; audio: StreamTimes | null } = { video: null, audio: null };
    for (const { type, content } of boxesIn(moof.subarray(boxHeaderBytes))) {
      if (type !== 'traf') continue;
      const trackId = contentAt(content, 'tfhd').readUInt32BE(4);
      const track = this.#movie.tracks.find((one) => one.trackId === trackId);
      if (track !== undefined) found[track.kind] ??= this.#streamTimes(content, track);
    }
    return found;
  }

  #streamTimes(traf: Buffer, track: TrackHeader): StreamTimes | null {
    const defaults = sampleDefaults(contentAt(traf, 'tfhd'), this.#movie.defaults.get(track.trackId));
    const tfdt = contentAt(traf, 'tfdt');
    const firstDts = tfdt.readUInt8(0) === 1 ? Number(tfdt.readBigUInt64BE(4)) : tfdt.readUInt32BE(4);
    const runs = [...boxesIn(traf)].filter(({ type }) => type === 'trun');
    const [first] = runs;
    if (first === undefined) return null;
    let ticks = 0;
    for (const { content } of runs) ticks += runTicks(content, defaults.duration);
    const toMs = (dts: number): number =>
      ((dts - track.mediaTime) / track.timescale) * 1000 + (track.emptyEdit / this.#movie.timescale) * 1000;
    return {
      fromMs: toMs(firstDts),
      toMs: toMs(firstDts + ticks),
      beginsWithKey: (firstFlags(first.content, defaults.flags) & isNonSync) === 0,
    };
  }
}

function sampleDefaults(
  tfhd: Buffer,
  trex: { readonly duration: number; readonly flags: number } | undefined,
): { readonly duration: number; readonly flags: number } {
  const flags = tfhd.readUIntBE(1, 3);
  let at = 8 + ((flags & 0x1) === 0 ? 0 : 8) + ((flags & 0x2) === 0 ? 0 : 4);
  const next = (flag: number, otherwise: number): number => {
    if ((flags & flag) === 0) return otherwise;
    at += 4;
    return tfhd.readUInt32BE(at - 4);
  };
  const duration = next(0x8, trex?.duration ?? 0);
  next(0x10, 0);
  return { duration, flags: next(0x20, trex?.flags ?? 0) };
}

/** Where the samples of a run begin, behind what is said of all of them. */
function recordsAt(trun: Buffer): number {
  const flags = trun.readUIntBE(1, 3);
  return 8 + ((flags & 0x1) === 0 ? 0 : 4) + ((flags & 0x4) === 0 ? 0 : 4);
}

function runTicks(trun: Buffer, duration: number): number {
  const flags = trun.readUIntBE(1, 3);
  const samples = trun.readUInt32BE(4);
  if ((flags & 0x100) === 0) return samples * duration;
  const recordBytes = [0x100, 0x200, 0x400, 0x800].reduce(
    (sum, flag) => sum + ((flags & flag) === 0 ? 0 : 4),
    0,
  );
  const fromBytes = recordsAt(trun);
  if (fromBytes + samples * recordBytes > trun.length) throw new Mp4Error('A run is longer than its box.');
  let ticks = 0;
  for (let index = 0; index < samples; index += 1)
    ticks += trun.readUInt32BE(fromBytes + index * recordBytes);
  return ticks;
}

function firstFlags(trun: Buffer, otherwise: number): number {
  const flags = trun.readUIntBE(1, 3);
  if ((flags & 0x4) !== 0) return trun.readUInt32BE(8 + ((flags & 0x1) === 0 ? 0 : 4));
  if ((flags & 0x400) === 0 || trun.readUInt32BE(4) === 0) return otherwise;
  const before = [0x100, 0x200].reduce((sum, flag) => sum + ((flags & flag) === 0 ? 0 : 4), 0);
  return trun.readUInt32BE(recordsAt(trun) + before);
}
