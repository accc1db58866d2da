import { caps } from '../contract/limits.js';
import type { SignalAlarm } from '../contract/signal-alarms.js';
import type { RecorderState, RecordingCondition, Snapshot } from '../contract/snapshot.js';
import { formatBytes } from '../format/bytes.js';
import { conditionLabels, conditionSentences } from '../format/condition-text.js';
import { formatDuration } from '../format/time.js';
import { trackStateIn } from '../livekit/room-publications.js';
import type { RoomSession } from '../livekit/room-session.js';
import type { DiskSpaceMonitor } from '../take/disk-space-monitor.js';
import type { Take } from '../take/take.js';
import type { TakeGovernor } from '../take/take-governor.js';
import type { EventReporter } from '../telemetry/event-reporter.js';
import { ConditionWatch } from './condition-watch.js';

/** The one timer of the engine, in milliseconds: it fills gaps in the sinks and takes the snapshot. */
const tickEveryMs = 200;
/**
 * A line and a look at the disk each second; statistics of all tracks at every other tick, of young ones at each.
 */
const ticksPerTelemetryLine = 5;
const ticksPerDiskCheck = 5;
const ticksPerStatistics = 2;

/** A queue above this share of its cap is told of. */
const warnShare = caps.frameQueueWarnFrames / caps.frameQueueFrames;

/** What is looked after. */
export interface Supervised {
  /** Asked anew at each tick. */
  now(): {
    readonly state: RecorderState;
    readonly take:
      | (Pick<Take, 'budget' | 'recordSnapshot' | 'tick'> & {
          readonly files: Pick<Take['files'], 'isReducible' | 'alarms' | 'openCount'>;
        })
      | null;
    readonly session: Pick<
      RoomSession,
      'drainMaxLoopLateMs' | 'judgeSignals' | 'publications' | 'refreshStatistics'
    > | null;
  };
  snapshot(): Snapshot;
  /** Whatever else has to be looked after at each tick. */
  onTick(): void;
  /** Whether anybody wants snapshots between the lines of telemetry. */
  isWatched(): boolean;
  onSnapshot(snapshot: Snapshot): void;
  /** The disk is almost full: the take has to leave it, or to be stopped while it can still be ended properly. */
  onDiskAlmostFull(): void;
}

/** What the supervisor works with. */
export interface SupervisorTools {
  readonly report: EventReporter;
  readonly governor: Pick<TakeGovernor, 'tick' | 'warn'>;
  readonly snapshots: { judge(snapshot: Snapshot): void; noteLoopLate(lateMs: number): void };
}

/**
 * Looks after the recorder a few times a second: keeps the sinks and the governor going, takes snapshots, writes
 * telemetry, warns, and looks at the disk.
 */
export class TakeSupervisor {
  readonly #supervised: Supervised;
  readonly #tools: SupervisorTools;
  /** Files whose frame queue is above the warning line. */
  readonly #filling = new Set<string>();
  #disk: DiskSpaceMonitor | null = null;
  #areEncodersOver = false;
  #timer: NodeJS.Timeout | null = null;
  #ticks = 0;
  #tickedAtMs = performance.now();
  #alarms: readonly SignalAlarm[] = [];
  readonly #conditions = new ConditionWatch();

  constructor(supervised: Supervised, tools: SupervisorTools) {
    this.#supervised = supervised;
    this.#tools = tools;
  }

