import { caps } from '../contract/limits.js';
import type { ReplayState } from '../contract/replay.js';
import type { ConnectionState, RecorderState, Snapshot } from '../contract/snapshot.js';
import type { ChosenLimits } from '../contract/verdict-rules.js';
import { nativeFramesAlive } from '../livekit/ffi/native-video-frame.js';
import { earlierConnections } from '../livekit/leaked-connections.js';
import type { Take } from '../take/take.js';
import type { TakeGovernor } from '../take/take-governor.js';
import { EventLoopLag } from '../telemetry/event-loop-lag.js';
import { judgedRssBytes } from '../telemetry/judged-memory.js';
import { MemoryTrendMonitor } from '../telemetry/memory-trend-monitor.js';
import type { PeakReading } from '../telemetry/peak-memory.js';
import {
  ownMemory,
  type ProcessMemory,
  residentMemoryOf,
  sumOfOneProgram,
} from '../telemetry/process-memory.js';
import { workloadOf } from '../telemetry/workload.js';
import type { TakeSupervisor } from './take-supervisor.js';

/** Resident memory of the console's own processes, where it has any; read once a second. */
export type ConsoleProcessProbe = () => Snapshot['memory']['consoleProcesses'];

/** What a snapshot is taken of. */
export interface SnapshotSubject {
  readonly state: RecorderState;
  readonly connection: ConnectionState;
  readonly take: Take | null;
  /** What it found: the disk below the take, and what is wrong with tracks. */
  readonly supervisor: Pick<TakeSupervisor, 'alarms' | 'conditions' | 'disk'>;
  readonly governor: TakeGovernor;
  readonly unbounded: Snapshot['unbounded'];
  /** Null while it is off. */
  readonly replay: ReplayState | null;
  /** The encoders that run for it alone. */
  readonly replayEncoders: readonly { readonly pid: number }[];
  /** The process that receives for it alone; left out, or null, while there is none. */
  readonly replayReceiver?: { readonly processRssBytes: number } | null | undefined;
}

/** Reading them asks the system for each process; memory that grows within less is seen a second later. */
const probeEveryMs = 1000;

/** Takes the recorder's snapshots, and keeps what lies between two of them, and the verdict. */
export class SnapshotBuilder {
  readonly eventLoopLag = new EventLoopLag();
  #watchdogTrips = 0;
  readonly #probe: ConsoleProcessProbe;
  #verdicts = new MemoryTrendMonitor();
  #maxLoopLateMs = 0;
  #consoleProcesses: Snapshot['memory']['consoleProcesses'] = [];
  #probedAtMs = -Infinity;

  constructor(probe: ConsoleProcessProbe) {
    this.#probe = probe;
  }

  /**
   * The verdict, and how often the watchdog fired, are the take's.
   *
   * @param limits that memory is judged by in place of the product's
   */
  takeStarted(limits: ChosenLimits = {}): void {
    this.#verdicts = new MemoryTrendMonitor(limits);
    this.#watchdogTrips = 0;
  }

  /** A stream was closed because the event loop was blocked. */
  noteWatchdogTrip(): void {
    this.#watchdogTrips += 1;
  }

  /** The event loop was late by so many milliseconds; the next snapshot has the greatest since the one before. */
  noteLoopLate(lateMs: number): void {
    this.#maxLoopLateMs = Math.max(this.#maxLoopLateMs, lateMs);
  }

