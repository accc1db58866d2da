import { type FileHandle, open } from 'node:fs/promises';
import { ids } from '../../matroska/ebml.js';
import { CueList } from './cue-list.js';
import {
  type MatroskaHead,
  matroskaHead,
  seekHeadElement,
  segmentSize,
  trackNumbers,
} from './matroska-head.js';

/** An id, and a size of eight bytes at most. */
const elementHeadBytes = 12;
/** Track, time (two bytes) and flags: a block that is shorter is none (RFC 9559, section 10.2). */
const blockHeadBytes = 4;
/** One cluster is 4 MiB and a frame at most; what says that it is larger is none. */
const mostClusterBytes = 64 * 1024 * 1024;
/** Within a size of eight bytes of which all bits are set: it is unknown, the file has no end (RFC 8794, section 6.2). */
const unknownSizeByte = 0xff;

/** What a file that has its end is. */
export interface EndedFile {
  /** Where its last frame ends, in milliseconds. */
  readonly durationMs: number;
  /** Bytes behind its last whole cluster that were cut off; 0 of a file that had its end. */
  readonly cutBytes: number;
}

interface Cluster {
  readonly timeMs: number;
  readonly endMs: number;
  readonly keyMs: number | null;
  readonly hasAudio: boolean;
  readonly hasVideo: boolean;
}

/**
 * Gives a growing file of copy mode its end, as {@link MatroskaFile.finish} would have: what stands behind its last whole
 * cluster is cut off, and size, duration and places to seek to are written. A file that has its end is left as it is.
 *
 * @throws RangeError when it is no file of copy mode; the error of the system
 */
export async function endMatroska(path: string): Promise<EndedFile> {
  const file = await open(path, 'r+');
  try {
    const head = matroskaHead({ video: null, hasAudio: true });
    const begin = await read(file, 0, head.bytes.length);
    const isOurs =
      begin.length === head.bytes.length &&
      begin.subarray(0, head.segmentSizeAt).equals(head.bytes.subarray(0, head.segmentSizeAt));
    if (!isOurs) throw new RangeError('This is no file of copy mode.');
    if (begin.readUInt8(head.segmentSizeAt + 1) !== unknownSizeByte)
      return { durationMs: begin.readDoubleBE(head.durationAt), cutBytes: 0 };
    return await writeEnd(file, head);
  } finally {
    await file.close();
  }
}

async function writeEnd(file: FileHandle, head: MatroskaHead): Promise<EndedFile> {
  const { size } = await file.stat();
  const clusters: { readonly cluster: Cluster; readonly place: number }[] = [];
  let at = head.bytes.length;
  for (;;) {
    const next = await clusterAt(file, at, size);
    if (next === null) break;
    clusters.push({ cluster: next.cluster, place: at - head.segmentFrom });
    at = next.endsAt;
  }
  const cutBytes = size - at;
  await file.truncate(at);
  const hasVideo = clusters.some(({ cluster }) => cluster.hasVideo);
  const cues = new CueList();
  let durationMs = 0;
  for (const { cluster, place } of clusters) {
    durationMs = Math.max(durationMs, cluster.endMs);
    if (cluster.keyMs !== null) cues.add('video', cluster.keyMs, place);
    else if (!hasVideo && cluster.hasAudio) cues.add('audio', cluster.timeMs, place);
  }
  const element = cues.element();
  if (element !== null) await file.write(element, 0, element.length, at);
  const duration = Buffer.allocUnsafe(8);
  duration.writeDoubleBE(durationMs);
  await file.write(duration, 0, duration.length, head.durationAt);
  const seekHead = seekHeadElement(head, element === null ? null : at);
  await file.write(seekHead, 0, seekHead.length, head.seekHeadAt);
  // Last: with a size a file says that it is whole.
  const segment = segmentSize(head, at + (element?.length ?? 0));
  await file.write(segment, 0, segment.length, head.segmentSizeAt);
  await file.sync();
  return { durationMs, cutBytes };
}

/** @returns null where no whole cluster begins */
async function clusterAt(
  file: FileHandle,
  at: number,
  size: number,
): Promise<{ readonly cluster: Cluster; readonly endsAt: number } | null> {
  const begin = await read(file, at, elementHeadBytes);
  const found = elementOf(begin, 0);
  if (found === null || found.id !== ids.cluster || found.bytes > mostClusterBytes) return null;
  const from = at + found.headBytes;
  const endsAt = from + found.bytes;
  if (endsAt > size) return null;
  const cluster = clusterOf(await read(file, from, found.bytes));
  return cluster === null ? null : { cluster, endsAt };
}

function clusterOf(content: Buffer): Cluster | null {
  let timeMs: number | null = null;
  let endMs = 0;
  let keyMs: number | null = null;
  let [hasAudio, hasVideo] = [false, false];
  for (let at = 0; at < content.length;) {
    const found = elementOf(content, at);
    if (found === null) return null;
    const from = at + found.headBytes;
    at = from + found.bytes;
    if (at > content.length) return null;
    if (found.id === ids.timestamp) timeMs = content.readUIntBE(from, found.bytes);
    if (found.id !== ids.simpleBlock || timeMs === null || found.bytes < blockHeadBytes) continue;
    const isVideo = (content.readUInt8(from) & 0x7f) === trackNumbers.video;
    const blockMs = timeMs + content.readInt16BE(from + 1);
    if (isVideo) hasVideo = true;
    else hasAudio = true;
    if (isVideo && (content.readUInt8(from + 3) & 0x80) !== 0) keyMs ??= blockMs;
    endMs = Math.max(endMs, blockMs + (isVideo ? 0 : usualPacketMs));
  }
  return timeMs === null ? null : { timeMs, endMs, keyMs, hasAudio, hasVideo };
}

/** How long a packet of Opus sounds, mostly. */
const usualPacketMs = 20;

/** The element that begins there; null when its head is cut off. */
function elementOf(
  bytes: Buffer,
  at: number,
): { readonly id: number; readonly headBytes: number; readonly bytes: number } | null {
  const idLength = lengthAt(bytes, at);
  const sizeLength = lengthAt(bytes, at + idLength);
  const headBytes = idLength + sizeLength;
  if (idLength > 4 || sizeLength > 8 || at + headBytes > bytes.length) return null;
  let size = bytes.readUInt8(at + idLength) & (0xff >> sizeLength);
  for (let index = 1; index < sizeLength; index += 1)
    size = size * 256 + bytes.readUInt8(at + idLength + index);
  return { id: bytes.readUIntBE(at, idLength), headBytes, bytes: size };
}

/** A number's length is told by its first byte; 9 of one that has none. */
function lengthAt(bytes: Buffer, at: number): number {
  return at < bytes.length ? Math.clz32(bytes.readUInt8(at)) - 23 : 9;
}

async function read(file: FileHandle, at: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes);
  const { bytesRead } = await file.read(buffer, 0, bytes, at);
  return buffer.subarray(0, bytesRead);
}
