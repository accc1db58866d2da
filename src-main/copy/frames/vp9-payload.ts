import type { FrameDecryption } from '../contract.js';
import { BitReader } from './bit-reader.js';
import type { PictureSize } from './encoded-frame.js';
import { decryptedFrame, type SealedCause } from './encrypted-frame.js';
import type { PacketList } from './packet-list.js';
import type { AssembledPicture, PayloadFormat } from './payload-format.js';

/** The payload descriptor: RFC 9628, section 4.2. */
interface Descriptor {
  readonly beginsLayer: boolean;
  readonly endsLayer: boolean;
  readonly isPredicted: boolean;
  readonly spatialLayer: number;
  /** Where the layer's bytes begin. */
  readonly bytes: number;
  /** Where the scalability structure begins; null where there is none. */
  readonly structureAt: number | null;
}

/**
 * Bits of the payload descriptor's first byte, and how many references and layers it can tell: RFC 9628, section 4.2.
 */
const bits = {
  id: 0x80,
  predicted: 0x40,
  layers: 0x20,
  flexible: 0x10,
  begin: 0x08,
  end: 0x04,
  structure: 0x02,
};
const maxReferences = 3;
const maxSpatialLayers = 8;
/** Of a superframe: two markers, and four bytes for each layer. */
const mostIndexBytes = 2 + 4 * maxSpatialLayers;
/**
 * VP9 bitstream, sections 6.2 and 7.2: what a frame and a key frame begin with, and the one color space with other
 * bits.
 */
const frameMarker = 2;
const syncCode = 0x498342;
const srgb = 7;

/** VP9 in RTP: RFC 9628. The spatial layers of a picture become one superframe (VP9 bitstream, annex B). */
export class Vp9Payload implements PayloadFormat {
  readonly #decryption: FrameDecryption | null;

  constructor(decryption: FrameDecryption | null) {
    this.#decryption = decryption;
  }

  /** As {@link PayloadFormat.beginsPicture}. */
  beginsPicture(payload: Uint8Array): boolean {
    const descriptor = readDescriptor(payload);
    return descriptor !== null && descriptor.beginsLayer && descriptor.spatialLayer === 0;
  }

  /** As {@link PayloadFormat.beginsKeyFrame}. */
  beginsKeyFrame(payload: Uint8Array): boolean {
    const descriptor = readDescriptor(payload);
    return (
      descriptor !== null &&
      descriptor.beginsLayer &&
      descriptor.spatialLayer === 0 &&
      !descriptor.isPredicted
    );
  }

  /** As {@link PayloadFormat.beginsAnother}. */
  beginsAnother(payload: Uint8Array): boolean {
    return this.beginsPicture(payload);
  }

  /** As {@link PayloadFormat.assemble}. */
  assemble(packets: PacketList): AssembledPicture | 'malformed' | SealedCause {
    const layers = this.#layersOf(packets);
    if (typeof layers === 'string') return layers;
    const { data, layerBytes } = layers;
    // The base layer alone says whether a decoder can begin here; the top one's size stands in the structure.
    const base = readFrameHeader(data);
    if (base === null) return 'malformed';
    if (!base.isKey) return { isKey: false, data, size: null, config: null };
    return { isKey: true, data, size: layerSize(packets, layerBytes.length) ?? base.size, config: null };
  }

  /** The layers one behind the other, and their index where there are several. */
  #layersOf(
    packets: PacketList,
  ): { readonly data: Buffer; readonly layerBytes: readonly number[] } | 'malformed' | SealedCause {
    const data = Buffer.allocUnsafe(packets.usedBytes + mostIndexBytes);
    const layerBytes: number[] = [];
    let isLayerOpen = false;
    let layerAt = 0;
    let at = 0;
    for (let index = 0; index < packets.length; index += 1) {
      const payload = packets.at(index);
      const descriptor = readDescriptor(payload);
      // Between the end of a layer and the next one's beginning nothing may stand, and no layer may begin inside another.
      if (descriptor === null || descriptor.beginsLayer === isLayerOpen) return 'malformed';
      if (descriptor.beginsLayer) layerAt = at;
      at += payload.copy(data, at, descriptor.bytes);
      isLayerOpen = !descriptor.endsLayer;
      if (isLayerOpen) continue;
      const layer = this.#plainLayer(data.subarray(layerAt, at));
      if (typeof layer === 'string') return layer;
      layerBytes.push(layer.length);
      at = layerAt + layer.length;
    }
    if (isLayerOpen || layerBytes.length === 0 || layerBytes.length > maxSpatialLayers) return 'malformed';
    if (layerBytes.length > 1) at += superframeIndex(layerBytes).copy(data, at);
    return { data: data.subarray(0, at), layerBytes };
  }

  /** Each layer is encrypted by itself, all of it. */
  #plainLayer(layer: Buffer): Buffer | SealedCause {
    return this.#decryption === null ? layer : decryptedFrame(layer, this.#decryption, () => 0);
  }
}

