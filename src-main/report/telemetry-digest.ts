import { higher } from '../chart/value-axis.js';
import type { Excess } from '../contract/report.js';
import type { BudgetChange, Session } from '../contract/session.js';
import { judgedRssBytes } from '../telemetry/judged-memory.js';
import { MemoryTable } from '../telemetry/memory-sample.js';
import { MemoryTrendMonitor } from '../telemetry/memory-trend-monitor.js';
import { workloadOf } from '../telemetry/workload.js';
import { EventDigest } from './event-digest.js';
import { ndjsonLines } from './ndjson-lines.js';
import { eventLoopLagMsOf, rendererRssBytesOf, ReportSeries } from './report-series.js';
import { SavingDigest } from './saving-digest.js';
import { parseTelemetryLine, type ReadEvent, type ReadSnapshot } from './telemetry-line.js';

/** What is known of a take before its telemetry is read. */
export interface DigestOptions {
  readonly startedAt: Date;
  /** Null for a take that has not ended. */
  readonly durationMs: number | null;
}

/**
 * A take's telemetry read to its end, in memory that does not grow with it: 8 hours are 29,000 snapshots of
 * some kilobytes each.
 */
export class TelemetryDigest {
  readonly verdicts = new MemoryTrendMonitor();
  readonly series = new ReportSeries();
  readonly events = new EventDigest();
  readonly saving = new SavingDigest();
  readonly table: MemoryTable;
  readonly lines = { lines: 0, snapshots: 0, unreadableLines: 0, isLastLineCut: false, longestSilenceMs: 0 };
  session: Session | null = null;
  /** The largest of the take. */
  budget: BudgetChange | null = null;
  maxBudgetBytes: number | null = null;
  peak: { readonly rssBytes: number; readonly budgetBytes: number | null; readonly takeMs: number } | null =
    null;
  peakBudgetShare: number | null = null;
  ffmpegPeakRssBytes: number | null = null;
  overBudget: Excess | null = null;
  overCeiling: Excess | null = null;
  eventLoopLagMaxMs = 0;
  lastSnapshot: ReadSnapshot | null = null;
  /** The last that was said of the recorder without caps. */
  unbounded: ReadSnapshot['unbounded'] = null;
  readonly #options: DigestOptions;
  #latestMs: number | null = null;

  private constructor(options: DigestOptions) {
    this.#options = options;
    this.table = new MemoryTable(options.durationMs);
  }

  /** Reads the file; one that is missing gives a digest without a reading. */
  static async read(path: string, options: DigestOptions): Promise<TelemetryDigest> {
    const digest = new TelemetryDigest(options);
    try {
      for await (const { text, isWhole } of ndjsonLines(path)) digest.#addLine(text, isWhole);
    } catch (thrown) {
      if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT')) throw thrown;
    }
    return digest;
  }

  #addLine(text: string, isWhole: boolean): void {
    this.lines.lines += 1;
    const line = parseTelemetryLine(text);
    if (line === 'unknown') return;
    if (line === 'unreadable') {
      if (isWhole) this.lines.unreadableLines += 1;
      else this.lines.isLastLineCut = true;
      return;
    }
    switch (line.schema) {
      case 'plateau.session/1':
        this.session ??= line;
        break;
      case 'plateau.budget/1':
        if (line.totalBytes >= (this.budget?.totalBytes ?? 0)) this.budget = line;
        break;
      case 'plateau.event/1':
        this.events.add(line, this.#takeMsOf(line));
        break;
      case 'plateau.snapshot/1':
        this.#addSnapshot(line);
    }
  }

  #takeMsOf({ takeMs, at }: ReadEvent): number {
    return Math.max(0, takeMs ?? Date.parse(at) - this.#options.startedAt.getTime());
  }

  #addSnapshot(snapshot: ReadSnapshot): void {
    this.lines.snapshots += 1;
    const { takeMs } = snapshot;
    if (takeMs === null) return;
    if (this.#latestMs !== null) {
      this.lines.longestSilenceMs = Math.max(this.lines.longestSilenceMs, takeMs - this.#latestMs);
    }
    this.#latestMs = takeMs;
    this.lastSnapshot = snapshot;
    this.unbounded = snapshot.unbounded ?? this.unbounded;
    this.series.add(takeMs, snapshot);
    this.#addToPeaks(snapshot, takeMs);
    this.saving.add(takeMs, snapshot.governor);
    // Files that are being ended are no workload any more: table and verdict are those of the recording.
    if (snapshot.state === 'recording') this.#judge(snapshot, takeMs);
  }

  #judge(snapshot: ReadSnapshot, takeMs: number): void {
    const { memory, sinks, verdict } = snapshot;
    if (verdict?.limits?.areChosen === true) this.verdicts.choose(verdict.limits);
    this.verdicts.add({
      atMs: takeMs,
      mainRssBytes: judgedRssBytes(snapshot),
      ffmpegRssBytes: sinks.some(({ isRecording }) => isRecording) ? memory.ffmpegRssBytes : undefined,
      rendererRssBytes: rendererRssBytesOf(snapshot),
      workload: workloadOf(snapshot),
    });
    if (memory.rssBytes === null) return;
    const { rssBytes, ffmpegRssBytes } = memory;
    this.table.add({ ...snapshot, memory: { rssBytes, ffmpegRssBytes } });
  }

  #addToPeaks({ memory, ...snapshot }: ReadSnapshot, takeMs: number): void {
    const { rssBytes, budgetBytes } = memory;
    this.eventLoopLagMaxMs = Math.max(this.eventLoopLagMaxMs, eventLoopLagMsOf(snapshot));
    this.ffmpegPeakRssBytes = higher(this.ffmpegPeakRssBytes, memory.ffmpegRssBytes);
    this.maxBudgetBytes = higher(this.maxBudgetBytes, budgetBytes);
    if (rssBytes === null) return;
    // More is read than is written down.
    const isOfLine = rssBytes > (memory.peakRssBytes ?? 0);
    const peakBytes = isOfLine ? rssBytes : (memory.peakRssBytes ?? 0);
    const peakBudgetBytes = isOfLine ? budgetBytes : (memory.peakBudgetBytes ?? null);
    if (this.peak === null || peakBytes > this.peak.rssBytes)
      this.peak = { rssBytes: peakBytes, budgetBytes: peakBudgetBytes, takeMs };
    if (memory.ceilingBytes !== null && rssBytes > memory.ceilingBytes)
      this.overCeiling = oneMore(this.overCeiling, takeMs);
    // Before the first track there are no files whose buffers the budget makes room for.
    if (budgetBytes === null || budgetBytes === 0 || snapshot.sinks.length === 0) return;
    this.peakBudgetShare = higher(this.peakBudgetShare, rssBytes / budgetBytes);
    if (rssBytes > budgetBytes) this.overBudget = oneMore(this.overBudget, takeMs);
  }
}

function oneMore(excess: Excess | null, takeMs: number): Excess {
  return { firstAtMs: excess?.firstAtMs ?? takeMs, lines: (excess?.lines ?? 0) + 1 };
}
