/** A decoder may round silence to the least bit: it is as silent. */
const leastBit = 1;

/**
 * Whether every sample is zero, as a muted encoder sends it. A microphone in a silent room is louder than that. Ends at
 * the first sample that is not.
 *
 * @param pcm 16-bit little-endian samples
 */
export function isDigitalSilence(pcm: Uint8Array): boolean {
  for (let at = 0; at + 1 < pcm.length; at += 2) {
    const sample = (((pcm[at + 1] ?? 0) << 24) >> 16) | (pcm[at] ?? 0);
    if (sample > leastBit || sample < -leastBit) return false;
  }
  return true;
}
