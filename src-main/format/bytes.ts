import { absent, minus } from './number.js';

const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/**
 * A size in decimal units (MB is 10^6 bytes, as disks and LiveKit count) with three significant digits:
 * `512 B`, `12.3 MB`, `165 MB`, `1.25 GB`.
 *
 * @param bytes null and what is no number read `–`
 */
export function formatBytes(bytes: number | null): string {
  if (bytes === null || !Number.isFinite(bytes)) return absent;
  let value = Math.abs(bytes);
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  const text = value.toFixed(digits);
  return `${bytes < 0 && Number(text) !== 0 ? minus : ''}${text} ${units[unit] ?? 'TB'}`;
}

/**
 * Whole megabytes, and gigabytes from 10 GB on: for axes and pairs of figures, where a changing number of digits
 * would make the layout jump.
 */
export function formatMegabytes(bytes: number | null): string {
  if (bytes === null || !Number.isFinite(bytes)) return absent;
  return bytes >= 9.995e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`;
}