  /** Hands a snapshot of a running take to the verdict: once a second. */
  judge(snapshot: Snapshot): void {
    const { isPaused, memory, sinks, takeMs } = snapshot;
    // A pause is no workload: the verdict is that of the recording.
    if (takeMs === null || isPaused === true) return;
    const recording = sinks.filter(({ isRecording }) => isRecording);
    const renderer = memory.consoleProcesses.find(({ kind }) => kind === 'renderer');
    this.#verdicts.add({
      atMs: takeMs,
      mainRssBytes: judgedRssBytes(snapshot),
      ffmpegRssBytes: recording.length === 0 ? undefined : memory.ffmpegRssBytes,
      rendererRssBytes: renderer?.rssBytes,
      workload: workloadOf(snapshot),
    });
  }

  /** The present moment. Peaks since the last snapshot are reset by it. */
  build({ state, connection, take, supervisor, governor, unbounded, ...subject }: SnapshotSubject): Snapshot {
    const { alarms, conditions, disk } = supervisor;
    const { replay, replayEncoders, replayReceiver } = subject;
    const receivers = (take?.files.processRssBytes ?? 0) + (replayReceiver?.processRssBytes ?? 0);
    const memory = memoryOf(ownMemory(), receivers);
    const sinks = take?.sinkSnapshots() ?? [];
    const backup = take?.backup ?? null;
    const budgetBytes = take === null || sinks.length === 0 ? null : Math.round(take.budget.totalBytes);
    take?.memory.peak.add(memory.rssBytes, budgetBytes);
    // With what waits: a disk that goes on after a standstill takes minutes of it at once, and is not full any sooner.
    disk?.noteWritten(
      sinks.reduce(
        (sum, { diskQueueBytes, writtenBytes }) => sum + writtenBytes + diskQueueBytes,
        backup?.bytesOnDiskOfTake ?? 0,
      ),
    );
    const maxLateMs = this.#maxLoopLateMs;
    this.#maxLoopLateMs = 0;
    return {
      schema: 'plateau.snapshot/1',
      at: new Date().toISOString(),
      state,
      connection,
      takeMs: take?.moments.takeMs ?? null,
      isPaused: take?.clock.isPaused ?? false,
      pausedMs: take?.moments.pausedMs ?? 0,
      memory: {
        ...memory,
        ffmpegRssBytes: encodersMemory(sinks, replayEncoders),
        budgetBytes,
        ceilingBytes: governor.ceilingBytes,
        ...(take?.memory.peak.reading ?? notOfTake(memory.rssBytes)),
        earlierConnections: earlierConnections(),
        consoleProcesses: this.#readConsoleProcesses(),
      },
      governor: take === null ? null : governor.snapshot,
      verdict: take === null ? null : this.#verdicts.verdict,
      frameQueueBytes: take?.frameBytes.usedBytes ?? 0,
      frameQueueCapBytes: caps.frameQueueBytes,
      nativeFramesAlive: nativeFramesAlive(),
      eventLoopMaxLateMs: Math.max(0, maxLateMs),
      eventLoop: this.eventLoopLag.read(performance.now()),
      watchdogTrips: this.#watchdogTrips,
      disk: { freeBytes: disk?.freeBytes ?? null, secondsToFull: disk?.secondsToFull ?? null },
      sinks,
      ...(take !== null && {
        missing: {
          ...{ tracks: take.participants.missingTracks, tracksNow: take.participants.missingNow },
          signals: take.signals.missingSignals,
        },
      }),
      alarms: [...alarms],
      conditions: [...conditions],
      unbounded,
      ...(backup === null ? {} : { backup: backup.snapshot }),
      ...(replay === null ? {} : { replay }),
    };
  }

  #readConsoleProcesses(): Snapshot['memory']['consoleProcesses'] {
    const nowMs = performance.now();
    if (nowMs - this.#probedAtMs >= probeEveryMs) {
      this.#probedAtMs = nowMs;
      this.#consoleProcesses = this.#probe();
    }
    return this.#consoleProcesses;
  }
}

/** Between takes there is no peak: what memory is now. */
function notOfTake(rssBytes: number): PeakReading {
  return { peakRssBytes: rssBytes, peakBudgetBytes: null, hasExceededBudget: false };
}

/** The recorder's memory: of this process, and of the one that receives for it. */
function memoryOf(
  own: ProcessMemory,
  receiverRssBytes: number,
): ProcessMemory & { readonly receiverRssBytes?: number } {
  if (receiverRssBytes === 0) return own;
  const { nativeBytes, rssBytes } = own;
  return {
    ...own,
    rssBytes: rssBytes + receiverRssBytes,
    // What this process cannot look into.
    nativeBytes: nativeBytes + receiverRssBytes,
    receiverRssBytes,
  };
}

/**
 * Of the processes that encode at the moment, for a take or for the replay buffer, and of those that write their last while a take
 * is saved. Bytes; null when one of them could not be read, and when there is none: others may run, which finish and check files.
 */
function encodersMemory(sinks: Snapshot['sinks'], others: SnapshotSubject['replayEncoders']): number | null {
  const recording = sinks.filter(({ isRecording }) => isRecording);
  const ending = sinks.filter(({ ffmpegRssBytes }) => ffmpegRssBytes !== null);
  const ofFiles = (recording.length > 0 ? recording : ending).map(({ ffmpegFileBytes, ffmpegRssBytes }) =>
    ffmpegRssBytes === null ? null : { rssBytes: ffmpegRssBytes, fileBytes: ffmpegFileBytes ?? 0 },
  );
  const processes = [...ofFiles, ...others.map(({ pid }) => residentMemoryOf(pid))];
  return processes.length === 0 ? null : sumOfOneProgram(processes);
}
