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

/** Below this nothing is said: the first moments say little. */
const leastElapsedMs = 3_000;
const leastShare = 0.005;
/** No work comes this far between two calls. */
const jump = 0.05;

/** Tells how long work will go on that goes on as it did. */
export class TimeLeft {
  readonly #nowMs: () => number;
  #from: { readonly atMs: number; readonly fraction: number } | null = null;
  #lastFraction = 0;

  /** @param nowMs a clock that never goes back, in milliseconds */
  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  /** Milliseconds up to the end, by what was done since the first call; null while too little was. @param fraction 0 to 1 */
  at(fraction: number): number | null {
    const atMs = this.#nowMs();
    // What an earlier run has done is there at once, and took none of the time of this one.
    if (this.#from === null || fraction - this.#lastFraction > jump) this.#from = { atMs, fraction };
    this.#lastFraction = fraction;
    const done = fraction - this.#from.fraction;
    const elapsedMs = atMs - this.#from.atMs;
    if (elapsedMs < leastElapsedMs || done < leastShare) return null;
    return ((1 - fraction) / done) * elapsedMs;
  }
}
