import type { FileHandle } from 'node:fs/promises';
import { caps } from '../contract/limits.js';
import { type BoxHeader, boxHeaderBytes, largeBoxHeaderBytes, readBoxHeader, u32 } from './boxes.js';
import { type FragmentTrack, readFragment } from './fragment.js';
import { Mp4Error } from './mp4-error.js';
import { SampleTable } from './sample-table.js';
import { type MovieHeader, readMovieHeader, type TrackHeader } from './track-header.js';

/** One track of a fragmented movie, with its samples. */
export interface MovieTrack extends TrackHeader {
  readonly samples: SampleTable;
}

/** A fragmented MP4, as far as it was written. */
export interface FragmentedMovie {
  readonly header: MovieHeader;
  readonly tracks: readonly MovieTrack[];
  /** Where the header (`moov`) begins, or began before the head was switched. */
  readonly headAtBytes: number;
  readonly headBytes: number;
  /** Where the fragments end. What stands behind is none of it. */
  readonly endBytes: number;
  readonly fileBytes: number;
  /** Whether the last fragment was not written to its end. */
  readonly isCut: boolean;
  /** Whether its head was switched: to players it is an ordinary movie. */
  readonly isSwitched: boolean;
}

/** A fragment of a second at 30 fps has a header of about 1 kB. */
const windowBytes = 8 * 1024;
/** Content of `mvhd` in version 0: section 8.2.2. */
const movieHeaderBytes = boxHeaderBytes + 100;
const insideMovie = new Set(['trak', 'mvex', 'udta', 'meta', 'iods']);

/**
 * Reads the header and every fragment's header of a growing MP4 (`ftyp moov (moof mdat)*`), and none of the audio and
 * video. A file whose head was switched is read as it was before: {@link switchHead} keeps all but 16 bytes, which follow
 * from the others.
 *
 * @throws Mp4Error when the file is not such a one; the error of the system; the reason of `signal`
 */
export async function readFragmentedMovie(file: FileHandle, signal?: AbortSignal): Promise<FragmentedMovie> {
  const { size: fileBytes } = await file.stat();
  const window = new Window(file);
  const ftyp = await window.headerAt(0);
  if (ftyp?.type !== 'ftyp') throw new Mp4Error('The file does not begin with ftyp.');
  const headAtBytes = ftyp.sizeBytes;
  const head = await window.headerAt(headAtBytes);
  const isSwitched = head?.type === 'mdat' && head.headerBytes === largeBoxHeaderBytes;
  if (head === null || (head.type !== 'moov' && !isSwitched))
    throw new Mp4Error('Its second box is no moov.');
  const moov = isSwitched
    ? await switchedMoov(window, headAtBytes)
    : await window.whole(headAtBytes, head.sizeBytes);
  const header = readMovieHeader(moov.subarray(boxHeaderBytes));
  const tracks = header.tracks.map((track) => ({ ...track, samples: new SampleTable() }));
  const byId = new Map<number, FragmentTrack>(
    tracks.map(({ trackId, samples }) => {
      const defaults = header.defaults.get(trackId) ?? { duration: 0, sizeBytes: 0, flags: 0 };
      return [trackId, { samples, defaults }];
    }),
  );
  const atBytes = headAtBytes + moov.length;
  const { endBytes, isCut } = await readFragments(window, atBytes, fileBytes, byId, signal);
  return {
    ...{ header, tracks, headAtBytes, headBytes: moov.length },
    ...{ endBytes, fileBytes, isCut, isSwitched },
  };
}

