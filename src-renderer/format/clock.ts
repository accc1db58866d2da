function pad(value: number): string {
  return String(value).padStart(2, '0');
}

/** Clock time of the machine that shows it, in 24 hours: `14:05`, `14:05:09`. */
export function formatClock(atMs: number, withSeconds: boolean): string {
  const at = new Date(atMs);
  const minutes = `${pad(at.getHours())}:${pad(at.getMinutes())}`;
  return withSeconds ? `${minutes}:${pad(at.getSeconds())}` : minutes;
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
  return `UTC${minutes < 0 ? '−' : '+'}${pad(Math.floor(size / 60))}:${pad(size % 60)}`;
}

/** `20261124-091703`, as in the names of takes. */
export function formatFileStamp(atMs: number): string {
  const at = new Date(atMs);
  const clock = formatClock(atMs, true).replace(/:/g, '');
  return `${at.getFullYear()}${pad(at.getMonth() + 1)}${pad(at.getDate())}-${clock}`;
}
