/** The lines and areas of the memory chart, as its legend has them. */
export const memoryLines = [
  'rss',
  'native',
  'external',
  'heap',
  'ffmpeg',
  'budget',
  'ceiling',
  'unbounded',
] as const;
export type MemoryLine = (typeof memoryLines)[number];
