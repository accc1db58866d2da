/**
 * Writes the live Matroska stream that feeds ffmpeg: unknown-size Segment and Clusters, one video track
 * whose blocks are whole PGMYUV frames and one PCM audio track, timestamps in milliseconds.
 * Element ids and layouts: RFC 8794 (EBML) and RFC 9559 (Matroska).
 */

const elementIds = {
  ebml: 0x1a45dfa3,
  ebmlVersion: 0x4286,
  ebmlReadVersion: 0x42f7,
  ebmlMaxIdLength: 0x42f2,
  ebmlMaxSizeLength: 0x42f3,
  docType: 0x4282,
  docTypeVersion: 0x4287,
  docTypeReadVersion: 0x4285,
  segment: 0x18538067,
  info: 0x1549a966,
  timestampScale: 0x2ad7b1,
  muxingApp: 0x4d80,
  writingApp: 0x5741,
  tracks: 0x1654ae6b,
  trackEntry: 0xae,
  trackNumber: 0xd7,
  trackUid: 0x73c5,
  trackType: 0x83,
  flagLacing: 0x9c,
  codecId: 0x86,
  defaultDuration: 0x23e383,
  video: 0xe0,
  pixelWidth: 0xb0,
  pixelHeight: 0xba,
  colorSpace: 0x2eb524,
  audio: 0xe1,
  samplingFrequency: 0xb5,
  channels: 0x9f,
  bitDepth: 0x6264,
  cluster: 0x1f43b675,
  timestamp: 0xe7,
  simpleBlock: 0xa3,
} as const;

const trackNumbers = { video: 1, audio: 2 } as const;
const trackTypes = { video: 1, audio: 2 } as const;

/** All ones in the value bits: the size is not known (RFC 8794, section 6.2). */
const unknownSize = Buffer.from([0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);

/**
 * A block's timestamp is a signed 16-bit offset from its cluster's: a new cluster is begun well before
 * it runs out, and blocks of the other track may lie before the cluster's start.
 */
const clusterSpanMs = 5_000;

function idBytes(id: number): Buffer {
  const bytes: number[] = [];
  for (let rest = id; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Buffer.from(bytes);
}

/** An EBML variable-size integer of eight bytes. */
function sizeBytes(size: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(size) | (1n << 56n));
  return bytes;
}

function element(id: number, content: Buffer): Buffer {
  return Buffer.concat([idBytes(id), sizeBytes(content.length), content]);
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
  return fps === null ? [] : [unsigned(elementIds.defaultDuration, Math.round(1e9 / fps))];
}

/** Everything before the first cluster. */
export function matroskaHeader(tracks: MatroskaTracks): Buffer {
  const entries: Buffer[] = [];
  if (tracks.video !== null) {
    entries.push(
      element(
        elementIds.trackEntry,
        Buffer.concat([
          unsigned(elementIds.trackNumber, trackNumbers.video),
          unsigned(elementIds.trackUid, trackNumbers.video),
          unsigned(elementIds.trackType, trackTypes.video),
          unsigned(elementIds.flagLacing, 0),
          text(elementIds.codecId, 'V_UNCOMPRESSED'),
          ...frameDuration(tracks.video.fps ?? null),
          element(
            elementIds.video,
            Buffer.concat([
              unsigned(elementIds.pixelWidth, tracks.video.width),
              unsigned(elementIds.pixelHeight, tracks.video.height),
              element(elementIds.colorSpace, Buffer.from('I420', 'latin1')),
            ]),
          ),
        ]),
      ),
    );
  }
  entries.push(
    element(
      elementIds.trackEntry,
      Buffer.concat([
        unsigned(elementIds.trackNumber, trackNumbers.audio),
        unsigned(elementIds.trackUid, trackNumbers.audio),
        unsigned(elementIds.trackType, trackTypes.audio),
        unsigned(elementIds.flagLacing, 0),
        text(elementIds.codecId, 'A_PCM/INT/LIT'),
        element(
          elementIds.audio,
          Buffer.concat([
            float(elementIds.samplingFrequency, tracks.audio.sampleRateHz),
            unsigned(elementIds.channels, tracks.audio.channels),
            unsigned(elementIds.bitDepth, 16),
          ]),
        ),
      ]),
    ),
  );
  return Buffer.concat([
    element(
      elementIds.ebml,
      Buffer.concat([
        unsigned(elementIds.ebmlVersion, 1),
        unsigned(elementIds.ebmlReadVersion, 1),
        unsigned(elementIds.ebmlMaxIdLength, 4),
        unsigned(elementIds.ebmlMaxSizeLength, 8),
        text(elementIds.docType, 'matroska'),
        unsigned(elementIds.docTypeVersion, 4),
        unsigned(elementIds.docTypeReadVersion, 2),
      ]),
    ),
    idBytes(elementIds.segment),
    unknownSize,
    element(
      elementIds.info,
      Buffer.concat([
        unsigned(elementIds.timestampScale, 1_000_000),
        text(elementIds.muxingApp, 'plateau'),
        text(elementIds.writingApp, 'plateau'),
      ]),
    ),
    element(elementIds.tracks, Buffer.concat(entries)),
  ]);
}

const clusterStart = Buffer.concat([idBytes(elementIds.cluster), unknownSize]);
/** Block id, size, track number, offset and flags. */
const blockHeaderBytes = 1 + 8 + 1 + 2 + 1;
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
      at = header.writeUInt8(elementIds.timestamp, at);
      at = writeSize(header, 8, at);
      at = writeUint64(header, time, at);
    }
    at = header.writeUInt8(elementIds.simpleBlock, at);
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
