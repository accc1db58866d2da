import type { ConsoleState } from '../../src-main/contract/console.js';
import type { DeliverableSettings } from '../../src-main/contract/deliverables.js';
import type { Settings } from '../../src-main/contract/settings.js';
import type { TakeEntry } from '../../src-main/contract/takes.js';
import { formatPercent, formatQuantity } from '../../src-main/format/number.js';
import { busyReason } from './take-access.js';

export const mp4FpsOptions = [
  { value: '24', label: '24 fps' },
  { value: '25', label: '25 fps' },
  { value: '30', label: '30 fps' },
  { value: '50', label: '50 fps' },
  { value: '60', label: '60 fps' },
] as const;

export const mp4SizeOptions = [
  { value: 'source', label: 'As sent' },
  { value: '720p', label: '720p' },
  { value: '1080p', label: '1080p' },
] as const;

/** `30 fps, as sent` */
export function mp4Text({ fps, size }: DeliverableSettings): string {
  return `${fps} fps, ${size === 'source' ? 'as sent' : size}`;
}

/** How MP4 files are made where nobody says otherwise. */
export function mp4SettingsOf({ mp4Fps: fps, mp4Size: size }: Settings): DeliverableSettings {
  return { fps, size };
}

/** Whether a file of a take is MP4 already. */
export function isMp4File(file: string): boolean {
  return /\.(?:mp4|m4a)$/i.test(file);
}

/** Files of a take of which MP4 files can be made. */
export function filesToMake({ files }: Pick<TakeEntry, 'files'>): TakeEntry['files'] {
  return files.filter(({ file }) => !isMp4File(file));
}

/** A take of which MP4 files are being made, or wait. */
export interface QueuedTake {
  readonly takeName: string;
  readonly settings: DeliverableSettings | undefined;
  /** How many are before it; 0: it is being made. */
  readonly ahead: number;
  /** 0 to 1 of the one that is being made. */
  readonly fraction: number;
}

/** All of them, in their order. */
export function queuedTakes({
  delivery = null,
  deliveryQueue = [],
}: Pick<ConsoleState, 'delivery' | 'deliveryQueue'>): QueuedTake[] {
  const made = delivery === null ? [] : [delivery];
  return [
    ...made.map(({ fraction, settings, takeName }) => ({ takeName, settings, ahead: 0, fraction })),
    ...deliveryQueue.map((one, at) => ({ ...one, ahead: made.length + at, fraction: 0 })),
  ];
}

/** `43 %`, `next`, `waits for 2 others`. */
export function placeText({ ahead, fraction }: QueuedTake, isMade: boolean): string {
  if (isMade) return formatPercent(fraction);
  return ahead <= 1 ? 'next' : `waits for ${formatQuantity(ahead, 'other')}`;
}

/** Why no MP4 files can be made of a take now; null when they can. */
export function makeReason(
  { condition, takeName }: Pick<TakeEntry, 'condition' | 'takeName'>,
  state: Pick<ConsoleState, 'delivery' | 'deliveryQueue'>,
): string | null {
  if (condition === 'interrupted') return 'Recover it first.';
  const isQueued = queuedTakes(state).some((one) => one.takeName === takeName);
  return busyReason(condition) ?? (isQueued ? 'They are being made, or wait for their turn.' : null);
}
