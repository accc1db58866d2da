/**
 * Numbers from 0 to 1 that are the same for the same seed. Tommy Ettinger's mulberry32: 32 bits of state, in the public
 * domain.
 *
 * @param seed a whole number
 */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