  /** Begins; {@link TakeSupervisor.stop} ends it. */
  start(): void {
    this.#timer ??= setInterval(() => {
      this.#tick();
    }, tickEveryMs);
  }

  /** Ends the timer; it can be started again. */
  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** Tracks that are on and do not deliver what they should. */
  get alarms(): readonly SignalAlarm[] {
    return this.#alarms;
  }

  /** What costs quality on this machine, or soon will; nothing once the take is being ended. */
  get conditions(): readonly RecordingCondition[] {
    return this.#supervised.now().state === 'recording' ? this.#conditions.current(performance.now()) : [];
  }

  /** The disk below the latest take; null before the first one. */
  get disk(): DiskSpaceMonitor | null {
    return this.#disk;
  }

  /** The take goes on there. */
  diskChanged(disk: DiskSpaceMonitor): void {
    this.#disk = disk;
  }

  /** Warnings are the take's. @param disk the one it is written to */
  takeStarted(disk: DiskSpaceMonitor): void {
    this.#disk = disk;
    this.#filling.clear();
    this.#conditions.begin();
  }

  #tick(): void {
    const { session, state, take } = this.#supervised.now();
    const { governor, snapshots } = this.#tools;
    this.#ticks += 1;
    snapshots.noteLoopLate(session?.drainMaxLoopLateMs() ?? 0);
    // Between takes as well: a take begins with its audio at the right place.
    session?.refreshStatistics(this.#ticks % ticksPerStatistics !== 0);
    const received = session?.judgeSignals(this.#passedMs()) ?? [];
    // Of a copied take the files tell: what previews lack is no concern of it.
    this.#alarms = take?.files.alarms ?? received;
    const isElsewhere = take?.files.alarms !== undefined;
    take?.tick(this.#alarms, (sid) => trackStateIn(session?.publications() ?? [], sid, isElsewhere));
    this.#supervised.onTick();
    // While no file is open there is nothing to do without, and no budget to speak of.
    const isGoverned = take !== null && take.files.openCount > 0 && take.files.isReducible;
    if (isGoverned && state === 'recording') {
      governor.tick(performance.now(), process.memoryUsage.rss(), Math.round(take.budget.totalBytes));
    }
    if (take !== null && this.#ticks % ticksPerDiskCheck === 0) void this.#checkDisk();
    const isTelemetryDue = take !== null && this.#ticks % ticksPerTelemetryLine === 0;
    if (!isTelemetryDue && !this.#supervised.isWatched()) return;
    const snapshot = this.#supervised.snapshot();
    if (isTelemetryDue) {
      // Files that are being ended are no workload any more: the verdict is that of the recording.
      if (state === 'recording') {
        snapshots.judge(snapshot);
        this.#tellConditions(snapshot);
      }
      take.recordSnapshot(snapshot);
      this.#warn(snapshot);
    }
    this.#supervised.onSnapshot(snapshot);
  }

  /** While this process stands still nothing can arrive: such a time says nothing of a track. */
  #passedMs(): number {
    const nowMs = performance.now();
    const passedMs = Math.min(nowMs - this.#tickedAtMs, 2 * tickEveryMs);
    this.#tickedAtMs = nowMs;
    return passedMs;
  }

  /** A queue above 20 of 30, and memory above the budget or the ceiling. */
  #warn(snapshot: Snapshot): void {
    for (const { video, identity, file } of snapshot.sinks) {
      const isFilling = video !== null && video.maxQueuedFrames > video.queueCapFrames * warnShare;
      if (!isFilling) this.#filling.delete(file);
      // Once for as long as it lasts: a line a second would push everything else out of the log.
      else if (!this.#filling.has(file)) {
        this.#filling.add(file);
        this.#tools.report.warning(
          'queueFillingUp',
          `Frame queue filling up: ${video.maxQueuedFrames}/${video.queueCapFrames}`,
          identity,
          { queuedFrames: video.maxQueuedFrames },
        );
      }
    }
    this.#warnOfEncoders(snapshot.memory.ffmpegRssBytes);
    const { rssBytes, budgetBytes } = snapshot.memory;
    if (budgetBytes !== null && (this.#supervised.now().take?.files.openCount ?? 0) > 0)
      this.#tools.governor.warn(rssBytes, budgetBytes);
  }

  #tellConditions(snapshot: Snapshot): void {
    const { report } = this.#tools;
    for (const { condition, hasBegun } of this.#conditions.look(snapshot, performance.now())) {
      const { durationMs, file, identity, name } = condition;
      if (hasBegun) report.warning(name, conditionSentences(condition), identity, { file, durationMs });
      else
        report.info(
          `${name}Over`,
          `${conditionLabels[name]}: over after ${formatDuration(durationMs)}.`,
          identity,
          { file, durationMs },
        );
    }
  }

  /** Once for as long as it lasts. */
  #warnOfEncoders(ffmpegRssBytes: number | null): void {
    const limitBytes = this.#supervised.now().take?.budget.encoderBytes ?? 0;
    const isOver = ffmpegRssBytes !== null && limitBytes > 0 && ffmpegRssBytes > limitBytes;
    if (isOver && !this.#areEncodersOver) {
      this.#tools.report.error(
        'encodersOverBudget',
        `ffmpeg uses too much memory: ${formatBytes(ffmpegRssBytes)}, ${formatBytes(limitBytes)} are reckoned with.`,
      );
    }
    this.#areEncodersOver = isOver;
  }

  async #checkDisk(): Promise<void> {
    const mustStop = (await this.#disk?.check(this.#supervised.now().state === 'recording')) ?? false;
    // It may have been stopped while the file system was answering.
    if (!mustStop || this.#supervised.now().state !== 'recording') return;
    this.#supervised.onDiskAlmostFull();
  }
}
