/**
 * What a take's memory budget is made of, in the order of its table. Without schemas, so that the window need not carry
 * them.
 */
export const budgetTerms = [
  'baseline (Node, SDK)',
  'young objects (V8)',
  'earlier connections (SDK)',
  'in use before the take',
  'closed files, not given back',
  'decoders',
  'native video queues',
  'native audio queues',
  'event queue until the watchdog',
  'frame queues',
  'frames in flight',
  'frames shown again',
  'audio queues',
  'audio before an encoder stands',
  'compressed data to disk',
  'deleted files that are written anew',
  'packets of files that are finalized',
  'packets of takes that are checked',
  'replay buffer',
  'second copy of the take',
  'copy: process of its own (Node)',
  'copy: packets that wait for an earlier one',
  'copy: frames under assembly',
  'copy: frames that wait for their time',
  'copy: frames that wait for the next part',
  'copy: files that wait for the disk',
  'copy: places to seek to',
  'copy: black frames',
  'copy: reports of arrivals',
  'copy: previews in the console',
  'participants in the manifest',
  'event log and telemetry',
] as const;
export type BudgetTerm = (typeof budgetTerms)[number];

/** The event that tells a step of the budget: its message says why, its details have the sum and each term, in bytes. */
export const budgetEvent = 'budgetChanged';
