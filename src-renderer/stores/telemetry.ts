import { createStore, type StoreApi } from 'zustand/vanilla';
import type { TimeSpan } from '../../src-main/chart/time-axis.js';
import type { History } from '../../src-main/contract/history.js';
import { accountOfSnapshot } from '../../src-main/contract/loss-account.js';
import { type LossAlarm, LossWatch } from '../../src-main/contract/loss-watch.js';
import type { RecorderEvent, Snapshot } from '../../src-main/contract/snapshot.js';
import {
  type ChartRange,
  rowsWithin,
  type ShownRange,
  type TelemetryRow,
  TelemetrySeries,
  timeShown,
} from '../../src-main/history/telemetry-series.js';
import { type BudgetStep, stepOf } from '../derive/budget-steps.js';
import { type ChartMark, markOf, withMark } from '../derive/chart-marks.js';

/** What the charts draw, and the time that all of them show. */
export interface ShownChart {
  /** Of that time, and one on each side. */
  readonly rows: readonly TelemetryRow[];
  readonly time: TimeSpan;
  /** What would be shown without a zoom. */
  readonly outer: TimeSpan;
}

/** What is on screen: replaced a few times a second, however often snapshots arrive. */
export interface ShownTelemetry {
  readonly snapshot: Snapshot | null;
  /** The latest numbers of the take that runs, or else of the one before. */
  readonly latestOfTake: Snapshot | null;
  /** The newest first. */
  readonly events: readonly RecorderEvent[];
  readonly chart: ShownChart;
  readonly marks: readonly ChartMark[];
  /** When the budget became another one in this room, and why; in order of time. */
  readonly steps: readonly BudgetStep[];
}

/** The take's clock when it was last heard of, on this window's own clock. */
export interface ClockReading {
  readonly takeMs: number | null;
  readonly heardAtMs: number;
}

const maxEvents = 300;
const maxSteps = 200;
/** A take that has just begun fills a chart, and not its first pixels. */
const leastTakeMs = 60_000;
interface Drawn {
  readonly range: ShownRange | null;
  readonly zoom: TimeSpan | null;
  readonly snapshot: Snapshot | null;
}
const notDrawn: Drawn = { range: null, zoom: null, snapshot: null };

/** Drops come in bursts: one mark stands for all of a burst. */
const dropMarkEveryMs = 20_000;

const noTime: TimeSpan = { fromMs: 0, toMs: 0 };
const emptyChart: ShownChart = { rows: [], time: noTime, outer: noTime };

/**
 * Collects what arrives at up to ten times a second in bounded memory, and shows it when it is told to:
 * nothing is rendered in between, nor while the window is hidden. The latest snapshot wins here because drawing is
 * slower than receiving; that sending is slower than measuring is the business of the engine's `EventRelay`
 * (src-main/console/event-relay.ts).
 */
export class Telemetry {
  readonly shown: StoreApi<ShownTelemetry> = createStore(() => ({
    snapshot: null,
    latestOfTake: null,
    events: [],
    chart: emptyChart,
    marks: [],
    steps: [],
  }));
  /** What is being lost: told at once, and not when the numbers are next shown. */
  readonly alarm: StoreApi<{ readonly alarm: LossAlarm | null; readonly losing: readonly string[] }> =
    createStore(() => ({ alarm: null, losing: [] }));
  readonly #losses = new LossWatch();
  #series = new TelemetrySeries();
  #snapshot: Snapshot | null = null;
  #snapshotAtMs = 0;
  #latestOfTake: Snapshot | null = null;
  #clock: ClockReading = { takeMs: null, heardAtMs: 0 };
  #events: RecorderEvent[] = [];
  #marks: readonly ChartMark[] = [];
  #steps: BudgetStep[] = [];
  #drawn: Drawn = notDrawn;
  /** Of the latest take; without an end while it runs. */
  #takeSpan: { readonly fromMs: number; readonly toMs: number | null } | null = null;
  /** Null until the first snapshot: what was lost before this window was there is no news. */
  #lostFrames: number | null = null;
  #dropMarkAtMs = 0;

  /** The take's clock of the latest snapshot. */
  get clock(): ClockReading {
    return this.#clock;
  }

  /** The latest numbers of the take that runs, or else of the one before; null when there was none. */
  get latestOfTake(): Snapshot | null {
    return this.#latestOfTake;
  }

