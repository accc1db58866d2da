function pad(value: number, digits = 2): string {
  return String(value).padStart(digits, '0');
}

/** `01:02:03`: hours, minutes and whole seconds on the take's clock. */
export function formatTimecode(takeMs: number): string {
  const seconds = Math.max(0, Math.floor(takeMs / 1000));
  return `${pad(Math.floor(seconds / 3600))}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
}

/** `20 s`, `4 min 05 s`, `1 h 12 min`, `3 days`: as exact as somebody wants to read it. */
export function formatDuration(durationMs: number): string {
  const seconds = Math.round(durationMs / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${pad(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${pad(minutes % 60)} min`;
  return `${Math.floor(hours / 24)} days`;
}

/** Clock time of the machine that shows it. */
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
