import type { FrameDecryption } from '../contract.js';
import { BitReader } from './bit-reader.js';
import type { PictureSize } from './encoded-frame.js';
import { openNals, type SealedCause } from './encrypted-frame.js';
import { isSize } from './h264-payload.js';
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

/** Kinds of NAL units: ITU-T H.265, table 7-1. */
const kinds = {
  lastTrailing: 9,
  firstIrap: 16,
  lastIrap: 21,
  lastSlice: 31,
  vps: 32,
  sps: 33,
  pps: 34,
} as const;
const kindBits = 0x3f;
const headBytes = 2;

/** RFC 7798, section 4.4: single units, aggregation packets and fragmentation units, without decoding order numbers. */
const layout: NalLayout = {
  headBytes,
  kindOf: (payload) => ((payload[0] ?? 0) >> 1) & kindBits,
  lastPlainKind: 47,
  aggregate: 48,
  fragment: 49,
  fragmentKind: (head) => head & kindBits,
  writeHead: (fragment, target, at) => {
    target[at] = ((fragment[0] ?? 0) & 0x81) | (((fragment[headBytes] ?? 0) & kindBits) << 1);
    target[at + 1] = fragment[1] ?? 0;
  },
};

/** H.265 in RTP: RFC 7798. */
export class H265Payload implements PayloadFormat {
  readonly #decryption: FrameDecryption | null;
  readonly #vps = new ParameterSets();
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
    return kindsIn(payload, layout).some((kind) => isIrap(kind) || kind === kinds.vps || kind === kinds.sps);
  }

  /** As {@link PayloadFormat.beginsAnother}. */
  beginsAnother(payload: Uint8Array, packets: PacketList): boolean {
    const hasSets = kindsIn(payload, layout).some((kind) => kind === kinds.vps || kind === kinds.sps);
    return hasSets && hasKind(packets, layout, (kind) => kind <= kinds.lastSlice);
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
      if (kind === kinds.vps) this.#vps.keep('vps', nal);
      if (kind === kinds.sps) {
        if (this.#sps.latest?.equals(nal) === false) this.#pps.clear();
        this.#sps.keep('sps', nal);
        hasSets = true;
      }
      if (kind === kinds.pps) this.#pps.keep(String(new BitReader(nal.subarray(headBytes)).expGolomb()), nal);
      if (isIrap(kind)) isKey = true;
      if (kind <= kinds.lastSlice) hasSlice = true;
    }
    if (!hasSlice) return 'noPicture';
    if (!isKey) return { isKey, data, size: null, config: null };
    const vps = this.#vps.latest;
    const sps = this.#sps.latest;
    if (vps === undefined || sps === undefined || this.#pps.isEmpty) return 'malformed';
    const described = readH265Sps(sps);
    if (described === null) return 'malformed';
    const sets = [vps, sps, ...this.#pps.all];
    const picture = hasSets ? data : Buffer.concat([...sets.flatMap(behindLength), data]);
    return {
      isKey,
      data: picture,
      size: described.size,
      config: hevcConfig(described, vps, sps, this.#pps.all),
    };
  }
}

/** What begins with one of these is encrypted. */
function isEncrypted(kind: number): boolean {
  return kind <= kinds.lastTrailing || isIrap(kind);
}

function isIrap(kind: number): boolean {
  return kind >= kinds.firstIrap && kind <= kinds.lastIrap;
}

interface H265Sps {
  readonly size: PictureSize;
  /** Profile, compatibility, constraints and level, as they stand in the set. */
  readonly profileTierLevel: Buffer;
  readonly chroma: number;
  readonly lumaDepth: number;
  readonly chromaDepth: number;
  readonly temporalLayers: number;
  readonly isTemporalNested: boolean;
}

/** The cropped size of a sequence parameter set, and what a decoder's configuration repeats of it: ITU-T H.265, section 7.3.2.2. */
function readH265Sps(sps: Buffer): H265Sps | null {
  const plain = withoutEmulation(sps);
  const reader = new BitReader(plain);
  reader.skip(8 * headBytes + 4);
  const subLayers = reader.bits(3);
  const isTemporalNested = reader.bit() === 1;
  const profileTierLevel = plain.subarray(headBytes + 1, headBytes + 13);
  reader.skip(8 * 12);
  skipSubLayers(reader, subLayers);
  reader.expGolomb();
  const chroma = reader.expGolomb();
  if (chroma === 3) reader.skip(1);
  let width = reader.expGolomb();
  let height = reader.expGolomb();
  if (reader.bit() === 1) {
    const unitX = chroma === 1 || chroma === 2 ? 2 : 1;
    const unitY = chroma === 1 ? 2 : 1;
    width -= (reader.expGolomb() + reader.expGolomb()) * unitX;
    height -= (reader.expGolomb() + reader.expGolomb()) * unitY;
  }
  const lumaDepth = reader.expGolomb();
  const chromaDepth = reader.expGolomb();
  if (reader.isOverrun || !isSize(width, height) || chroma > 3 || lumaDepth > 8 || chromaDepth > 8)
    return null;
  const size = { width, height };
  return {
    size,
    profileTierLevel,
    chroma,
    lumaDepth,
    chromaDepth,
    temporalLayers: subLayers + 1,
    isTemporalNested,
  };
}

function skipSubLayers(reader: BitReader, count: number): void {
  const has: { readonly profile: boolean; readonly level: boolean }[] = [];
  for (let index = 0; index < count; index += 1)
    has.push({ profile: reader.bit() === 1, level: reader.bit() === 1 });
  if (count > 0) reader.skip(2 * (8 - count));
  for (const { profile, level } of has) reader.skip((profile ? 88 : 0) + (level ? 8 : 0));
}

/** HEVCDecoderConfigurationRecord (ISO/IEC 14496-15, section 8.3.3), with lengths of four bytes. */
function hevcConfig(described: H265Sps, vps: Buffer, sps: Buffer, pps: readonly Buffer[]): Buffer {
  const { chroma, chromaDepth, isTemporalNested, lumaDepth, profileTierLevel, temporalLayers } = described;
  const tail = [0xf0, 0, 0xfc, 0xfc | chroma, 0xf8 | lumaDepth, 0xf8 | chromaDepth, 0, 0];
  const layers = (temporalLayers << 3) | (isTemporalNested ? 4 : 0) | 3;
  const arrays = [
    { kind: kinds.vps, nals: [vps] },
    { kind: kinds.sps, nals: [sps] },
    { kind: kinds.pps, nals: pps },
  ];
  return Buffer.concat([
    Buffer.from([1]),
    profileTierLevel,
    Buffer.from([...tail, layers, arrays.length]),
    ...arrays.flatMap(({ kind, nals }) => [
      Buffer.from([0x80 | kind, nals.length >> 8, nals.length & 0xff]),
      ...nals.flatMap((nal) => [Buffer.from([nal.length >> 8, nal.length & 0xff]), nal]),
    ]),
  ]);
}
