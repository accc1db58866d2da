/** What stands where there is no value. */
export const absent = '–';

/** U+2212: as wide as a plus sign, where a hyphen is not. */
export const minus = '−';

const wholeNumbers = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** `12,345`: counts grow long over eight hours. */
export function formatCount(count: number | null): string {
  if (count === null || !Number.isFinite(count)) return absent;
  return wholeNumbers.format(Math.round(count) || 0).replace('-', minus);
}

/** `1 file`, `3 files`. @param noun in the singular, with a regular plural */
export function formatQuantity(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** A share in whole percent: `62 %`. @param share 1 is 100 % */
export function formatPercent(share: number | null): string {
  if (share === null || !Number.isFinite(share)) return absent;
  return `${(Math.round(share * 100) || 0).toFixed(0).replace('-', minus)} %`;
}

/** Frames per second with one decimal: `29.9 fps`. */
export function formatFps(fps: number | null): string {
  return fps === null || !Number.isFinite(fps) ? absent : `${fps.toFixed(1)} fps`;
}

/** With its sign and two decimals: a zero and what was rounded to it both read `+0.00`. */
export function formatSigned(value: number): string {
  if (!Number.isFinite(value)) return absent;
  const text = Math.abs(value).toFixed(2);
  return value < 0 && text !== '0.00' ? `${minus}${text}` : `+${text}`;
}
