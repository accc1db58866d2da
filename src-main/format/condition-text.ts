import type { RecordingCondition } from '../contract/snapshot.js';
import { formatDuration } from './time.js';

/** What a condition is called where there is little room. */
export const conditionLabels: Readonly<Record<RecordingCondition['name'], string>> = {
  encoderBehind: 'Encoder behind',
  diskSlow: 'Disk slow',
  clockDrift: 'Clock drift',
  memoryNearBudget: 'Memory near its budget',
  machineOverloaded: 'Machine overloaded',
  backupBehind: 'Backup behind',
};

/** `disk slow for 12 s`, or `encoder behind (ada.mp4) for 40 s`. */
export function conditionText({ durationMs, file, name }: RecordingCondition): string {
  const of = file === null ? '' : ` (${file})`;
  return `${conditionLabels[name].toLowerCase()}${of} for ${formatDuration(durationMs)}`;
}

/** What is wrong, since when, and what to do. */
export function conditionSentences({ advice, durationMs, what }: RecordingCondition): string {
  const lasts = durationMs < 1_000 ? '' : `, for ${formatDuration(durationMs)}`;
  return `${what}${lasts}. ${advice}`;
}
