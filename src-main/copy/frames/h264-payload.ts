import type { FrameDecryption } from '../contract.js';
import { BitReader } from './bit-reader.js';
import type { PictureSize } from './encoded-frame.js';
import { openNals, type SealedCause } from './encrypted-frame.js';
import {
  behindLength,
  hasKind,
  kindsIn,
  type NalLayout,
  nalsOf,
  ParameterSets,
  withoutEmulation,
} from './nal-units.js';
import type { PacketList } from './packet-list.js';
import type { AssembledPicture, PayloadFormat } from './payload-format.js';

/** Kinds of NAL units: ITU-T H.264, table 7-1. */
const kinds = { slice: 1, lastPartition: 4, idr: 5, sps: 7, pps: 8 } as const;
const kindBits = 0x1f;
const importanceBits = 0xe0;

/** RFC 6184, sections 5.2 to 5.8: single units, STAP-A and FU-A, which packetization modes 0 and 1 consist of. */
const layout: NalLayout = {
  headBytes: 1,
  kindOf: (payload) => (payload[0] ?? 0) & kindBits,
  lastPlainKind: 23,
  aggregate: 24,
  fragment: 28,
  fragmentKind: (head) => head & kindBits,
  writeHead: (fragment, target, at) => {
    target[at] = ((fragment[0] ?? 0) & importanceBits) | ((fragment[1] ?? 0) & kindBits);
  },
};

/** H.264 in RTP: RFC 6184. */
export class H264Payload implements PayloadFormat {
  readonly #decryption: FrameDecryption | null;
  readonly #sps = new ParameterSets();
  readonly #pps = new ParameterSets();

  constructor(decryption: FrameDecryption | null) {
    this.#decryption = decryption;
  }

  /** As {@link PayloadFormat.beginsPicture}. */
  beginsPicture(payload: Uint8Array): boolean {
    return kindsIn(payload, layout).length > 0;
  }

  /** As {@link PayloadFormat.beginsKeyFrame}. */
  beginsKeyFrame(payload: Uint8Array): boolean {
    return kindsIn(payload, layout).some((kind) => kind === kinds.idr || kind === kinds.sps);
  }

  /** As {@link PayloadFormat.beginsAnother}. */
  beginsAnother(payload: Uint8Array, packets: PacketList): boolean {
    return kindsIn(payload, layout).includes(kinds.sps) && hasKind(packets, layout, isSlice);
  }

