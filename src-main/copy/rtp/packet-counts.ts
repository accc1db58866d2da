/** Why a packet is not waited for any more. */
export const lossCauses = ['expired', 'windowFull', 'jump', 'beforeKeyFrame', 'ended'] as const;
/** One of {@link lossCauses}. */
export type LossCause = (typeof lossCauses)[number];

/** Of each cause none. */
export const noLosses: Readonly<Record<LossCause, number>> = {
  expired: 0,
  windowFull: 0,
  jump: 0,
  beforeKeyFrame: 0,
  ended: 0,
};

/**
 * What became of a stream's packets. At every moment `expected = received + recovered + lost + missing`, where
 * `missing` is what is still waited for; the other counts stand beside it.
 */
export interface WindowCounts {
  readonly expected: number;
  /** Came as they were sent, in whatever order. */
  readonly received: number;
  /** Came because they were asked for. */
  readonly recovered: number;
  readonly lost: Readonly<Record<LossCause, number>>;
  readonly missing: number;
  /** Of what was received: after a later one. */
  readonly reordered: number;
  /** Came once more, or from before the first. */
  readonly duplicates: number;
  /** Came after they were given up. */
  readonly late: number;
  readonly heldPackets: number;
  readonly heldBytes: number;
  readonly heldPacketsMax: number;
}

/** Of a stream of which nothing came. */
export const noWindowCounts: WindowCounts = {
  expected: 0,
  received: 0,
  recovered: 0,
  lost: noLosses,
  missing: 0,
  reordered: 0,
  duplicates: 0,
  late: 0,
  heldPackets: 0,
  heldBytes: 0,
  heldPacketsMax: 0,
};

/** The counts of two streams together. */
export function sumOfWindows(a: WindowCounts, b: WindowCounts): WindowCounts {
  const lost = { ...a.lost };
  for (const cause of lossCauses) lost[cause] += b.lost[cause];
  return {
    expected: a.expected + b.expected,
    received: a.received + b.received,
    recovered: a.recovered + b.recovered,
    lost,
    missing: a.missing + b.missing,
    reordered: a.reordered + b.reordered,
    duplicates: a.duplicates + b.duplicates,
    late: a.late + b.late,
    heldPackets: a.heldPackets + b.heldPackets,
    heldBytes: a.heldBytes + b.heldBytes,
    heldPacketsMax: Math.max(a.heldPacketsMax, b.heldPacketsMax),
  };
}

/** What came of a stream since it stood at `from`. What was waited for by then belongs to what follows. */
export function windowsSince(from: WindowCounts, now: WindowCounts): WindowCounts {
  const lost = { ...now.lost };
  for (const cause of lossCauses) lost[cause] -= from.lost[cause];
  return {
    ...now,
    expected: now.expected - from.expected,
    received: now.received - from.received,
    recovered: now.recovered - from.recovered,
    lost,
    missing: now.missing - from.missing,
    reordered: now.reordered - from.reordered,
    duplicates: now.duplicates - from.duplicates,
    late: now.late - from.late,
  };
}

/** The counts of a stream where a part of the take ends: nothing is waited for in it any more. */
export function settledWindow(counts: WindowCounts): WindowCounts {
  return { ...counts, expected: counts.expected - counts.missing, missing: 0 };
}
