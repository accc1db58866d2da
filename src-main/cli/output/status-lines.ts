import {
  type DropCause,
  dropCauseNames,
  dropCauses,
  type DropCounts,
  droppedFrames,
} from '../../contract/drop-causes.js';
import { diskLevel } from '../../contract/limits.js';
import type { Accounting } from '../../contract/manifest.js';
import type { SinkSnapshot, Snapshot } from '../../contract/snapshot.js';
import { formatBytes } from '../../format/bytes.js';
import { conditionText } from '../../format/condition-text.js';
import { fileLabel } from '../../format/file-label.js';
import { describeSnapshot, type LossStatement } from '../../format/loss-account-text.js';
import { formatCount, formatFps, formatQuantity } from '../../format/number.js';
import { signalAlarmLabel } from '../../format/signal-text.js';
import { formatDuration, formatTimecode } from '../../format/time.js';
import { fitted } from './command-console.js';
import type { Paint } from './paint.js';
import { columnsOf } from './printable.js';

/** Adds up by cause what was dropped of a take; what belongs to no take, and causes without drops, are left out. */
export function dropsByCause(accountings: readonly Accounting[]): DropCounts {
  const counts: Partial<Record<DropCause, number>> = {};
  for (const cause of dropCauseNames) {
    const count = accountings.reduce((sum, { dropped }) => sum + dropped[cause], 0);
    if (count > 0 && dropCauses[cause].isPartOfTake) counts[cause] = count;
  }
  return counts;
}

/** `0`, or `12 frames (queue full 10, above profile rate 2)`. */
export function describeDrops(drops: DropCounts): string {
  const total = droppedFrames(drops);
  if (total === 0) return '0';
  const parts = dropCauseNames.flatMap((cause) =>
    drops[cause] === undefined
      ? []
      : [`${dropCauses[cause].label.toLowerCase()} ${formatCount(drops[cause])}`],
  );
  return `${formatQuantity(total, 'frame')} (${parts.join(', ')})`;
}

/** The numbers of a snapshot that a person follows. */
interface Vitals {
  readonly recording: readonly SinkSnapshot[];
  readonly maxQueued: number;
  readonly queueCap: number;
  /** Of video. */
  readonly drops: DropCounts;
  /** What the take lacks by now. */
  readonly lost: LossStatement;
  readonly isOverBudget: boolean;
  readonly isOverCeiling: boolean;
}

function vitalsOf(snapshot: Snapshot): Vitals {
  const videos = snapshot.sinks.flatMap(({ video }) => (video === null ? [] : [video]));
  const { rssBytes, budgetBytes, ceilingBytes } = snapshot.memory;
  const drops = dropsByCause(videos.map(({ accounting }) => accounting));
  return {
    recording: snapshot.sinks.filter(({ isRecording }) => isRecording),
    maxQueued: Math.max(0, ...videos.map(({ maxQueuedFrames }) => maxQueuedFrames)),
    queueCap: Math.max(0, ...videos.map(({ queueCapFrames }) => queueCapFrames)),
    drops,
    lost: describeSnapshot(snapshot),
    isOverBudget: budgetBytes !== null && rssBytes > budgetBytes,
    isOverCeiling: ceilingBytes !== null && rssBytes > ceilingBytes,
  };
}

