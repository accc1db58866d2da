/** Elements of a Matroska file: ids and layouts of RFC 8794 (EBML) and RFC 9559 (Matroska). */
export const ids = {
  ebml: 0x1a45dfa3,
  ebmlVersion: 0x4286,
  ebmlReadVersion: 0x42f7,
  ebmlMaxIdLength: 0x42f2,
  ebmlMaxSizeLength: 0x42f3,
  docType: 0x4282,
  docTypeVersion: 0x4287,
  docTypeReadVersion: 0x4285,
  void: 0xec,
  segment: 0x18538067,
  seekHead: 0x114d9b74,
  seek: 0x4dbb,
  seekId: 0x53ab,
  seekPosition: 0x53ac,
  info: 0x1549a966,
  timestampScale: 0x2ad7b1,
  duration: 0x4489,
  muxingApp: 0x4d80,
  writingApp: 0x5741,
  tracks: 0x1654ae6b,
  trackEntry: 0xae,
  trackNumber: 0xd7,
  trackUid: 0x73c5,
  trackType: 0x83,
  flagLacing: 0x9c,
  codecId: 0x86,
  codecPrivate: 0x63a2,
  defaultDuration: 0x23e383,
  seekPreRoll: 0x56bb,
  video: 0xe0,
  pixelWidth: 0xb0,
  pixelHeight: 0xba,
  colorSpace: 0x2eb524,
  projection: 0x7670,
  projectionType: 0x7671,
  projectionPoseRoll: 0x7675,
  audio: 0xe1,
  samplingFrequency: 0xb5,
  channels: 0x9f,
  bitDepth: 0x6264,
  cluster: 0x1f43b675,
  timestamp: 0xe7,
  simpleBlock: 0xa3,
  cues: 0x1c53bb6b,
  cuePoint: 0xbb,
  cueTime: 0xb3,
  cueTrackPositions: 0xb7,
  cueTrack: 0xf7,
  cueClusterPosition: 0xf1,
} as const;

/** Of an element's size that is not known yet: all ones (RFC 8794, section 6.2). */
export const unknownSize = Buffer.from([0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);

/** The bytes of an element's id. */
export function idBytes(id: number): Buffer {
  const bytes: number[] = [];
  for (let rest = id; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Buffer.from(bytes);
}

/** An element's size, in as few bytes as it takes. */
export function sizeBytes(size: number): Buffer {
  if (size < 0x7f) return Buffer.from([0x80 | size]);
  if (size < 0x3fff) return Buffer.from([0x40 | (size >> 8), size & 0xff]);
  if (size < 0x1f_ffff) return Buffer.from([0x20 | (size >> 16), (size >> 8) & 0xff, size & 0xff]);
  return wideSize(size);
}

/** An element's size in eight bytes: one that is written before it is known. */
export function wideSize(size: number): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeUInt32BE(0x0100_0000 + Math.floor(size / 0x1_0000_0000));
  bytes.writeUInt32BE(size % 0x1_0000_0000, 4);
  return bytes;
}

/** An element out of its parts. */
export function element(id: number, ...parts: readonly Buffer[]): Buffer {
  const bytes = parts.reduce((sum, { length }) => sum + length, 0);
  return Buffer.concat([idBytes(id), sizeBytes(bytes), ...parts]);
}

/** An element with a whole number. */
export function unsigned(id: number, value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; bytes.length === 0 || rest > 0; rest = Math.floor(rest / 256))
    bytes.unshift(rest % 256);
  return element(id, Buffer.from(bytes));
}

/** An element with a number of eight bytes. */
export function float(id: number, value: number): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeDoubleBE(value);
  return element(id, bytes);
}

/** An element with text. */
export function text(id: number, value: string): Buffer {
  return element(id, Buffer.from(value, 'utf8'));
}

/** An element that means nothing and takes up exactly so many bytes, 2 at least: space for what comes later. */
export function voidOf(bytes: number): Buffer {
  const sizeLength = bytes < 9 ? 1 : 8;
  const content = bytes - 1 - sizeLength;
  const size = sizeLength === 1 ? Buffer.from([0x80 | content]) : wideSize(content);
  return Buffer.concat([Buffer.from([ids.void]), size, Buffer.alloc(content)]);
}
