/**
 * Writes the live Matroska stream that feeds ffmpeg: unknown-size Segment and Clusters, one video track
 * whose blocks are whole PGMYUV frames and one PCM audio track, timestamps in milliseconds.
 * Element ids and layouts: RFC 8794 (EBML) and RFC 9559 (Matroska).
 */

import { idBytes, ids, unknownSize, wideSize } from '../matroska/ebml.js';

/** The numbers are ours to choose; the kinds are those of RFC 9559, section 5.1.4.1.3. */
const trackNumbers = { video: 1, audio: 2 } as const;
const trackTypes = { video: 1, audio: 2 } as const;

/**
 * A block's timestamp is a signed 16-bit offset from its cluster's: a new cluster is begun well before
 * it runs out, and blocks of the other track may lie before the cluster's start.
 */
const clusterSpanMs = 5_000;

function element(id: number, content: Buffer): Buffer {
  return Buffer.concat([idBytes(id), wideSize(content.length), content]);
}

function unsigned(id: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return element(id, bytes);
}

function text(id: number, value: string): Buffer {
  return element(id, Buffer.from(value, 'utf8'));
}

function float(id: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return element(id, bytes);
}

export interface MatroskaTracks {
  /** Nominal frame size; each frame carries its own. Null for a stream without video. */
  readonly video: {
    readonly width: number;
    readonly height: number;
    /** Frames per second of a constant rate; null for a variable one. */
    readonly fps?: number | null;
  } | null;
  /** Signed 16-bit little-endian PCM. */
  readonly audio: { readonly sampleRateHz: number; readonly channels: number };
}

/** Of a constant rate, in nanoseconds: ffmpeg takes a frame to be as long. */
function frameDuration(fps: number | null): Buffer[] {
  return fps === null ? [] : [unsigned(ids.defaultDuration, Math.round(1e9 / fps))];
}

/** Everything before the first cluster. */
export function matroskaHeader(tracks: MatroskaTracks): Buffer {
  const entries: Buffer[] = [];
  if (tracks.video !== null) {
    entries.push(
      element(
        ids.trackEntry,
        Buffer.concat([
          unsigned(ids.trackNumber, trackNumbers.video),
          unsigned(ids.trackUid, trackNumbers.video),
          unsigned(ids.trackType, trackTypes.video),
          unsigned(ids.flagLacing, 0),
          text(ids.codecId, 'V_UNCOMPRESSED'),
          ...frameDuration(tracks.video.fps ?? null),
          element(
            ids.video,
            Buffer.concat([
              unsigned(ids.pixelWidth, tracks.video.width),
              unsigned(ids.pixelHeight, tracks.video.height),
              element(ids.colorSpace, Buffer.from('I420', 'latin1')),
            ]),
          ),
        ]),
      ),
    );
  }
  entries.push(
    element(
      ids.trackEntry,
      Buffer.concat([
        unsigned(ids.trackNumber, trackNumbers.audio),
        unsigned(ids.trackUid, trackNumbers.audio),
        unsigned(ids.trackType, trackTypes.audio),
        unsigned(ids.flagLacing, 0),
        text(ids.codecId, 'A_PCM/INT/LIT'),
        element(
          ids.audio,
          Buffer.concat([
            float(ids.samplingFrequency, tracks.audio.sampleRateHz),
            unsigned(ids.channels, tracks.audio.channels),
            unsigned(ids.bitDepth, 16),
          ]),
        ),
      ]),
    ),
  );
  return Buffer.concat([
    element(
      ids.ebml,
      Buffer.concat([
        unsigned(ids.ebmlVersion, 1),
        unsigned(ids.ebmlReadVersion, 1),
        unsigned(ids.ebmlMaxIdLength, 4),
        unsigned(ids.ebmlMaxSizeLength, 8),
        text(ids.docType, 'matroska'),
        unsigned(ids.docTypeVersion, 4),
        unsigned(ids.docTypeReadVersion, 2),
      ]),
    ),
    idBytes(ids.segment),
    unknownSize,
    element(
      ids.info,
      Buffer.concat([
        unsigned(ids.timestampScale, 1_000_000),
        text(ids.muxingApp, 'plateau'),
        text(ids.writingApp, 'plateau'),
      ]),
    ),
    element(ids.tracks, Buffer.concat(entries)),
  ]);
}

const clusterStart = Buffer.concat([idBytes(ids.cluster), unknownSize]);
/** Block id, size, track number, offset and flags. */
const blockHeaderBytes = 1 + 8 + 1 + 2 + 1;
/** Id and unknown size; then the timestamp's id, its size in eight bytes, and eight for itself. */
const clusterHeaderBytes = clusterStart.length + 1 + 8 + 8;
/** Every SimpleBlock here can be decoded on its own. */
const keyframeFlag = 0x80;

/** Frames blocks into clusters. It remembers only where the current cluster began. */
export class MatroskaBlocks {
  #clusterMs: number | null = null;

  /**
   * What has to be written before the payload of one block, in a buffer of its own.
   *
   * @param timeMs milliseconds from the start of the stream; rounded to whole ones
   */
  blockHeader(track: 'video' | 'audio', timeMs: number, payloadBytes: number): Buffer {
    const time = Math.max(0, Math.round(timeMs));
    const startsCluster = this.#clusterMs === null || Math.abs(time - this.#clusterMs) > clusterSpanMs;
    const header = Buffer.allocUnsafe(blockHeaderBytes + (startsCluster ? clusterHeaderBytes : 0));
    let at = 0;
    if (startsCluster) {
      this.#clusterMs = time;
      at += clusterStart.copy(header, at);
      at = header.writeUInt8(ids.timestamp, at);
      at = writeSize(header, 8, at);
      at = writeUint64(header, time, at);
    }
    at = header.writeUInt8(ids.simpleBlock, at);
    at = writeSize(header, 4 + payloadBytes, at);
    at = header.writeUInt8(0x80 | trackNumbers[track], at);
    at = header.writeInt16BE(time - (this.#clusterMs ?? time), at);
    header.writeUInt8(keyframeFlag, at);
    return header;
  }
}

/** An eight-byte size, written without BigInt: this runs for each block. */
function writeSize(target: Buffer, size: number, at: number): number {
  target.writeUInt32BE(0x01000000 + Math.floor(size / 0x1_0000_0000), at);
  return target.writeUInt32BE(size % 0x1_0000_0000, at + 4);
}

function writeUint64(target: Buffer, value: number, at: number): number {
  target.writeUInt32BE(Math.floor(value / 0x1_0000_0000), at);
  return target.writeUInt32BE(value % 0x1_0000_0000, at + 4);
}
