import { columnsOf } from './printable.js';
import { dropCauses, type Accounting, type DropCause } from '../../contract/manifest.js';
import type { SinkSnapshot, Snapshot } from '../../contract/snapshot.js';
import { fitted } from './command-console.js';
import { roughDuration, timecode } from '../../format/time.js';
import type { Paint } from './paint.js';
import { counted, formatBytes } from '../../format/bytes.js';

/** OBS's limits for the disk. */
const diskLowBytes = 5_000_000_000;
const diskVeryLowBytes = 1_000_000_000;
/** Came before the take began or after it had stopped, or mark a track's end: they are no part of it. */
const outsideCauses: ReadonlySet<DropCause> = new Set(['notRecording', 'endOfTrack']);
/** Above the profile's rate: left out on purpose, nothing is lost. */
const harmlessCauses: ReadonlySet<DropCause> = new Set(['paced']);

export type DropCounts = Partial<Record<DropCause, number>>;

/** Adds up what was dropped of a take, by cause; causes without drops are left out. */
export function dropsByCause(accountings: readonly Accounting[]): DropCounts {
  const counts: DropCounts = {};
  for (const { dropped } of accountings) {
    for (const cause of dropCauses) {
      if (dropped[cause] > 0 && !outsideCauses.has(cause))
        counts[cause] = (counts[cause] ?? 0) + dropped[cause];
    }
  }
  return counts;
}

/** What was dropped and should not have been. */
export function lostCount(drops: DropCounts): number {
  return Object.entries(drops)
    .filter(([cause]) => !harmlessCauses.has(cause as DropCause))
    .reduce((sum, [, count]) => sum + count, 0);
}

/** `0`, or `12 (queueFull 10, paced 2)`. */
export function describeDrops(drops: DropCounts): string {
  const entries = Object.entries(drops);
  const total = entries.reduce((sum, [, count]) => sum + count, 0);
  return total === 0 ? '0' : `${total} (${entries.map(([cause, count]) => `${cause} ${count}`).join(', ')})`;
}

/** The numbers of a snapshot that a person follows. */
interface Vitals {
  readonly recording: readonly SinkSnapshot[];
  readonly maxQueued: number;
  readonly queueCap: number;
  readonly drops: DropCounts;
  readonly isOverBudget: boolean;
  readonly isOverCeiling: boolean;
}

function vitalsOf(snapshot: Snapshot): Vitals {
  const videos = snapshot.sinks.flatMap(({ video }) => (video === null ? [] : [video]));
  const { rssBytes, budgetBytes, ceilingBytes } = snapshot.memory;
  return {
    recording: snapshot.sinks.filter(({ isRecording }) => isRecording),
    maxQueued: Math.max(0, ...videos.map(({ maxQueuedFrames }) => maxQueuedFrames)),
    queueCap: Math.max(0, ...videos.map(({ queueCapFrames }) => queueCapFrames)),
    drops: dropsByCause(videos.map(({ accounting }) => accounting)),
    isOverBudget: budgetBytes !== null && rssBytes > budgetBytes,
    isOverCeiling: ceilingBytes !== null && rssBytes > ceilingBytes,
  };
}

