import type { Report } from '../../contract/report.js';
import { formatBytes } from '../../format/bytes.js';
import { formatDuration, formatMilliseconds } from '../../format/time.js';
import { number, table, text } from './html-table.js';
import { memoryChart } from './report-charts.js';
import { markup, type SafeMarkup } from './safe-markup.js';

/** Memory over the take, as a chart and as the table that soaks print. */
export function memorySection(report: Report): SafeMarkup {
  return markup`${memoryChart(report)}
${markNote(report)}
${unboundedNote(report)}
${memoryTable(report)}`;
}

function markNote({ events }: Report): SafeMarkup | null {
  if (!events.some(({ mark }) => mark !== null)) return null;
  return markup`<p class="soft small">Numbers above the charts are those of the list of faults and events; ▼ is a fault that was put in on purpose.</p>`;
}

const unboundedEnds = {
  memory: 'ended by its safety stop',
  time: 'ended after its time',
  asked: 'stopped by a person',
  takeEnded: 'ended with the take',
  silent: 'ended because it told nothing any more',
  failed: 'ended by a failure',
} as const;

/** The frame of the bug next to the plateau, in a sentence. */
function unboundedNote({ unbounded, memory }: Report): SafeMarkup | null {
  if (unbounded === null) return null;
  const { peakRssBytes, stopAtBytes, stopReason, peakQueuedFrames, people, ofPeople } = unbounded;
  return markup`<p>A recorder without caps ran beside the take, on purpose and in a process of its own, for ${people} of ${ofPeople} people: it reached <b>${formatBytes(peakRssBytes)}</b> with ${peakQueuedFrames} frames waiting and was ${stopReason === null ? 'still running at the last snapshot' : unboundedEnds[stopReason]} (limit ${formatBytes(stopAtBytes)}); the take itself peaked at <b>${formatBytes(memory.peakRssBytes)}</b>.</p>`;
}

function memoryTable({ table: samples }: Report): SafeMarkup {
  return table(
    'Memory over time',
    [
      number('time'),
      number('memory (RSS)'),
      number('ffmpeg'),
      number('frames'),
      number('dropped'),
      number('longest gap'),
    ],
    samples.map((sample) => [
      formatDuration(sample.takeMs),
      formatBytes(sample.rssBytes),
      formatBytes(sample.ffmpegRssBytes),
      sample.frames,
      sample.dropped,
      formatMilliseconds(sample.maxFrameGapMs),
    ]),
  );
}

/** When, for how long and how far frames were reduced to save memory; null of a take that knew no governor. */
export function savingSection({ saving, take }: Report): SafeMarkup | null {
  if (saving === null) return null;
  if (saving.count === 0) {
    return markup`<h2>Saving memory</h2><p>✓ Nothing was done without to save memory.</p>`;
  }
  const { totalMs, count, stretches } = saving;
  const more = count === stretches.length ? null : ` The first ${stretches.length} are listed.`;
  return markup`<h2>Saving memory</h2><p>! Frames were reduced for ${formatDuration(totalMs)} of ${formatDuration(take.durationMs)}, in ${count} ${count === 1 ? 'stretch' : 'stretches'}, to keep memory below its limit.${more}</p>${table(
    'When, and by how much at the most',
    [number('from'), number('to'), number('step'), text('what was done')],
    stretches.map(({ fromMs, toMs, maxStep, action }) => [
      formatDuration(fromMs),
      formatDuration(toMs),
      maxStep,
      action,
    ]),
  )}`;
}
