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
