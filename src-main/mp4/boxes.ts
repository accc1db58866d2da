import { Mp4Error } from './mp4-error.js';

/** Size and type. */
export const boxHeaderBytes = 8;
/** The same with a size of 64 bits. */
export const largeBoxHeaderBytes = 16;

/** A box inside another one; `content` is a view of the bytes behind its header. */
export interface Box {
  readonly type: string;
  readonly content: Buffer;
}

/** What the first bytes of a box say of it. */
export interface BoxHeader {
  readonly type: string;
  readonly headerBytes: number;
  /** With the header; 0 = to the end of the file. */
  readonly sizeBytes: number;
}

/**
 * Reads the header of a box: ISO/IEC 14496-12, section 4.2.
 *
 * @returns null when `bytes` does not hold all of it
 */
export function readBoxHeader(bytes: Buffer, at = 0): BoxHeader | null {
  if (at + boxHeaderBytes > bytes.length) return null;
  const size32 = bytes.readUInt32BE(at);
  const type = bytes.toString('latin1', at + 4, at + boxHeaderBytes);
  // 1 means that the size follows in 64 bits.
  if (size32 !== 1) return { type, headerBytes: boxHeaderBytes, sizeBytes: size32 };
  if (at + largeBoxHeaderBytes > bytes.length) return null;
  const sizeBytes = Number(bytes.readBigUInt64BE(at + boxHeaderBytes));
  return { type, headerBytes: largeBoxHeaderBytes, sizeBytes };
}

/** The boxes of a content, one after the other. @throws Mp4Error when one is longer than what it stands in */
export function* boxesIn(content: Buffer): Generator<Box> {
  for (let at = 0; at + boxHeaderBytes <= content.length;) {
    const header = readBoxHeader(content, at);
    if (header === null || header.sizeBytes < header.headerBytes || at + header.sizeBytes > content.length) {
      throw new Mp4Error('A box is longer than what it stands in.');
    }
    yield {
      type: header.type,
      content: content.subarray(at + header.headerBytes, at + header.sizeBytes),
    };
    at += header.sizeBytes;
  }
}

/** The content of the first box of a type; undefined without one. @throws Mp4Error */
export function childOf(content: Buffer | undefined, type: string): Buffer | undefined {
  if (content === undefined) return undefined;
  for (const box of boxesIn(content)) if (box.type === type) return box.content;
  return undefined;
}

/** The content of a box that has to be there, by its path. @throws Mp4Error when it is not */
export function contentAt(content: Buffer, ...path: readonly string[]): Buffer {
  let found: Buffer | undefined = content;
  for (const type of path) found = childOf(found, type);
  if (found === undefined) throw new Mp4Error(`There is no ${path.join('/')}.`);
  return found;
}

/** A box with a header of 32 bits. @throws Mp4Error when that is not enough */
export function box(type: string, ...parts: readonly Buffer[]): Buffer {
  return Buffer.concat(boxParts(type, ...parts));
}

/** A box with a version and flags. */
export function fullBox(type: string, version: number, flags: number, ...parts: readonly Buffer[]): Buffer {
  return box(type, u32(((version << 24) | flags) >>> 0), ...parts);
}

/** A box whose parts are not copied: large ones are written one after the other. @throws Mp4Error above 4 GiB */
export function boxParts(type: string, ...parts: readonly Buffer[]): Buffer[] {
  const sizeBytes = bytesOf(parts) + boxHeaderBytes;
  if (sizeBytes > 0xffff_ffff) throw new Mp4Error(`${type} is too long.`);
  return [Buffer.concat([u32(sizeBytes), Buffer.from(type, 'latin1')]), ...parts];
}

/** How long parts are together. */
export function bytesOf(parts: readonly Buffer[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}

/** The header of a box with a size of 64 bits. @param sizeBytes with the header */
export function largeBoxHeader(type: string, sizeBytes: number): Buffer {
  return Buffer.concat([u32(1), Buffer.from(type, 'latin1'), u64(sizeBytes)]);
}

/** Whole numbers of 32 bits, the most significant byte first. */
export function u32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => bytes.writeUInt32BE(value, index * 4));
  return bytes;
}

/** The same of 64 bits. */
export function u64(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 8);
  values.forEach((value, index) => bytes.writeBigUInt64BE(BigInt(value), index * 8));
  return bytes;
}