/** The lines that are redrawn on a terminal: state, participants, memory, disk. */
export function liveStatus(snapshot: Snapshot, columns: number, paint: Paint): string[] {
  const { recording, maxQueued, queueCap, drops, ...vitals } = vitalsOf(snapshot);
  const { isOverBudget, isOverCeiling, lost } = vitals;
  const connection = snapshot.connection === 'connected' ? '' : `  ${snapshot.connection.toUpperCase()}`;
  const head = fitted(
    `${stateWord(snapshot)} ${formatTimecode(snapshot.takeMs ?? 0, true)}  ${formatQuantity(recording.length, 'file')}${connection}`,
    columns - 2,
  );
  const word = isOverBudget ? 'OVER BUDGET' : isOverCeiling ? 'OVER CEILING' : 'OK';
  const memory = fitted(`memory ${word}  ${memoryBar(snapshot)}`, columns);
  const words = lost.text === '' ? '' : `${lost.text}  `;
  const frames = fitted(`queue ${maxQueued}/${queueCap}  ${words}dropped ${describeDrops(drops)}`, columns);
  const saving = savingText(snapshot);
  const level = diskLevel(snapshot.disk);
  const disk = fitted(`disk ${level === 'ok' ? '' : 'LOW  '}${describeDisk(snapshot)}`, columns);
  return [
    snapshot.isPaused === true ? paint.warning(`‖ ${head}`) : `${paint.bad('●')} ${paint.strong(head)}`,
    fitted(describeParticipants(recording, columns), columns),
    word === 'OK' ? paint.good(memory) : paint.bad(memory),
    ...(saving === null ? [] : [paint.warning(fitted(saving, columns))]),
    ...[...alarmTexts(snapshot), ...conditionTexts(snapshot)].map((text) =>
      paint.warning(fitted(text, columns)),
    ),
    lost.tone === 'good' ? frames : lost.tone === 'bad' ? paint.bad(frames) : paint.warning(frames),
    level === 'veryLow' ? paint.bad(disk) : level === 'low' ? paint.warning(disk) : disk,
  ];
}

/** The same in one line, for logs. */
export function plainStatus(snapshot: Snapshot): string {
  const { recording, maxQueued, queueCap, drops, lost } = vitalsOf(snapshot);
  const fps = recording.flatMap(({ video }) => (video?.isLive === true ? [formatFps(video.fpsOut)] : []));
  const { rssBytes, budgetBytes } = snapshot.memory;
  const saving = savingText(snapshot);
  return [
    `${formatTimecode(snapshot.takeMs ?? 0)} ${stateWord(snapshot)} ${formatQuantity(recording.length, 'file')}`,
    fps.length === 0 ? 'no video' : fps.join(' / '),
    `RSS ${formatBytes(rssBytes)}${budgetBytes === null ? '' : ` of ${formatBytes(budgetBytes)}`}`,
    ...(saving === null ? [] : [saving]),
    ...alarmTexts(snapshot),
    ...conditionTexts(snapshot),
    `queue ${maxQueued}/${queueCap}`,
    ...(lost.text === '' ? [] : [lost.text]),
    `dropped ${describeDrops(drops)}`,
    `disk ${describeDisk(snapshot)}`,
  ].join(', ');
}

function stateWord({ isPaused }: Snapshot): string {
  return isPaused === true ? 'PAUSED' : 'REC';
}

/** `no signal: camera of ada (no frames), and 1 more`; nothing while every track delivers. */
function alarmTexts({ alarms = [] }: Snapshot): string[] {
  const [first] = alarms;
  if (first === undefined) return [];
  const further = alarms.length === 1 ? '' : `, and ${alarms.length - 1} more`;
  return [`no signal: ${signalAlarmLabel(first)}${further}`];
}

/** The one that has lasted longest, and how many there are beside it. */
function conditionTexts({ conditions = [] }: Snapshot): string[] {
  const [first] = conditions;
  if (first === undefined) return [];
  const further = conditions.length === 1 ? '' : `, and ${conditions.length - 1} more`;
  return [`${conditionText(first)}${further}`];
}

/** `saving memory 4/5: 5 fps (ceiling 250 MB)`; null while everything is recorded. */
function savingText({ governor }: Snapshot): string | null {
  if (governor === null || governor.step === 0) return null;
  const { step, stepCount, action, limitBytes, limitedBy } = governor;
  const limit = limitBytes === null ? '' : ` (${limitedBy} ${formatBytes(limitBytes)})`;
  return `saving memory ${step}/${stepCount}: ${action}${limit}`;
}

function describeParticipants(recording: readonly SinkSnapshot[], columns: number): string {
  const parts = recording.map(({ identity, kind, trackNumber, video, audio }) => {
    const label = fileLabel({ kind, trackNumber, hasVideo: video !== null });
    const name = label === '' ? identity : `${identity} (${label})`;
    const rate = video?.isLive === true ? formatFps(video.fpsOut) : 'no video';
    return `${name} ${rate}${audio.isLive ? '' : ', no audio'}`;
  });
  let line = parts[0] ?? 'no published tracks';
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
  const toFull = secondsToFull === null ? '' : `, full in ${formatDuration(secondsToFull * 1000)}`;
  return `${formatBytes(freeBytes)} free${toFull}`;
}
