import type { FileHandle } from 'node:fs/promises';
import { boxHeaderBytes, childOf, contentAt, largeBoxHeaderBytes, readBoxHeader } from './boxes.js';
import type { MovieTrack } from './fragmented-movie.js';
import { Mp4Error } from './mp4-error.js';
import { SampleTable } from './sample-table.js';
import { readMovieHeader } from './track-header.js';

/** Of eight hours the header is 20 MB. */
const maxMovieBytes = 256 * 1024 * 1024;

/**
 * Reads the header of an ordinary MP4, wherever it stands: ISO/IEC 14496-12, sections 8.6 and 8.7.
 *
 * @throws Mp4Error when there is none, or its tables do not add up; the error of the system
 */
export async function readOrdinaryMovie(file: FileHandle): Promise<{ readonly tracks: MovieTrack[] }> {
  const { content: moov } = await readMovieContent(file);
  return {
    tracks: readMovieHeader(moov).tracks.map((track) => ({ ...track, samples: tableOf(track.stbl) })),
  };
}

/**
 * What is in the `moov` of an ordinary MP4, and where that begins in the file.
 *
 * @throws Mp4Error when there is none; the error of the system
 */
export async function readMovieContent(
  file: FileHandle,
): Promise<{ readonly content: Buffer; readonly atBytes: number }> {
  const { size: fileBytes } = await file.stat();
  const start = Buffer.alloc(largeBoxHeaderBytes);
  for (let atBytes = 0; atBytes + boxHeaderBytes <= fileBytes;) {
    const { bytesRead } = await file.read(start, 0, start.length, atBytes);
    const header = readBoxHeader(start.subarray(0, bytesRead));
    if (header === null || header.sizeBytes < header.headerBytes) break;
    if (header.type === 'moov') {
      const length = header.sizeBytes - header.headerBytes;
      if (length > maxMovieBytes || atBytes + header.sizeBytes > fileBytes) break;
      const moov = Buffer.alloc(length);
      await file.read(moov, 0, length, atBytes + header.headerBytes);
      return { content: moov, atBytes: atBytes + header.headerBytes };
    }
    atBytes += header.sizeBytes;
  }
  throw new Mp4Error('There is no moov.');
}

function tableOf(stbl: Buffer): SampleTable {
  const table = new SampleTable();
  const sizes = contentAt(stbl, 'stsz');
  const deltas = new RunReader(contentAt(stbl, 'stts'));
  const compositionOffsets = new RunReader(childOf(stbl, 'ctts'));
  const syncBox = childOf(stbl, 'stss');
  const chunks = contentAt(stbl, 'stsc');
  const [equalBytes, count] = [sizes.readUInt32BE(4), sizes.readUInt32BE(8)];
  const long = childOf(stbl, 'co64');
  const offsets = long ?? contentAt(stbl, 'stco');
  let dts = 0;
  let index = 0;
  let nextSync = 0;
  let run = 0;
  for (let chunk = 0; chunk < offsets.readUInt32BE(4); chunk += 1) {
    if (run + 1 < chunks.readUInt32BE(4) && chunks.readUInt32BE(8 + (run + 1) * 12) === chunk + 1) run += 1;
    const atBytes = long === undefined ? offsets.readUInt32BE(8 + chunk * 4) : bigAt(offsets, 8 + chunk * 8);
    table.startChunk(atBytes, chunks.readUInt32BE(8 + run * 12 + 8));
    for (let left = chunks.readUInt32BE(8 + run * 12 + 4); left > 0; left -= 1) {
      const isSync =
        syncBox === undefined ||
        (nextSync < syncBox.readUInt32BE(4) && syncBox.readUInt32BE(8 + nextSync * 4) === index + 1);
      const sizeBytes = equalBytes === 0 ? sizes.readUInt32BE(12 + index * 4) : equalBytes;
      const duration = deltas.next();
      table.add(dts, duration, sizeBytes, isSync, compositionOffsets.next());
      if (isSync) nextSync += 1;
      dts += duration;
      index += 1;
    }
  }
  if (index !== count) throw new Mp4Error('The tables do not add up.');
  return table;
}

function bigAt(bytes: Buffer, at: number): number {
  return Number(bytes.readBigUInt64BE(at));
}

/** Values that each hold for a run of samples. */
class RunReader {
  readonly #content: Buffer | undefined;
  #record = -1;
  #left = 0;

  constructor(content: Buffer | undefined) {
    this.#content = content;
  }

  /** The next sample's; 0 where there is no such box. */
  next(): number {
    if (this.#content === undefined) return 0;
    while (this.#left === 0) {
      this.#record += 1;
      this.#left = this.#content.readUInt32BE(8 + this.#record * 8);
    }
    this.#left -= 1;
    return this.#content.readInt32BE(8 + this.#record * 8 + 4);
  }
}
