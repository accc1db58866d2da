import { formatSeconds } from './content-text.js';

/** That a take lacks its beginning; null when nobody misses it. @param beganLateMs as the manifest has it */
export function lateBeginSentence({
  beganLateMs,
}: {
  readonly beganLateMs?: number | undefined;
}): string | null {
  if (beganLateMs === undefined) return null;
  return `The take began ${formatSeconds(beganLateMs)} after there was something to record: what was sent before is in no file.`;
}
