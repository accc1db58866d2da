/** Kinds of NAL units: ITU-T H.264, table 7-1; FU-A is RFC 6184, section 5.8. */
export const nalKinds = { slice: 1, idr: 5, sei: 6, sps: 7, pps: 8, accessUnitDelimiter: 9 } as const;
const fragmentationUnitA = 28;
const kindBits = 0x1f;
const importanceBits = 0xe0;
const startBit = 0x80;
const endBit = 0x40;
const fragmentHeadBytes = 2;

/**
 * Kind of a NAL unit: the low five bits of its first byte (RFC 6184, section 1.3); 0, which is unspecified,
 * for an empty one.
 */
export function nalKind(nal: Buffer): number {
  return (nal[0] ?? 0) & kindBits;
}

/** The NAL units of a byte stream of Annex B, without their start codes. They share its memory. */
export function splitAnnexB(stream: Buffer): Buffer[] {
  const startCode = Buffer.from([0, 0, 1]);
  const nals: Buffer[] = [];
  let start = stream.indexOf(startCode);
  while (start !== -1) {
    const from = start + startCode.length;
    start = stream.indexOf(startCode, from);
    let to = start === -1 ? stream.length : start;
    // A start code may have four bytes, and zeros may trail; a NAL unit never ends with one.
    while (to > from && stream[to - 1] === 0) to -= 1;
    if (to > from) nals.push(stream.subarray(from, to));
  }
  return nals;
}

/** Cuts the NAL units of one access unit into RTP payloads of packetization-mode 1. */
export function packetizeH264(nals: readonly Buffer[], maxPayloadBytes: number): Buffer[] {
  return nals.flatMap((nal) => (nal.length <= maxPayloadBytes ? [nal] : fragments(nal, maxPayloadBytes)));
}

function fragments(nal: Buffer, maxPayloadBytes: number): Buffer[] {
  const head = nal[0] ?? 0;
  const body = nal.subarray(1);
  const count = Math.ceil(body.length / (maxPayloadBytes - fragmentHeadBytes));
  return Array.from({ length: count }, (_, position) => {
    const from = Math.floor((body.length * position) / count);
    const to = Math.floor((body.length * (position + 1)) / count);
    const edges = (position === 0 ? startBit : 0) | (position === count - 1 ? endBit : 0);
    const fragmentHead = [(head & importanceBits) | fragmentationUnitA, edges | (head & kindBits)];
    return Buffer.concat([Buffer.from(fragmentHead), body.subarray(from, to)]);
  });
}
