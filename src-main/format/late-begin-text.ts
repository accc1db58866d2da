import { formatSeconds } from './content-text.js';

/** That a take lacks its beginning; nothing when nobody misses it. @param beganLateMs as the manifest has it */
export function lateBeginSentences({ beganLateMs }: { readonly beganLateMs?: number | undefined }): string[] {
  if (beganLateMs === undefined) return [];
  return [
    `The take began ${formatSeconds(beganLateMs)} after there was something to record: what was sent before is in no file.`,
  ];
}
