import type { BackupSnapshot } from '../contract/backup.js';
import { caps, conditionRules } from '../contract/limits.js';
import type { RecordingCondition, SinkSnapshot, Snapshot } from '../contract/snapshot.js';
import { formatBytes } from '../format/bytes.js';

/** A queue above this share of its cap is behind. */
const warnShare = caps.frameQueueWarnFrames / caps.frameQueueFrames;

/** What is looked at of a snapshot. */
export type WatchedSnapshot = Pick<Snapshot, 'backup' | 'eventLoop' | 'memory' | 'sinks'>;

/** What is wrong at one moment. */
interface Symptom {
  readonly name: RecordingCondition['name'];
  readonly file: string | null;
  readonly identity: string | null;
  /** As in a condition. */
  readonly what: string;
  readonly advice: string;
  /** It is told when it has lasted for so long, in milliseconds. */
  readonly afterMs: number;
  /** Since when it has been so, when that is known better than by looking. */
  readonly alreadyMs?: number;
}

/** A condition that has begun to be told, or is over. */
export interface ConditionChange {
  readonly condition: RecordingCondition;
  readonly hasBegun: boolean;
}

interface Standing {
  readonly sinceMs: number;
  symptom: Symptom;
  isTold: boolean;
  seenAtMs: number;
}

/** How long a symptom may be away before it counts as over: a queue breathes. In milliseconds. */
const awayMs = 3_000;
/** Drifts are compared over this time, in milliseconds, with a reading each second. */
const driftWindowMs = 120_000;

/**
 * What costs quality, or soon will, on this machine: judged once a second, told once for as long as it lasts, with what it is,
 * since when, and what to do.
 */
export class ConditionWatch {
  readonly #standing = new Map<string, Standing>();
  readonly #drifts = new Map<string, { readonly atMs: number; readonly driftMs: number }[]>();
  readonly #dropped = new Map<string, number>();
  readonly #emptySlots = new Map<string, number>();

