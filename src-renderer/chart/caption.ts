import type { ConsoleState } from '../../src-main/contract/console.js';
import { memoryPeak } from '../../src-main/contract/memory-peak.js';
import type { Snapshot } from '../../src-main/contract/snapshot.js';
import { formatBytes } from '../../src-main/format/bytes.js';
import { formatFileStamp } from '../../src-main/format/time.js';
import type { TelemetryRow } from '../../src-main/history/telemetry-series.js';
import { judgeMemory, type VerdictKind } from '../derive/verdict.js';
import { formatClock, formatDate, formatZone } from '../format/clock.js';

/** What is known of a chart besides its lines. */
export interface ChartFacts {
  /** The take in the time shown, running or over; null when there is none. */
  readonly takeName: string | null;
  /** The latest numbers of that take. */
  readonly takeSnapshot: Snapshot | null;
  readonly isTakeRunning: boolean;
  readonly source: ConsoleState['source'];
  readonly version: string;
  readonly rows: readonly TelemetryRow[];
  /** The time shown. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Wall clock at which the image is made. */
  readonly nowMs: number;
}

/** What stands around the chart in an image that is read without the window. */
export interface Caption {
  readonly title: string;
  readonly verdict: { readonly kind: VerdictKind; readonly text: string };
  /** The time shown, and the highest memory against the budget. */
  readonly figures: string;
  readonly explanation: string;
  /** Which Plateau made it, and when. */
  readonly origin: string;
  readonly fileName: string;
}

export function captionOf(facts: ChartFacts): Caption {
  const { takeName, takeSnapshot, version, nowMs } = facts;
  const { kind, title, explanation } = judgeMemory(takeSnapshot);
  const moment = `${formatDate(nowMs)}, ${formatClock(nowMs, true)} ${formatZone(nowMs)}`;
  return {
    title: [takeTitle(facts), roomText(facts.source)].filter((part) => part !== null).join(' · '),
    verdict: { kind, text: kind === 'none' ? 'Not recording' : title },
    figures: `${timeText(facts)} · ${peakText(facts)}`,
    explanation,
    origin: `Plateau ${version} · ${moment}`,
    fileName: `${takeName ?? 'session'}-memory-${formatFileStamp(new Date(nowMs))}.png`,
  };
}

function takeTitle({ takeName, takeSnapshot, isTakeRunning }: ChartFacts): string {
  if (takeName === null) return 'Memory without a take';
  if (isTakeRunning || takeSnapshot === null) return takeName;
  return `${takeName}, ended ${formatClock(Date.parse(takeSnapshot.at), true)}`;
}

function roomText(source: ChartFacts['source']): string | null {
  if (source === null) return null;
  return source.kind === 'demo' ? 'demo room' : `room ${source.room} on ${source.host}`;
}

function timeText({ fromMs, toMs }: ChartFacts): string {
  const [fromDate, toDate] = [formatDate(fromMs), formatDate(toMs)];
  const end = formatClock(toMs, true);
  return `${fromDate}, ${formatClock(fromMs, true)} to ${fromDate === toDate ? end : `${toDate}, ${end}`}`;
}

function peakText({ takeSnapshot, rows }: ChartFacts): string {
  if (takeSnapshot !== null) {
    const { rssBytes, budgetBytes } = memoryPeak(takeSnapshot.memory);
    const peak = formatBytes(rssBytes);
    return `peak ${peak}${budgetBytes === null ? '' : ` of a budget of ${formatBytes(budgetBytes)}`}`;
  }
  return `peak ${formatBytes(rows.reduce((highest, { rssBytes }) => Math.max(highest, rssBytes ?? 0), 0))}`;
}
