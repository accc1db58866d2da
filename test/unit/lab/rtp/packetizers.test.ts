import { describe, expect, it } from 'vitest';
import { nalKind, packetizeH264, splitAnnexB } from '../../../../src-main/lab/rtp/h264-packetizer.js';
import { type Vp8Frame, Vp8Packetizer } from '../../../../src-main/lab/rtp/vp8-packetizer.js';

function bytes(length: number, seed = 1): Buffer {
  return Buffer.from(Array.from({ length }, (_, position) => (position * 31 + seed * 17) % 251));
}

function vp8Frame(length: number, more: Partial<Vp8Frame> = {}): Vp8Frame {
  return { data: bytes(length), isKey: false, temporalLayer: 0, isLayerSync: false, ...more };
}

describe('VP8 payloads', () => {
  it('carry a start bit, a 15-bit picture id and the whole frame', () => {
    const packetizer = new Vp8Packetizer(1, 0x1234);
    const frame = vp8Frame(3_000);
    const payloads = packetizer.packetize(frame, 1_000);
    expect(payloads).toHaveLength(4);
    expect(Math.max(...payloads.map(({ length }) => length))).toBeLessThanOrEqual(1_000);
    // X and S, I, M and the id's 15 bits; S is set at the frame's beginning only.
    expect(payloads[0]?.subarray(0, 4)).toEqual(Buffer.from([0x90, 0x80, 0x92, 0x34]));
    expect(payloads[1]?.subarray(0, 4)).toEqual(Buffer.from([0x80, 0x80, 0x92, 0x34]));
    expect(Buffer.concat(payloads.map((payload) => payload.subarray(4)))).toEqual(frame.data);
  });

  it('count pictures beyond the id’s range', () => {
    const packetizer = new Vp8Packetizer(1, 2 ** 15 - 1);
    const ids = [1, 2].map(() => packetizer.packetize(vp8Frame(10), 1_000)[0]?.readUInt16BE(2));
    expect(ids).toEqual([0xffff, 0x8000]);
  });

  it('name the temporal layer, where one may be entered, and the base layer’s index', () => {
    const packetizer = new Vp8Packetizer(3, 0);
    const heads = [
      vp8Frame(10, { isKey: true }),
      vp8Frame(10, { temporalLayer: 2, isLayerSync: true }),
      vp8Frame(10, { temporalLayer: 1, isLayerSync: true }),
      vp8Frame(10, { temporalLayer: 2 }),
      vp8Frame(10),
    ].map((frame) => packetizer.packetize(frame, 1_000)[0]?.subarray(0, 6));
    expect(heads).toEqual([
      Buffer.from([0x90, 0xe0, 0x80, 0, 1, 0x00]),
      // No later frame needs one of the highest layer.
      Buffer.from([0xb0, 0xe0, 0x80, 1, 1, 0xa0]),
      Buffer.from([0x90, 0xe0, 0x80, 2, 1, 0x60]),
      Buffer.from([0xb0, 0xe0, 0x80, 3, 1, 0x80]),
      Buffer.from([0x90, 0xe0, 0x80, 4, 2, 0x00]),
    ]);
  });
});

/** Puts NAL units together again, as RFC 6184 says. */
function depacketize(payloads: readonly Buffer[]): Buffer[] {
  const nals: Buffer[] = [];
  for (const payload of payloads) {
    const [indicator = 0, head = 0] = payload;
    if ((indicator & 0x1f) !== 28) nals.push(payload);
    else if ((head & 0x80) !== 0) {
      nals.push(Buffer.concat([Buffer.from([(indicator & 0xe0) | (head & 0x1f)]), payload.subarray(2)]));
    } else nals.push(Buffer.concat([nals.pop() ?? Buffer.alloc(0), payload.subarray(2)]));
  }
  return nals;
}

describe('H.264 payloads', () => {
  const parameterSet = Buffer.from([0x67, 0x42, 0xe0, 0x1f]);
  const slice = Buffer.concat([Buffer.from([0x65]), bytes(2_500)]);

  it('are whole NAL units, or fragments with start and end that give the unit back', () => {
    const payloads = packetizeH264([parameterSet, slice], 1_000);
    expect(payloads).toHaveLength(4);
    expect(payloads[0]).toBe(parameterSet);
    expect(Math.max(...payloads.map(({ length }) => length))).toBeLessThanOrEqual(1_000);
    // FU-A with the unit's importance; start, middle, end of an IDR slice.
    expect(payloads.slice(1).map((payload) => [payload[0], payload[1]])).toEqual([
      [0x7c, 0x85],
      [0x7c, 0x05],
      [0x7c, 0x45],
    ]);
    expect(depacketize(payloads)).toEqual([parameterSet, slice]);
  });

  it('are made of the units between start codes of three and of four bytes', () => {
    const stream = Buffer.concat([
      Buffer.from([0, 0, 0, 1, 0x09, 0xf0, 0, 0, 0, 1]),
      parameterSet,
      Buffer.from([0, 0, 1]),
      Buffer.from([0x68, 0xce]),
      Buffer.from([0, 0, 1]),
      slice,
    ]);
    const nals = splitAnnexB(stream);
    expect(nals.map(nalKind)).toEqual([9, 7, 8, 5]);
    expect(nals[1]).toEqual(parameterSet);
    expect(nals[3]).toEqual(slice);
    expect(splitAnnexB(Buffer.from([1, 2, 3]))).toEqual([]);
  });
});
