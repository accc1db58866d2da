import { twoDigits } from '../../src-main/format/time.js';

/** Clock time of the machine that shows it, in 24 hours: `14:05`, `14:05:09`. */
export function formatClock(atMs: number, withSeconds: boolean): string {
  const at = new Date(atMs);
  const minutes = `${twoDigits(at.getHours())}:${twoDigits(at.getMinutes())}`;
  return withSeconds ? `${minutes}:${twoDigits(at.getSeconds())}` : minutes;
}

const days = new Intl.DateTimeFormat('en', { weekday: 'short', day: 'numeric', month: 'short' });
const daysWithYear = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', year: 'numeric' });

/** `Today 14:05`, `Tue, 3 Nov 14:05`. */
export function formatMoment(iso: string, nowMs: number): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso;
  const now = new Date(nowMs);
  const clock = formatClock(at.getTime(), false);
  if (at.toDateString() === now.toDateString()) return `Today ${clock}`;
  const day = at.getFullYear() === now.getFullYear() ? days.format(at) : daysWithYear.format(at);
  return `${day}, ${clock}`;
}

/** `24 Nov 2026`: a date that means the same everywhere. */
export function formatDate(atMs: number): string {
  const at = new Date(atMs);
  return `${at.getDate()} ${months[at.getMonth()] ?? ''} ${at.getFullYear()}`;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** `UTC+01:00`: which clock the times of this machine are on. */
export function formatZone(atMs: number): string {
  const minutes = -new Date(atMs).getTimezoneOffset();
  if (minutes === 0) return 'UTC';
  const size = Math.abs(minutes);
  return `UTC${minutes < 0 ? '−' : '+'}${twoDigits(Math.floor(size / 60))}:${twoDigits(size % 60)}`;
}
