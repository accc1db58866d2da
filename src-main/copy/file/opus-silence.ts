/** CELT, full band, mono: one frame of 20 ms that says that it is silent, and six of them in one packet (RFC 6716, section 3). */
export const shortSilence = { durationMs: 20, data: Buffer.from([0xf8, 0xff, 0xfe]) } as const;
export const longSilence = {
  durationMs: 120,
  data: Buffer.from([0xfb, 0x06, ...Array.from({ length: 6 }, () => [0xff, 0xfe]).flat()]),
} as const;
/** The shorter frames of the same mode: what is left of a gap, for those who put packet behind packet and read no times. */
export const restSilences = [
  { durationMs: 10, data: Buffer.from([0xf0, 0xff, 0xfe]) },
  { durationMs: 5, data: Buffer.from([0xe8, 0xff, 0xfe]) },
  { durationMs: 2.5, data: Buffer.from([0xe0, 0xff, 0xfe]) },
] as const;
