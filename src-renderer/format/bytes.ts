const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** Decimal units with three digits, like the command line: `165 MB`, `1.25 GB`. */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return '–';
  const sign = bytes < 0 ? '−' : '';
  let value = Math.abs(bytes);
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${sign}${value.toFixed(digits)} ${units[unit] ?? 'TB'}`;
}

/** Whole megabytes for axes, where a changing number of digits would make the plot jump. */
export function formatMegabytes(bytes: number): string {
  return bytes >= 9.995e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`;
}

const wholeNumbers = new Intl.NumberFormat('en');

/** `12,345`: counts grow long over eight hours. */
export function formatCount(count: number): string {
  return wholeNumbers.format(count);
}
