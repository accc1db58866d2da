import type { Deliverable, DeliverableSettings } from '../../contract/deliverables.js';
import { formatBytes } from '../../format/bytes.js';
import { formatPercent } from '../../format/number.js';
import { formatDuration, formatTimecode } from '../../format/time.js';
import { printable } from './printable.js';

const steps = {
  reading: 'Reading the original',
  encoding: 'Encoding',
  joining: 'Joining',
  proving: 'Checking against the original',
} as const;

/** How far the files of a take are, as the line that is drawn over and over. */
export interface DeliverLine {
  readonly file: string;
  readonly number: number;
  readonly files: number;
  readonly step: keyof typeof steps;
  readonly fileFraction: number;
}

/** `ada.mp4 (1 of 3): Encoding, 43 %, about 12 min left`. @param leftMs null while it is not known */
export function progressLine(
  { file, fileFraction, files, number, step }: DeliverLine,
  leftMs: number | null,
): string {
  const which = files === 1 ? '' : ` (${number} of ${files})`;
  const left = leftMs === null ? '' : `, about ${formatDuration(leftMs)} left`;
  return `${printable(file)}${which}: ${steps[step]}, ${formatPercent(fileFraction)}${left}`;
}

/** What a finished file is: `1280x720, 30 fps, 00:12:00.0, 123 MB`. */
export function deliverableText({
  canvas,
  durationMs,
  settings,
  sizeBytes,
}: Pick<Deliverable, 'canvas' | 'durationMs' | 'settings' | 'sizeBytes'>): string {
  const video = canvas === null ? 'audio' : `${canvas.width}x${canvas.height}, ${fpsText(settings)}`;
  return `${video}, ${formatTimecode(durationMs, true)}, ${formatBytes(sizeBytes)}`;
}

function fpsText({ fps }: DeliverableSettings): string {
  return `${fps} fps`;
}
