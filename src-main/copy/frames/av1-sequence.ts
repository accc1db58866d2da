import { BitReader } from './bit-reader.js';
import type { PictureSize } from './encoded-frame.js';

/** What a sequence header says of its pictures. */
export interface Av1Sequence {
  readonly profile: number;
  readonly level: number;
  readonly tier: number;
  readonly isHighDepth: boolean;
  readonly isTwelveBit: boolean;
  readonly isMonochrome: boolean;
  readonly size: PictureSize;
}

interface OperatingPoint {
  readonly level: number;
  readonly tier: number;
}

/** Reads a sequence header OBU without its head (AV1, section 5.5); null when it is none. */
export function readAv1Sequence(body: Buffer): Av1Sequence | null {
  const reader = new BitReader(body);
  const profile = reader.bits(3);
  reader.skip(1);
  const isReduced = reader.bit() === 1;
  const point = isReduced ? { level: reader.bits(5), tier: 0 } : readOperatingPoints(reader);
  const widthBits = reader.bits(4) + 1;
  const heightBits = reader.bits(4) + 1;
  const size = { width: reader.bits(widthBits) + 1, height: reader.bits(heightBits) + 1 };
  skipTools(reader, isReduced);
  const isHighDepth = reader.bit() === 1;
  const isTwelveBit = profile === 2 && isHighDepth && reader.bit() === 1;
  const isMonochrome = profile !== 1 && reader.bit() === 1;
  if (reader.isOverrun || profile > 2) return null;
  return { profile, ...point, isHighDepth, isTwelveBit, isMonochrome, size };
}

/** The level and tier of the first one, which a decoder takes when it is not told otherwise. */
function readOperatingPoints(reader: BitReader): OperatingPoint {
  let delayBits: number | null = null;
  if (reader.bit() === 1) {
    reader.skip(64);
    if (reader.bit() === 1) skipUvlc(reader);
    if (reader.bit() === 1) {
      delayBits = reader.bits(5) + 1;
      reader.skip(32 + 5 + 5);
    }
  }
  const hasDisplayDelay = reader.bit() === 1;
  const count = reader.bits(5) + 1;
  let first: OperatingPoint | null = null;
  for (let index = 0; index < count; index += 1) {
    reader.skip(12);
    const level = reader.bits(5);
    const tier = level > 7 ? reader.bit() : 0;
    first ??= { level, tier };
    if (delayBits !== null && reader.bit() === 1) reader.skip(2 * delayBits + 1);
    if (hasDisplayDelay && reader.bit() === 1) reader.skip(4);
  }
  return first ?? { level: 0, tier: 0 };
}

function skipUvlc(reader: BitReader): void {
  let zeros = 0;
  while (zeros < 32 && reader.bit() === 0) zeros += 1;
  if (zeros < 32) reader.skip(zeros);
}

/** The tools between size and colors. */
function skipTools(reader: BitReader, isReduced: boolean): void {
  if (!isReduced && reader.bit() === 1) reader.skip(7);
  reader.skip(3);
  if (!isReduced) {
    reader.skip(4);
    const hasOrder = reader.bit() === 1;
    if (hasOrder) reader.skip(2);
    const choosesScreenTools = reader.bit() === 1;
    const forcesScreenTools = choosesScreenTools || reader.bit() === 1;
    if (forcesScreenTools && reader.bit() === 0) reader.skip(1);
    if (hasOrder) reader.skip(3);
  }
  reader.skip(3);
}

/** AV1CodecConfigurationRecord (AV1 in ISO media files, section 2.3), with the sequence header in it. */
export function av1Config(sequence: Av1Sequence, sequenceObu: Buffer): Buffer {
  const { isHighDepth, isMonochrome, isTwelveBit, level, profile, tier } = sequence;
  const subsampledX = profile === 1 ? 0 : 1;
  const subsampledY = profile === 0 || isMonochrome || isTwelveBit ? subsampledX : 0;
  const third =
    (tier << 7) |
    ((isHighDepth ? 1 : 0) << 6) |
    ((isTwelveBit ? 1 : 0) << 5) |
    ((isMonochrome ? 1 : 0) << 4) |
    (subsampledX << 3) |
    (subsampledY << 2);
  return Buffer.concat([Buffer.from([0x81, (profile << 5) | level, third, 0]), sequenceObu]);
}
