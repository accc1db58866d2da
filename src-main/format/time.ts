/** `00:01:23` or, with tenths, `00:01:23.4`: cut, not rounded, as clocks do. */
export function timecode(durationMs: number, withTenths = false): string {
  const tenths = Math.floor(Math.max(0, durationMs) / 100);
  const seconds = Math.floor(tenths / 10);
  const two = (value: number): string => String(value).padStart(2, '0');
  const clock = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return withTenths ? `${clock}.${tenths % 10}` : clock;
}

/** For people, coarsely: `45 s`, `12 min`, `5 h`, `9 days`. */
export function roughDuration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5_400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}
