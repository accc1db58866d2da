import { PlateauError } from '../../contract/errors.js';
import { presentRssBytes } from '../../contract/limits.js';
import type { Snapshot } from '../../contract/snapshot.js';
import type { UnboundedSnapshot } from '../../contract/unbounded.js';
import { formatBytes } from '../../format/bytes.js';
import { formatCount, formatQuantity } from '../../format/number.js';
import { formatDuration } from '../../format/time.js';
import { budgetKept, unboundedStopTexts } from '../../format/unbounded-text.js';
import { textTable } from './text-table.js';

/** One moment of both recorders. */
export interface BesideSample {
  readonly takeMs: number;
  readonly rssBytes: number;
  /** Over all files. */
  readonly queuedFrames: number;
  readonly droppedFrames: number;
  /** Null before it was there, and after it ended. */
  readonly unboundedRssBytes: number | null;
  readonly unboundedQueuedFrames: number | null;
}

/** One line of the comparison; sums are over all files with video. */
export function besideSampleOf(snapshot: Snapshot): BesideSample {
  const videos = snapshot.sinks.flatMap(({ video }) => (video === null ? [] : [video]));
  const { unbounded } = snapshot;
  const unboundedRssBytes = presentRssBytes(unbounded);
  return {
    takeMs: snapshot.takeMs ?? 0,
    rssBytes: snapshot.memory.rssBytes,
    queuedFrames: videos.reduce((sum, { queuedFrames }) => sum + queuedFrames, 0),
    droppedFrames: videos.reduce(
      (sum, { accounting: { dropped } }) => sum + dropped.queueFull + dropped.byteCap,
      0,
    ),
    unboundedRssBytes,
    unboundedQueuedFrames: unboundedRssBytes === null ? null : (unbounded?.queuedFrames ?? null),
  };
}

/** The two side by side, as lines. */
export function controlRunTable(samples: readonly BesideSample[]): string[] {
  return textTable(
    [
      { title: 'time', align: 'right' },
      { title: 'with caps: memory', align: 'right' },
      { title: 'queued', align: 'right' },
      { title: 'dropped', align: 'right' },
      { title: 'without caps: memory', align: 'right' },
      { title: 'queued', align: 'right' },
    ],
    samples.map((sample) => [
      formatDuration(sample.takeMs),
      formatBytes(sample.rssBytes),
      formatCount(sample.queuedFrames),
      formatCount(sample.droppedFrames),
      formatBytes(sample.unboundedRssBytes),
      formatCount(sample.unboundedQueuedFrames),
    ]),
  );
}

/** What both recorders came to. */
export interface BesideOutcome {
  readonly peakRssBytes: number;
  readonly budgetBytes: number | null;
  /** How far the recorder with caps rose from where it was when the fault began. */
  readonly grownBytes: number;
  /** The same of the one without. */
  readonly unboundedGrownBytes: number;
  readonly unbounded: UnboundedSnapshot | null;
}

/** Less than this is no growth that anybody would see. */
const leastGrowthBytes = 100e6;

/** Why the control run shows nothing; null when one recorder stays flat and the other grows. */
export function controlRunProblem(outcome: BesideOutcome): PlateauError | null {
  const { peakRssBytes, budgetBytes, grownBytes, unboundedGrownBytes, unbounded } = outcome;
  if (unbounded === null || unbounded.stopReason === 'failed' || unbounded.stopReason === 'silent') {
    return new PlateauError(
      'undecided',
      'The recorder without caps did not finish, so there is nothing to compare.',
      'Run it again; the events above say what happened.',
    );
  }
  if (budgetBytes !== null && peakRssBytes > budgetBytes) {
    return new PlateauError(
      'overBudget',
      `The recorder with caps went above its budget: ${formatBytes(peakRssBytes)} of ${formatBytes(budgetBytes)}.`,
      'This is a defect in Plateau, or a machine with much other work. Please report it with the take’s report.',
    );
  }
  if (unboundedGrownBytes >= leastGrowthBytes && unboundedGrownBytes > 2 * grownBytes) return null;
  return new PlateauError(
    'undecided',
    `The recorder without caps grew by ${formatBytes(unboundedGrownBytes)} only, the one with caps by ${formatBytes(Math.max(0, grownBytes))}: the difference does not show.`,
    'Run it for longer, or on a machine with less other work.',
  );
}

/** Both peaks in two lines, and what the second one recorded. */
export function besideSummary({ peakRssBytes, budgetBytes, grownBytes, ...rest }: BesideOutcome): string[] {
  const { unbounded, unboundedGrownBytes } = rest;
  const lines = [
    `With caps:     peak ${formatBytes(peakRssBytes)}${budgetKept(peakRssBytes, budgetBytes)}; ${formatBytes(Math.max(0, grownBytes))} more than before the fault.`,
  ];
  if (unbounded === null) return lines;
  const { peakRssBytes: peak, peakQueuedFrames, stopReason, stopAtBytes, people, ofPeople } = unbounded;
  lines.push(
    `Without caps:  peak ${formatBytes(peak)}, ${formatBytes(Math.max(0, unboundedGrownBytes))} more; ${formatQuantity(peakQueuedFrames, 'frame')} queued; ${unboundedStopTexts[stopReason ?? 'takeEnded']} (limit ${formatBytes(stopAtBytes)}).`,
  );
  if (people < ofPeople) {
    lines.push(
      `It recorded ${people} of ${ofPeople} participants: encoders for all of them would have starved the take on this machine.`,
    );
  }
  return lines;
}