/** The lines that are redrawn on a terminal: state, participants, memory, disk. */
export function liveStatus(snapshot: Snapshot, columns: number, paint: Paint): string[] {
  const { recording, maxQueued, queueCap, drops, isOverBudget, isOverCeiling } = vitalsOf(snapshot);
  const lost = lostCount(drops);
  const connection = snapshot.connection === 'connected' ? '' : `  ${snapshot.connection.toUpperCase()}`;
  const head = fitted(
    `REC ${timecode(snapshot.takeMs ?? 0, true)}  ${counted(recording.length, 'file')}${connection}`,
    columns - 2,
  );
  const word = isOverBudget ? 'OVER BUDGET' : isOverCeiling ? 'OVER CEILING' : 'OK';
  const memory = fitted(`memory ${word}  ${memoryBar(snapshot)}`, columns);
  const frames = fitted(
    `queue ${maxQueued}/${queueCap}  dropped ${describeDrops(drops)}${lost > 0 ? '  LOSING FRAMES' : ''}`,
    columns,
  );
  const saving = savingText(snapshot);
  const { freeBytes } = snapshot.disk;
  const isDiskLow = freeBytes !== null && freeBytes < diskLowBytes;
  const disk = fitted(`disk ${isDiskLow ? 'LOW  ' : ''}${describeDisk(snapshot)}`, columns);
  return [
    `${paint.bad('●')} ${paint.strong(head)}`,
    fitted(describeParticipants(recording, columns), columns),
    word === 'OK' ? paint.good(memory) : paint.bad(memory),
    ...(saving === null ? [] : [paint.warning(fitted(saving, columns))]),
    lost > 0 ? paint.warning(frames) : frames,
    isDiskLow ? (freeBytes < diskVeryLowBytes ? paint.bad(disk) : paint.warning(disk)) : disk,
  ];
}

/** The same in one line, for logs. */
export function plainStatus(snapshot: Snapshot): string {
  const { recording, maxQueued, queueCap, drops } = vitalsOf(snapshot);
  const fps = recording.flatMap(({ video }) => (video?.isLive === true ? [video.fpsOut.toFixed(1)] : []));
  const { rssBytes, budgetBytes } = snapshot.memory;
  const saving = savingText(snapshot);
  return [
    `${timecode(snapshot.takeMs ?? 0)} REC ${counted(recording.length, 'file')}`,
    `fps ${fps.length === 0 ? '-' : fps.join(' / ')}`,
    `RSS ${formatBytes(rssBytes)}${budgetBytes === null ? '' : ` of ${formatBytes(budgetBytes)}`}`,
    ...(saving === null ? [] : [saving]),
    `queue ${maxQueued}/${queueCap}`,
    `dropped ${describeDrops(drops)}`,
    `disk ${describeDisk(snapshot)}`,
  ].join(', ');
}

/** `saving memory 4/5: 5 frames a second (ceiling 250 MB)`; null while everything is recorded. */
function savingText({ governor }: Snapshot): string | null {
  if (governor === null || governor.step === 0) return null;
  const { step, stepCount, action, limitBytes, limitedBy } = governor;
  const limit = limitBytes === null ? '' : ` (${limitedBy} ${formatBytes(limitBytes)})`;
  return `saving memory ${step}/${stepCount}: ${action}${limit}`;
}

function describeParticipants(recording: readonly SinkSnapshot[], columns: number): string {
  const parts = recording.map(({ identity, kind, video, audio }) => {
    const name = kind === 'screenShare' ? `${identity} (screen)` : identity;
    const frame = video?.isLive === true ? `${video.fpsOut.toFixed(1)} fps` : 'no frame';
    return `${name} ${frame}${audio.isLive ? '' : ', no audio'}`;
  });
  let line = parts[0] ?? 'nobody publishes';
  for (const [index, part] of parts.entries()) {
    if (index === 0) continue;
    const rest = `  +${parts.length - index} more`;
    if (columnsOf(line) + columnsOf(part) + 3 + rest.length > columns) return line + rest;
    line += ` | ${part}`;
  }
  return line;
}

function memoryBar(snapshot: Snapshot): string {
  const { rssBytes, budgetBytes } = snapshot.memory;
  if (budgetBytes === null) return formatBytes(rssBytes);
  const cells = 20;
  const filled = Math.min(cells, Math.round((rssBytes / budgetBytes) * cells));
  return `[${'#'.repeat(filled)}${'.'.repeat(cells - filled)}] ${formatBytes(rssBytes)} of ${formatBytes(budgetBytes)} budget`;
}

function describeDisk(snapshot: Snapshot): string {
  const { freeBytes, secondsToFull } = snapshot.disk;
  if (freeBytes === null) return 'space unknown';
  const toFull = secondsToFull === null ? '' : `, full in ${roughDuration(secondsToFull)}`;
  return `${formatBytes(freeBytes)} free${toFull}`;
}
