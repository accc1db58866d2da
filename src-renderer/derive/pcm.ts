const fullScale = 32_768;

/** 16-bit samples, little endian, in base64, as numbers from -1 to 1; none of a text that is no base64. */
export function samplesOf(base64: string): Float32Array<ArrayBuffer> {
  let bytes: string;
  try {
    bytes = atob(base64);
  } catch {
    return new Float32Array(0);
  }
  const samples = new Float32Array(bytes.length >> 1);
  for (let index = 0; index < samples.length; index += 1) {
    const unsigned = bytes.charCodeAt(2 * index) | (bytes.charCodeAt(2 * index + 1) << 8);
    samples[index] = (unsigned >= fullScale ? unsigned - 2 * fullScale : unsigned) / fullScale;
  }
  return samples;
}
