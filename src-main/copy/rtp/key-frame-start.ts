import type { CopyCodec } from '../contract.js';

/** H.264 (RFC 6184): types of NAL units. */
const h264 = { idr: 5, sps: 7, aggregation: 24, fragment: 28 } as const;
/** H.265 (RFC 7798). Types 16 to 21 are pictures that one can begin with; 32 to 34 parameter sets. */
const h265 = { firstIrap: 16, lastIrap: 21, vps: 32, pps: 34, aggregation: 48, fragment: 49 } as const;

/**
 * Whether a packet begins a key frame, as far as its first bytes tell: what decides if a key frame is on its way, and no
 * proof that the frame is whole. Bytes that cannot be read begin none.
 */
export function startsKeyFrame(codec: CopyCodec | 'red' | 'rtx', payload: Uint8Array): boolean {
  switch (codec) {
    case 'vp8':
      return startsVp8(payload);
    case 'vp9':
      return startsVp9(payload);
    case 'h264':
      return startsH264(payload);
    case 'h265':
      return startsH265(payload);
    case 'av1':
      // N: the first packet of a coded video sequence (AV1 RTP, section 4.4).
      return ((payload[0] ?? 0) & 0x08) !== 0;
    case 'opus':
    case 'red':
    case 'rtx':
      return false;
  }
}

/** RFC 7741, sections 4.2 and 4.3: start of the first partition, and the inverse key frame bit of its header. */
function startsVp8(payload: Uint8Array): boolean {
  const [first] = payload;
  if (first === undefined || (first & 0x10) === 0 || (first & 0x07) !== 0) return false;
  let offset = 1;
  if ((first & 0x80) !== 0) {
    const extension = payload[1] ?? 0;
    offset = 2;
    if ((extension & 0x80) !== 0) offset += ((payload[2] ?? 0) & 0x80) !== 0 ? 2 : 1;
    if ((extension & 0x40) !== 0) offset += 1;
    if ((extension & 0x30) !== 0) offset += 1;
  }
  const header = payload[offset];
  return header !== undefined && (header & 0x01) === 0;
}

/** RFC 9628, section 4.2: beginning of a frame that nothing is predicted from, in the lowest spatial layer. */
function startsVp9(payload: Uint8Array): boolean {
  const [first] = payload;
  if (first === undefined) return false;
  const isPredicted = (first & 0x40) !== 0;
  const begins = (first & 0x08) !== 0;
  if (isPredicted || !begins) return false;
  const hasLayers = (first & 0x20) !== 0;
  if (!hasLayers) return true;
  const hasPictureId = (first & 0x80) !== 0;
  const pictureIdBytes = !hasPictureId ? 0 : ((payload[1] ?? 0) & 0x80) !== 0 ? 2 : 1;
  const layers = payload[1 + pictureIdBytes];
  return layers !== undefined && ((layers >> 1) & 0x07) === 0;
}

function startsH264(payload: Uint8Array): boolean {
  const type = (payload[0] ?? 0) & 0x1f;
  if (type === h264.idr || type === h264.sps) return true;
  if (type === h264.fragment) {
    const fragment = payload[1] ?? 0;
    return (fragment & 0x80) !== 0 && (fragment & 0x1f) === h264.idr;
  }
  if (type !== h264.aggregation) return false;
  const inner = (payload[3] ?? 0) & 0x1f;
  return inner === h264.idr || inner === h264.sps;
}

function startsH265(payload: Uint8Array): boolean {
  const type = ((payload[0] ?? 0) >> 1) & 0x3f;
  if (type === h265.fragment) {
    const fragment = payload[2] ?? 0;
    return (fragment & 0x80) !== 0 && beginsH265(fragment & 0x3f);
  }
  return beginsH265(type === h265.aggregation ? ((payload[4] ?? 0) >> 1) & 0x3f : type);
}

function beginsH265(type: number): boolean {
  return (type >= h265.firstIrap && type <= h265.lastIrap) || (type >= h265.vps && type <= h265.pps);
}