function readDescriptor(payload: Uint8Array): Descriptor | null {
  const first = payload[0] ?? 0;
  const has = (bit: number): boolean => (first & bit) !== 0;
  const isFlexible = has(bits.flexible);
  let at = 1;
  let spatialLayer = 0;
  if (has(bits.id)) at += ((payload[at] ?? 0) & 0x80) === 0 ? 1 : 2;
  if (has(bits.layers)) {
    spatialLayer = ((payload[at] ?? 0) >> 1) & 7;
    at += isFlexible ? 1 : 2;
  }
  if (isFlexible && has(bits.predicted)) {
    let references = 0;
    let goesOn = true;
    while (goesOn && references < maxReferences) {
      goesOn = ((payload[at] ?? 0) & 1) === 1;
      at += 1;
      references += 1;
    }
    if (goesOn) return null;
  }
  const structureAt = has(bits.structure) ? at : null;
  if (structureAt !== null) at += structureBytes(payload, structureAt);
  if (at >= payload.length) return null;
  return {
    beginsLayer: has(bits.begin),
    endsLayer: has(bits.end),
    isPredicted: has(bits.predicted),
    spatialLayer,
    bytes: at,
    structureAt,
  };
}

/** Scalability structure: sizes of the layers, and a group of pictures. */
function structureBytes(payload: Uint8Array, from: number): number {
  const first = payload[from] ?? 0;
  const layers = (first >> 5) + 1;
  let at = from + 1;
  if ((first & 0x10) !== 0) at += 4 * layers;
  if ((first & 0x08) !== 0) {
    const pictures = payload[at] ?? 0;
    at += 1;
    for (let picture = 0; picture < pictures; picture += 1) at += 1 + (((payload[at] ?? 0) >> 2) & 3);
  }
  return at - from;
}

/** The size of the top one of so many layers, as the scalability structure of a key frame says it; null where it does not. */
function layerSize(packets: PacketList, layers: number): PictureSize | null {
  for (let index = 0; index < packets.length; index += 1) {
    const payload = packets.at(index);
    const structureAt = readDescriptor(payload)?.structureAt ?? null;
    if (structureAt === null) continue;
    const first = payload.readUInt8(structureAt);
    const named = (first >> 5) + 1;
    const at = structureAt + 1 + 4 * (Math.min(layers, named) - 1);
    if ((first & 0x10) === 0 || at + 4 > payload.length) return null;
    return { width: payload.readUInt16BE(at), height: payload.readUInt16BE(at + 2) };
  }
  return null;
}

function superframeIndex(layerBytes: readonly number[]): Buffer {
  const largest = Math.max(...layerBytes);
  const width = largest < 0x100 ? 1 : largest < 0x1_0000 ? 2 : largest < 0x100_0000 ? 3 : 4;
  const index = Buffer.allocUnsafe(2 + layerBytes.length * width);
  const marker = 0xc0 | ((width - 1) << 3) | (layerBytes.length - 1);
  index[0] = marker;
  let at = 1;
  for (const bytes of layerBytes) at = index.writeUIntLE(bytes, at, width);
  index[at] = marker;
  return index;
}

/** The uncompressed header of a frame: VP9 bitstream, section 6.2. */
function readFrameHeader(
  frame: Buffer,
): { readonly isKey: boolean; readonly size: PictureSize | null } | null {
  const reader = new BitReader(frame);
  if (reader.bits(2) !== frameMarker) return null;
  const profile = reader.bit() + 2 * reader.bit();
  if (profile === 3) reader.skip(1);
  const showsExisting = reader.bit() === 1;
  if (showsExisting) return { isKey: false, size: null };
  const isKey = reader.bit() === 0;
  reader.skip(2);
  if (!isKey) return reader.isOverrun ? null : { isKey, size: null };
  if (reader.bits(24) !== syncCode) return null;
  if (profile >= 2) reader.skip(1);
  const isRgb = reader.bits(3) === srgb;
  if (!isRgb) reader.skip(profile % 2 === 1 ? 4 : 1);
  else if (profile % 2 === 1) reader.skip(1);
  const size = { width: reader.bits(16) + 1, height: reader.bits(16) + 1 };
  return reader.isOverrun ? null : { isKey, size };
}