  /**
   * Takes the newest numbers. Those before it stay in the charts, in buckets.
   *
   * @param nowMs a clock that only goes forward
   */
  acceptSnapshot(snapshot: Snapshot, nowMs: number): void {
    const atMs = Date.parse(snapshot.at);
    if (Number.isNaN(atMs)) return;
    this.#snapshot = snapshot;
    this.#snapshotAtMs = atMs;
    if (snapshot.takeMs !== null) this.#latestOfTake = snapshot;
    this.#clock = { takeMs: snapshot.takeMs, heardAtMs: nowMs };
    this.#series.add(atMs, snapshot);
    this.#markDrops(snapshot, atMs);
    if (this.#losses.accept(snapshot)) this.#showAlarm();
  }

  /** Somebody has seen what is being lost. */
  acknowledgeLosses(): void {
    this.#losses.acknowledge();
    this.#showAlarm();
  }

  /** Takes a line of the event log, and marks its moment on the charts. */
  acceptEvent(event: RecorderEvent): void {
    const atMs = Date.parse(event.at);
    const step = stepOf(event, atMs);
    // It stands on the chart and in the budget's own list: here it would push what people did out of sight.
    if (step !== null) {
      this.#steps = [...this.#steps.slice(-(maxSteps - 1)), step];
      return;
    }
    this.#events = [event, ...this.#events.slice(0, maxEvents - 1)];
    if (event.name === 'takeStarted') this.#takeSpan = { fromMs: atMs, toMs: null };
    if (event.name === 'takeStopped' && this.#takeSpan !== null)
      this.#takeSpan = { ...this.#takeSpan, toMs: atMs };
    const mark = markOf(event, atMs);
    if (mark !== null) this.#addMark(mark);
  }

  /** Another room begins: charts, marks, events and alarm are those of one room. The recorder's export has all. */
  reset(): void {
    this.#series = new TelemetrySeries();
    this.#losses.reset();
    this.#snapshot = null;
    this.#latestOfTake = null;
    this.#clock = { takeMs: null, heardAtMs: 0 };
    this.#events = [];
    this.#marks = [];
    this.#steps = [];
    this.#takeSpan = null;
    this.#drawn = notDrawn;
    this.#lostFrames = null;
    this.#dropMarkAtMs = 0;
    this.shown.setState({
      snapshot: null,
      latestOfTake: null,
      events: this.#events,
      chart: emptyChart,
      marks: this.#marks,
      steps: this.#steps,
    });
    this.#showAlarm();
  }

  /** Takes what the engine knows of this room in the place of what this window has heard. */
  restore({ series, events, latestOfTake }: History): void {
    this.#series.restore(series);
    this.#latestOfTake = latestOfTake ?? this.#latestOfTake;
    this.#events = [];
    this.#marks = this.#marks.filter(({ kind }) => kind === 'drop');
    this.#steps = [];
    for (const event of events) this.acceptEvent(event);
    // A copy, sorted in place: older windows know no `toSorted`.
    this.#marks = [...this.#marks].sort((one, other) => one.atMs - other.atMs);
    this.#drawn = notDrawn;
  }

  /** Brings the numbers on screen up to date. */
  showNumbers(): void {
    const shown = this.shown.getState();
    if (shown.snapshot === this.#snapshot && shown.events === this.#events) return;
    this.shown.setState({
      snapshot: this.#snapshot,
      latestOfTake: this.#latestOfTake,
      events: this.#events,
    });
  }

  /**
   * Brings the charts up to date, which costs more than the numbers.
   *
   * @param zoom the stretch that is looked at; null for all of the range
   */
  showChart(range: ShownRange, zoom: TimeSpan | null = null): void {
    const drawn = this.#drawn;
    const isSame = drawn.range === range && drawn.zoom === zoom && drawn.snapshot === this.#snapshot;
    const { marks, steps } = this.shown.getState();
    if (isSame && marks === this.#marks && steps === this.#steps) return;
    this.#drawn = { range, zoom, snapshot: this.#snapshot };
    const { rows, outer } = range === 'take' ? this.#ofTake() : this.#ofRange(range);
    const time = zoom ?? outer;
    this.shown.setState({
      chart: {
        rows: rowsWithin(zoom === null ? rows : this.#series.readFrom(zoom.fromMs), time),
        ...{ time, outer },
      },
      marks: this.#marks,
      steps: this.#steps,
    });
  }

  #ofRange(range: ChartRange): Pick<ShownChart, 'rows' | 'outer'> {
    const rows = this.#series.read(range);
    return { rows, outer: timeShown(range, rows, this.#snapshotAtMs) };
  }

  /** All that there is, before the first take. */
  #ofTake(): Pick<ShownChart, 'rows' | 'outer'> {
    const take = this.#takeSpan;
    if (take === null) return this.#ofRange('all');
    const { fromMs } = take;
    const toMs = Math.max(take.toMs ?? this.#snapshotAtMs, fromMs + leastTakeMs);
    return { rows: this.#series.readFrom(fromMs), outer: { fromMs, toMs } };
  }

  #showAlarm(): void {
    const { alarm, losing } = this.#losses;
    this.alarm.setState({ alarm, losing });
  }

  #markDrops(snapshot: Snapshot, atMs: number): void {
    const { dropped, losses } = accountOfSnapshot(snapshot);
    // What the memory governor does has marks of its own.
    const lostFrames = losses.video.lostFrames - (dropped.video.governed ?? 0);
    const isNew = this.#lostFrames !== null && lostFrames > this.#lostFrames;
    this.#lostFrames = lostFrames;
    if (!isNew || atMs - this.#dropMarkAtMs < dropMarkEveryMs) return;
    this.#dropMarkAtMs = atMs;
    this.#addMark({ atMs, kind: 'drop', label: `Video frames dropped, ${lostFrames} so far in this take` });
  }

  #addMark(mark: ChartMark): void {
    this.#marks = withMark(this.#marks, mark);
  }
}
