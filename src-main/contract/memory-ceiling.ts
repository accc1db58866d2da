/**
 * What may be set as the recorder's memory ceiling; MB is 10^6 bytes. Node and the SDK alone need more than the
 * least. In a file without schemas, so that the window need not carry them.
 */
export const memoryCeilingLimits = { minMegabytes: 50, maxMegabytes: 1_000_000 } as const;