async function readFragments(
  window: Window,
  fromBytes: number,
  fileBytes: number,
  tracks: ReadonlyMap<number, FragmentTrack>,
  signal: AbortSignal | undefined,
): Promise<Pick<FragmentedMovie, 'endBytes' | 'isCut'>> {
  let endBytes = fromBytes;
  while (endBytes < fileBytes) {
    signal?.throwIfAborted();
    const moof = await window.headerAt(endBytes);
    // Fewer bytes than a header has: it was to be the next one.
    if (moof === null) return { endBytes, isCut: true };
    if (moof.type === 'mfra') {
      endBytes += moof.sizeBytes;
      continue;
    }
    if (isBehindFragments(moof)) break;
    if (moof.type !== 'moof') throw new Mp4Error(`There is a box of an unknown type: ${moof.type}.`);
    const dataAtBytes = endBytes + moof.sizeBytes;
    const data = dataAtBytes < fileBytes ? await window.headerAt(dataAtBytes) : null;
    if (data === null) return { endBytes, isCut: true };
    if (data.type !== 'mdat') throw new Mp4Error('A fragment has no mdat.');
    const content = (await window.whole(endBytes, moof.sizeBytes)).subarray(moof.headerBytes);
    const dataToBytes = dataAtBytes + data.sizeBytes;
    const dataFromBytes = dataAtBytes + data.headerBytes;
    readFragment(content, { moofAtBytes: endBytes, dataFromBytes, dataToBytes, fileBytes }, tracks);
    if (dataToBytes > fileBytes) return { endBytes: fileBytes, isCut: true };
    endBytes = dataToBytes;
  }
  return { endBytes: Math.min(endBytes, fileBytes), isCut: endBytes > fileBytes };
}

/** What an interrupted finalizing may have left there: an `mdat` with a size of 64 bits, a `moov`. */
function isBehindFragments({ headerBytes, type }: BoxHeader): boolean {
  return type === 'moov' || (type === 'mdat' && headerBytes === largeBoxHeaderBytes);
}

/** The header as it was: its own size is where its boxes end, and that of `mvhd` is always the same. */
async function switchedMoov(window: Window, headAtBytes: number): Promise<Buffer> {
  let atBytes = headAtBytes + boxHeaderBytes + movieHeaderBytes;
  for (;;) {
    const child = await window.headerAt(atBytes);
    if (child === null || !insideMovie.has(child.type)) break;
    atBytes += child.sizeBytes;
  }
  const moov = Buffer.from(await window.whole(headAtBytes, atBytes - headAtBytes));
  originalHead(moov.length).copy(moov);
  return moov;
}

/**
 * The first 16 bytes of a `moov` that begins as ffmpeg's does, with an `mvhd` of version 0.
 *
 * @param sizeBytes of the whole `moov`
 */
export function originalHead(sizeBytes: number): Buffer {
  return Buffer.concat([u32(sizeBytes), Buffer.from('moov'), u32(movieHeaderBytes), Buffer.from('mvhd')]);
}

/** Reads small parts of a file through a buffer: a header and the one behind it mostly lie in the same window. */
class Window {
  readonly #file: FileHandle;
  readonly #bytes = Buffer.alloc(windowBytes);
  #atBytes = 0;
  #length = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** The header of the box at a position; null when the file ends before it does. @throws Mp4Error */
  async headerAt(atBytes: number): Promise<BoxHeader | null> {
    if (!this.#holds(atBytes, largeBoxHeaderBytes)) await this.#read(atBytes);
    const from = atBytes - this.#atBytes;
    const header = readBoxHeader(this.#bytes.subarray(from, this.#length));
    if (header !== null && header.sizeBytes < header.headerBytes) throw new Mp4Error('A box has no size.');
    return header;
  }

  /** All bytes of a box, valid until the next call. @throws Mp4Error when the file has fewer, or they are too many */
  async whole(atBytes: number, sizeBytes: number): Promise<Buffer> {
    if (sizeBytes > caps.fileHeaderBytes) throw new Mp4Error('A header is too long.');
    if (!this.#holds(atBytes, sizeBytes) && sizeBytes <= windowBytes) await this.#read(atBytes);
    const from = atBytes - this.#atBytes;
    if (this.#holds(atBytes, sizeBytes)) return Buffer.from(this.#bytes.subarray(from, from + sizeBytes));
    const bytes = Buffer.alloc(sizeBytes);
    const { bytesRead } = await this.#file.read(bytes, 0, sizeBytes, atBytes);
    if (bytesRead < sizeBytes) throw new Mp4Error('A header is not all there.');
    return bytes;
  }

  #holds(atBytes: number, sizeBytes: number): boolean {
    return atBytes >= this.#atBytes && atBytes + sizeBytes <= this.#atBytes + this.#length;
  }

  async #read(atBytes: number): Promise<void> {
    const { bytesRead } = await this.#file.read(this.#bytes, 0, windowBytes, atBytes);
    this.#atBytes = atBytes;
    this.#length = bytesRead;
  }
}
