import type { Report } from '../../contract/report.js';
import { formatBytes } from '../../format/bytes.js';
import { formatQuantity } from '../../format/number.js';
import { formatDuration, formatMilliseconds } from '../../format/time.js';
import { unboundedStopTexts } from '../../format/unbounded-text.js';
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
  return markup`<p class="soft small">Numbers above the charts refer to the list of faults and events; ▼ is an injected fault.</p>`;
}

/** The recorder without caps next to the take, in a sentence. */
function unboundedNote({ unbounded, memory }: Report): SafeMarkup | null {
  if (unbounded === null) return null;
  const { peakRssBytes, stopAtBytes, stopReason, peakQueuedFrames, people, ofPeople } = unbounded;
  return markup`<p>A recorder without caps ran beside the take, as a control run in a separate process, with ${people} of ${ofPeople} participants. It reached <b>${formatBytes(peakRssBytes)}</b> with ${formatQuantity(peakQueuedFrames, 'frame')} queued; ${stopReason === null ? 'still running at the last snapshot' : unboundedStopTexts[stopReason]} (limit ${formatBytes(stopAtBytes)}). The take itself peaked at <b>${formatBytes(memory.peakRssBytes)}</b>.</p>`;
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
    return markup`<h2>Saving memory</h2><p>✓ Nothing was reduced to save memory.</p>`;
  }
  const { totalMs, count, stretches } = saving;
  const more = count === stretches.length ? null : ` The first ${stretches.length} are listed.`;
  return markup`<h2>Saving memory</h2><p>! Video was reduced for ${formatDuration(totalMs)} of ${formatDuration(take.durationMs)}, in ${formatQuantity(count, 'period')}, to keep memory below its limit.${more}</p>${table(
    'Periods of reduced video, with the highest step of each',
    [number('from'), number('to'), number('step'), text('reduced to')],
    stretches.map(({ fromMs, toMs, maxStep, action }) => [
      formatDuration(fromMs),
      formatDuration(toMs),
      maxStep,
      action,
    ]),
  )}`;
}
