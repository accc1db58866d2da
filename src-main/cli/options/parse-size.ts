import { PlateauError } from '../../contract/errors.js';
import { memoryCeilingLimits, splitLimits } from '../../contract/limits.js';

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
 * Reads `2G`, `500M` or `500` (MB) into bytes. MB is 10^6 bytes.
 *
 * @throws PlateauError `usage`
 */
export function parseSplitSize(text: string): number {
  const bytes = parseMegabytes(text) * 1e6;
  if (bytes >= splitLimits.minBytes) return bytes;
  throw new PlateauError('usage', '--split-size is not a size of 20M or more.', 'Write it as 2G or 500M.');
}

/** As `plateau unbounded` documents it. */
const stopAtLimits = { minMegabytes: 200, maxMegabytes: 64_000 } as const;

/**
 * Reads `400M`, `1.5G` or `400` (MB) into bytes. MB is 10^6 bytes.
 *
 * @throws PlateauError `usage`
 */
export function parseMemoryCeiling(text: string): number {
  const megabytes = parseMegabytes(text);
  const { minMegabytes, maxMegabytes } = memoryCeilingLimits;
  if (megabytes >= minMegabytes && megabytes <= maxMegabytes) return megabytes * 1e6;
  throw new PlateauError(
    'usage',
    `--memory-ceiling is not a size between ${minMegabytes}M and ${maxMegabytes / 1000}G.`,
    'Write it as 400M or 1.5G; Node and the SDK alone need about 130M.',
  );
}

/**
 * Reads `2000M`, `2G` or `2000` (MB), where the recorder without caps is ended. MB is 10^6 bytes.
 *
 * @returns megabytes
 * @throws PlateauError `usage`
 */
export function parseStopAtMegabytes(text: string): number {
  const megabytes = parseMegabytes(text);
  const { minMegabytes, maxMegabytes } = stopAtLimits;
  if (megabytes >= minMegabytes && megabytes <= maxMegabytes) return megabytes;
  throw new PlateauError(
    'usage',
    `--stop-at has to be from ${minMegabytes}M to ${maxMegabytes / 1000}G.`,
    'Write it as 2000M or 2G.',
  );
}

/** A size in whole megabytes; NaN when the text is none. */
function parseMegabytes(text: string): number {
  const parts = /^(\d+(?:\.\d+)?) ?(?:(m|g)b?)?$/i.exec(text.trim());
  return Math.round(Number(parts?.[1] ?? NaN) * (parts?.[2]?.toLowerCase() === 'g' ? 1_000 : 1));
}
