import { PlateauError } from '../../contract/errors.js';
import { memoryCeilingLimits } from '../../contract/limits.js';

/**
 * Reads `4M`, `2500k` or `2500` (kbit/s) into kbit/s.
 *
 * @throws PlateauError `usage`
 */
export function parseBitrateKbps(text: string): number {
  const parts = /^(\d+(?:\.\d+)?)(k|m)?$/i.exec(text.trim());
  const kbps = Math.round(Number(parts?.[1] ?? 0) * (parts?.[2]?.toLowerCase() === 'm' ? 1_000 : 1));
  if (kbps < 50 || kbps > 200_000) {
    throw new PlateauError(
      'usage',
      '--bitrate is not a bit rate between 50k and 200M.',
      'Write it as 2500k or 4M.',
    );
  }
  return kbps;
}

/**
 * Reads `400M`, `1.5G` or `400` (MB) into bytes. MB is 10^6 bytes.
 *
 * @throws PlateauError `usage`
 */
export function parseMemoryCeiling(text: string): number {
  const parts = /^(\d+(?:\.\d+)?) ?(?:(m|g)b?)?$/i.exec(text.trim());
  const megabytes = Math.round(Number(parts?.[1] ?? 0) * (parts?.[2]?.toLowerCase() === 'g' ? 1_000 : 1));
  const { minMegabytes, maxMegabytes } = memoryCeilingLimits;
  if (megabytes < minMegabytes || megabytes > maxMegabytes) {
    throw new PlateauError(
      'usage',
      `--memory-ceiling is not a size between ${minMegabytes}M and ${maxMegabytes / 1000}G.`,
      'Write it as 400M or 1.5G; Node and the SDK alone need about 130M.',
    );
  }
  return megabytes * 1e6;
}