  /** A take begins: what was of the one before is forgotten. */
  begin(): void {
    for (const known of [this.#standing, this.#drifts, this.#dropped, this.#emptySlots]) known.clear();
  }

  /** What is told at the moment, the oldest first. @param nowMs of a monotonic clock, in milliseconds */
  current(nowMs: number): RecordingCondition[] {
    return [...this.#standing.values()]
      .filter(({ isTold }) => isTold)
      .map(({ sinceMs, symptom }) => conditionOf(symptom, nowMs - sinceMs));
  }

  /** Judges one moment. @param nowMs of a monotonic clock, in milliseconds */
  look(snapshot: WatchedSnapshot, nowMs: number): ConditionChange[] {
    const changes: ConditionChange[] = [];
    for (const symptom of this.#symptoms(snapshot, nowMs)) {
      const key = `${symptom.name} ${symptom.file ?? ''}`;
      const known = this.#standing.get(key);
      const standing = known ?? {
        ...{ sinceMs: nowMs - (symptom.alreadyMs ?? 0), symptom, isTold: false, seenAtMs: nowMs },
      };
      this.#standing.set(key, standing);
      standing.symptom = symptom;
      standing.seenAtMs = nowMs;
      if (standing.isTold || nowMs - standing.sinceMs < symptom.afterMs) continue;
      standing.isTold = true;
      changes.push({ condition: conditionOf(symptom, nowMs - standing.sinceMs), hasBegun: true });
    }
    for (const [key, { isTold, seenAtMs, sinceMs, symptom }] of this.#standing) {
      if (nowMs - seenAtMs < awayMs) continue;
      this.#standing.delete(key);
      if (isTold) changes.push({ condition: conditionOf(symptom, seenAtMs - sinceMs), hasBegun: false });
    }
    return changes;
  }

  #symptoms({ backup, eventLoop, memory, sinks }: WatchedSnapshot, nowMs: number): Symptom[] {
    const recording = sinks.filter(({ isRecording }) => isRecording);
    const isCopied = recording.some(({ copy }) => copy !== undefined);
    const isOverloaded = eventLoop.p99Ms > conditionRules.overloadedP99Ms;
    const slowDisk = diskSymptom(recording, isOverloaded);
    const symptoms = recording.flatMap((sink) => this.#ofFile(sink, slowDisk !== null, nowMs));
    if (slowDisk !== null) symptoms.push(slowDisk);
    const lateBackup = backup === undefined ? null : backupSymptom(backup);
    if (lateBackup !== null) symptoms.push(lateBackup);
    if (memory.budgetBytes !== null && memory.rssBytes > conditionRules.memoryShare * memory.budgetBytes) {
      symptoms.push({
        ...{ name: 'memoryNearBudget', file: null, identity: null, afterMs: conditionRules.memoryAfterMs },
        what: `The recorder uses ${formatBytes(memory.rssBytes)} of its budget of ${formatBytes(memory.budgetBytes)}`,
        advice: isCopied
          ? 'In copy mode nothing is dropped for it. Record fewer participants.'
          : 'Beyond it frames are dropped step by step. Record fewer participants, or a smaller profile.',
      });
    }
    if (isOverloaded) {
      symptoms.push({
        ...{ name: 'machineOverloaded', file: null, identity: null, afterMs: conditionRules.behindAfterMs },
        what: 'This machine has too little time for the recorder',
        advice: isCopied
          ? 'The take is received and written by a process of its own. Close other programs.'
          : 'Close other programs, or record fewer participants or a smaller profile.',
      });
    }
    return symptoms;
  }

  #ofFile(sink: SinkSnapshot, isDiskSlow: boolean, nowMs: number): Symptom[] {
    const { audio, copy, file, identity, video } = sink;
    const symptoms: Symptom[] = [];
    // What waits in a copied file waits for its time, and for no encoder.
    if (video !== null && copy === undefined) {
      const { byteCap, queueFull } = video.accounting.dropped;
      const dropped = byteCap + queueFull;
      const hasDropped = hasGrown(this.#dropped, file, dropped);
      const leavesSlotsEmpty = hasGrown(this.#emptySlots, file, video.emptySlots ?? 0);
      const isWaiting = hasDropped || video.maxQueuedFrames > video.queueCapFrames * warnShare;
      // Behind a disk that takes nothing no encoder can keep up.
      if (isWaiting && !isDiskSlow) {
        symptoms.push({
          ...{ name: 'encoderBehind', file, identity, afterMs: conditionRules.behindAfterMs },
          what: `The encoder of ${file} is slower than its camera`,
          advice: 'Frames wait, and are dropped. Close other programs, or choose a smaller profile.',
        });
      } else if (leavesSlotsEmpty) {
        symptoms.push({
          ...{ name: 'encoderBehind', file, identity, afterMs: conditionRules.behindAfterMs },
          what: `The encoder of ${file} has no time to fill its rate`,
          advice:
            'Repeated frames are left out first, and an editor sees a variable rate. Close other programs, or choose a smaller profile.',
        });
      }
    }
    const driftMs = this.#driftOf(file, audio.driftMs, nowMs);
    if (Math.abs(driftMs) > conditionRules.driftMs) {
      symptoms.push({
        ...{ name: 'clockDrift', file, identity, afterMs: 0, alreadyMs: driftWindowMs },
        what: `The audio clock of ${identity} is off by ${Math.round(Math.abs(driftMs))} ms`,
        advice:
          'It is corrected by 60 ms a minute at the most. Have them choose another microphone, or join again.',
      });
    }
    return symptoms;
  }

  /** How much it has changed within the window: what has been corrected over an hour is no trouble. */
  #driftOf(file: string, driftMs: number, nowMs: number): number {
    const readings = this.#drifts.get(file) ?? [];
    this.#drifts.set(file, readings);
    readings.push({ atMs: nowMs, driftMs });
    while ((readings[0]?.atMs ?? Infinity) < nowMs - driftWindowMs) readings.shift();
    return driftMs - (readings[0]?.driftMs ?? driftMs);
  }
}

/** Whether a count of a file is larger than when it was looked at before. */
function hasGrown(counts: Map<string, number>, file: string, count: number): boolean {
  const before = counts.get(file) ?? count;
  counts.set(file, count);
  return count > before;
}

/** @param isOverloaded that the disk has taken something is heard of late then: it need not be the disk's fault */
function diskSymptom(sinks: readonly SinkSnapshot[], isOverloaded: boolean): Symptom | null {
  const slowestMs = Math.max(0, ...sinks.map(({ maxDiskWriteMs }) => maxDiskWriteMs));
  if (slowestMs < conditionRules.diskWriteMs) return null;
  const waitingBytes = sinks.reduce((sum, { diskQueueBytes }) => sum + diskQueueBytes, 0);
  const capBytes = sinks.reduce((sum, { diskQueueCapBytes }) => sum + diskQueueCapBytes, 0);
  const waiting = `${formatBytes(waitingBytes)} of ${formatBytes(capBytes)} wait in memory`;
  return {
    ...{ name: 'diskSlow', file: null, identity: null, afterMs: 0, alreadyMs: slowestMs },
    ...(isOverloaded
      ? {
          what: `The disk has not said that it has what was written to it; ${waiting}`,
          advice:
            'It costs no frame until that is full. This machine has too little time, which may be all: close other programs. Check the disk if it lasts.',
        }
      : {
          what: `The disk has not taken what was written to it; ${waiting}`,
          advice:
            'The disk costs no frame until that is full. Check the disk, the connection to it, and what else writes to it.',
        }),
  };
}

function backupSymptom({ behindBytes, lagMs, problem }: BackupSnapshot): Symptom | null {
  if (problem === null && lagMs < conditionRules.backupLagMs) return null;
  const rest = { name: 'backupBehind', file: null, identity: null, afterMs: 0, alreadyMs: lagMs } as const;
  if (problem !== null)
    return {
      ...rest,
      what: `The backup stands still: ${asClause(problem.message)}`,
      advice: `The take goes on. ${problem.hint}`,
    };
  // A disk that takes nothing is asked for nothing: there may be more by now.
  const known = behindBytes === 0 ? '' : ` (${formatBytes(behindBytes)} or more)`;
  return {
    ...rest,
    what: `The backup lacks what was recorded last${known}`,
    advice: 'The take goes on, and the backup catches up when its disk has time. See what else writes to it.',
  };
}

function asClause(sentence: string): string {
  return `${sentence.charAt(0).toLowerCase()}${sentence.slice(1).replace(/\.$/, '')}`;
}

function conditionOf(
  { advice, file, identity, name, what }: Symptom,
  durationMs: number,
): RecordingCondition {
  return { name, file, identity, durationMs: Math.round(durationMs), what, advice };
}
