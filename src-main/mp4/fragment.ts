import { boxesIn, contentAt } from './boxes.js';
import { Mp4Error } from './mp4-error.js';
import type { SampleTable } from './sample-table.js';
import type { SampleDefaults } from './track-header.js';

/** What a fragment's samples are read into. */
export interface FragmentTrack {
  readonly defaults: SampleDefaults;
  readonly samples: SampleTable;
}

/** Where a fragment's samples may stand: in its `mdat`, as far as that was written. */
export interface FragmentPlace {
  readonly moofAtBytes: number;
  /** Content of the `mdat` behind it. */
  readonly dataFromBytes: number;
  readonly dataToBytes: number;
  /** How much of the file there is. */
  readonly fileBytes: number;
}

/** `sample_is_non_sync_sample` of a sample's flags: ISO/IEC 14496-12, section 8.8.3.1. */
const isNonSync = 0x1_0000;

/**
 * Reads the samples of a fragment's header (`moof`) into the tables of their tracks: ISO/IEC 14496-12, sections 8.8.7
 * (`tfhd`), 8.8.8 (`trun`) and 8.8.12 (`tfdt`). Samples whose bytes were not all written are left out.
 *
 * @param moof its content
 * @throws Mp4Error when it says what cannot be
 */
export function readFragment(
  moof: Buffer,
  place: FragmentPlace,
  tracks: ReadonlyMap<number, FragmentTrack>,
): void {
  for (const { type, content } of boxesIn(moof)) {
    if (type !== 'traf') continue;
    const track = tracks.get(contentAt(content, 'tfhd').readUInt32BE(4));
    if (track !== undefined) readTrackFragment(content, place, track);
  }
}

function readTrackFragment(traf: Buffer, place: FragmentPlace, track: FragmentTrack): void {
  const tfhd = contentAt(traf, 'tfhd');
  const flags = tfhd.readUIntBE(1, 3);
  let at = 8;
  const next = (flag: number, otherwise: number): number => {
    if ((flags & flag) === 0) return otherwise;
    at += 4;
    return tfhd.readUInt32BE(at - 4);
  };
  let baseBytes = place.moofAtBytes;
  if ((flags & 0x1) !== 0) {
    baseBytes = Number(tfhd.readBigUInt64BE(at));
    at += 8;
  }
  // Of another sample description a fragment of ours never is.
  if (next(0x2, 1) !== 1) throw new Mp4Error('A fragment has a sample description of its own.');
  const defaults = {
    duration: next(0x8, track.defaults.duration),
    sizeBytes: next(0x10, track.defaults.sizeBytes),
    flags: next(0x20, track.defaults.flags),
  };
  const tfdt = contentAt(traf, 'tfdt');
  const run = {
    dts: tfdt.readUInt8(0) === 1 ? Number(tfdt.readBigUInt64BE(4)) : tfdt.readUInt32BE(4),
    atBytes: baseBytes,
    isCut: false,
  };
  for (const { type, content } of boxesIn(traf)) {
    if (type === 'trun') readRun(content, baseBytes, run, place, defaults, track.samples);
  }
}

function readRun(
  trun: Buffer,
  baseBytes: number,
  run: { dts: number; atBytes: number; isCut: boolean },
  place: FragmentPlace,
  defaults: SampleDefaults,
  samples: SampleTable,
): void {
  const flags = trun.readUIntBE(1, 3);
  const count = trun.readUInt32BE(4);
  let at = 8;
  const next = (flag: number, otherwise: number): number => {
    if ((flags & flag) === 0) return otherwise;
    at += 4;
    return trun.readUInt32BE(at - 4);
  };
  if ((flags & 0x1) !== 0) {
    run.atBytes = baseBytes + trun.readInt32BE(at);
    at += 4;
  }
  const firstFlags = next(0x4, defaults.flags);
  // Not signed in version 0, but nobody needs the upper half.
  samples.startChunk(run.atBytes);
  for (let index = 0; index < count; index += 1) {
    const duration = next(0x100, defaults.duration);
    const sizeBytes = next(0x200, defaults.sizeBytes);
    const sampleFlags = next(0x400, index === 0 ? firstFlags : defaults.flags);
    const compositionOffset = next(0x800, 0) | 0;
    const endBytes = run.atBytes + sizeBytes;
    if (run.atBytes < place.dataFromBytes || endBytes > place.dataToBytes) {
      throw new Mp4Error('A sample stands outside of its fragment.');
    }
    run.isCut ||= endBytes > place.fileBytes;
    if (!run.isCut) {
      samples.add(run.dts, duration, sizeBytes, (sampleFlags & isNonSync) === 0, compositionOffset);
    }
    run.dts += duration;
    run.atBytes = endBytes;
  }
}
