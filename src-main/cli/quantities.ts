import { PlateauError } from '../contract/errors.js';

/** Decimal units, as disks and LiveKit count: `0.4 MB`, `152 MB`, `12.3 GB`. */
export function formatBytes(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  if (bytes >= 1e7) return `${(bytes / 1e6).toFixed(0)} MB`;
  if (bytes >= 1e5) return `${(bytes / 1e6).toFixed(1)} MB`;
  return `${(bytes / 1e3).toFixed(1)} kB`;
}

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

/** `1 file`, `3 files`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