  /** As {@link PayloadFormat.assemble}. */
  assemble(packets: PacketList): AssembledPicture | 'malformed' | 'noPicture' | SealedCause {
    const data = openNals(packets, this.#decryption, layout, isEncrypted);
    if (typeof data === 'string') return data;
    let isKey = false;
    let hasSlice = false;
    let hasSets = false;
    for (const nal of nalsOf(data)) {
      const kind = layout.kindOf(nal);
      if (kind === kinds.sps) {
        // Those of the layer before do not belong to this one.
        if (this.#sps.latest?.equals(nal) === false) this.#pps.clear();
        this.#sps.keep('sps', nal);
        hasSets = true;
      }
      if (kind === kinds.pps) this.#pps.keep(ppsKey(nal), nal);
      if (kind === kinds.idr) isKey = true;
      if (isSlice(kind)) hasSlice = true;
    }
    if (!hasSlice) return 'noPicture';
    if (!isKey) return { isKey, data, size: null, config: null };
    const sps = this.#sps.latest;
    // Without them nobody can decode it.
    if (sps === undefined || this.#pps.isEmpty) return 'malformed';
    const size = h264Size(sps);
    if (size === null) return 'malformed';
    const picture = hasSets ? data : Buffer.concat([...[sps, ...this.#pps.all].flatMap(behindLength), data]);
    return { isKey, data: picture, size, config: avcConfig(sps, this.#pps.all) };
  }
}

function isSlice(kind: number): boolean {
  return (kind >= kinds.slice && kind <= kinds.lastPartition) || kind === kinds.idr;
}

/** What begins with one of these is encrypted: no client looks for partitions. */
function isEncrypted(kind: number): boolean {
  return kind === kinds.slice || kind === kinds.idr;
}

function ppsKey(pps: Buffer): string {
  return String(new BitReader(pps.subarray(1)).expGolomb());
}

/** AVCDecoderConfigurationRecord (ISO/IEC 14496-15, section 5.3.3), with lengths of four bytes. */
function avcConfig(sps: Buffer, pps: readonly Buffer[]): Buffer {
  const head = [1, sps[1] ?? 0, sps[2] ?? 0, sps[3] ?? 0, 0xff, 0xe1];
  return Buffer.concat([
    Buffer.from(head),
    ...behindShortLength(sps),
    Buffer.from([pps.length]),
    ...pps.flatMap(behindShortLength),
  ]);
}

function behindShortLength(nal: Buffer): [Buffer, Buffer] {
  const length = Buffer.allocUnsafe(2);
  length.writeUInt16BE(nal.length);
  return [length, nal];
}

/** Profiles whose parameter sets have a part on colors: ITU-T H.264, section 7.3.2.1.1. */
const profilesWithColors = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);

/** The cropped size of a sequence parameter set (ITU-T H.264, section 7.3.2.1.1); null when it is none. */
function h264Size(sps: Buffer): PictureSize | null {
  const reader = new BitReader(withoutEmulation(sps));
  reader.skip(8);
  const profile = reader.bits(8);
  reader.skip(16);
  reader.expGolomb();
  const chroma = profilesWithColors.has(profile) ? readColors(reader) : 1;
  reader.expGolomb();
  skipOrder(reader);
  reader.expGolomb();
  reader.skip(1);
  const columns = reader.expGolomb() + 1;
  const rows = reader.expGolomb() + 1;
  const fields = reader.bit() === 1 ? 1 : 2;
  if (fields === 2) reader.skip(1);
  reader.skip(1);
  let width = columns * 16;
  let height = rows * 16 * fields;
  if (reader.bit() === 1) {
    const unitX = chroma === 1 || chroma === 2 ? 2 : 1;
    const unitY = (chroma === 1 ? 2 : 1) * fields;
    width -= (reader.expGolomb() + reader.expGolomb()) * unitX;
    height -= (reader.expGolomb() + reader.expGolomb()) * unitY;
  }
  return reader.isOverrun || !isSize(width, height) ? null : { width, height };
}

/** Whether it can be the size of a picture that somebody sends. */
export function isSize(width: number, height: number): boolean {
  return width > 0 && height > 0 && width <= 0x4000 && height <= 0x4000;
}

function readColors(reader: BitReader): number {
  const chroma = reader.expGolomb();
  if (chroma === 3) reader.skip(1);
  reader.expGolomb();
  reader.expGolomb();
  reader.skip(1);
  if (reader.bit() === 0) return chroma;
  for (let list = 0; list < (chroma === 3 ? 12 : 8); list += 1) {
    if (reader.bit() === 1) skipScaling(reader, list < 6 ? 16 : 64);
  }
  return chroma;
}

function skipScaling(reader: BitReader, length: number): void {
  let last = 8;
  let next = 8;
  for (let index = 0; index < length; index += 1) {
    if (next !== 0) next = (last + reader.signedExpGolomb() + 256) % 256;
    if (next !== 0) last = next;
  }
}

/** The order of pictures, of which only the length matters here. */
function skipOrder(reader: BitReader): void {
  const type = reader.expGolomb();
  if (type === 0) reader.expGolomb();
  if (type !== 1) return;
  reader.skip(1);
  reader.expGolomb();
  reader.expGolomb();
  const cycle = Math.min(255, reader.expGolomb());
  for (let index = 0; index < cycle; index += 1) reader.expGolomb();
}
