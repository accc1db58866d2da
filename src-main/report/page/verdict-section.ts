import type { Report } from '../../contract/report.js';
import { verdictWords } from '../../contract/verdict-rules.js';
import { formatBytes } from '../../format/bytes.js';
import { contentLabel, lossFigures, missingText } from '../../format/content-text.js';
import { absent, formatPercent, formatQuantity } from '../../format/number.js';
import { formatDuration, formatMilliseconds } from '../../format/time.js';
import {
  formatInterval,
  formatSlope,
  intervalName,
  limitsOf,
  processNames,
  verdictLegend,
  verdictSentence,
  verdictSigns,
} from '../../format/verdict-text.js';
import { contentSigns } from './files-section.js';
import { number, table, text } from './html-table.js';
import { slopeChart } from './report-charts.js';
import { markup, type SafeMarkup } from './safe-markup.js';

/** The verdict, as large as it matters: on memory, on the budget, and on the take itself. */
export function verdictBlock(report: Report): SafeMarkup {
  const { verdict, memory, budget } = report;
  const kept =
    memory.overBudget !== null
      ? markup`<p class="bad"><b>✗ OVER BUDGET</b> in ${memory.overBudget.lines} snapshots, first at ${formatDuration(memory.overBudget.firstAtMs)}: peak ${formatBytes(memory.peakRssBytes)}, ${formatPercent(memory.peakBudgetShare)} of the budget of its moment.</p>`
      : memory.peakBudgetShare === null
        ? markup`<p>No budget was recorded.</p>`
        : markup`<p>✓ Within budget throughout: peak ${formatBytes(memory.peakRssBytes)} of ${formatBytes(memory.peakBudgetBytes ?? budget.totalBytes)}.</p>`;
  const ceiling =
    memory.overCeiling === null
      ? null
      : markup`<p class="bad"><b>✗ OVER CEILING</b> in ${memory.overCeiling.lines} snapshots, first at ${formatDuration(memory.overCeiling.firstAtMs)}.</p>`;
  return markup`<section class="verdict ${verdict}" aria-label="Verdict"><strong>${verdictSigns[verdict]} ${verdictWords[verdict]}</strong><div><p>${verdictSentence(report)}</p>${kept}${ceiling}${contentLine(report)}${report.take.problem === null ? null : markup`<p class="bad">${report.take.state === 'failed' ? 'The take failed' : 'Problem'}: ${report.take.problem.message}</p>`}</div></section>`;
}

/** What is said of the content, beside what is said of memory: a flat take may have lost a third of its frames. */
function contentLine({ content, losses }: Report): SafeMarkup | null {
  if (content === null) return null;
  const { sign, look } = contentSigns[content.grade];
  const isComplete = losses === null || content.grade === 'complete';
  const missing = isComplete ? null : missingText(losses, content.missingTracks);
  return markup`<p class="${look}"><b>${sign} ${contentLabel(content)}</b>${missing === null ? '' : ` ${missing}`}</p>`;
}

/** What somebody asks first, in one line of figures. */
export function keyFigures({ memory, totals, take, files, verdicts, losses }: Report): SafeMarkup {
  const main = verdicts.find(({ process }) => process === 'main');
  const verified = files.filter(({ state }) => state === 'verified').length;
  const facts: readonly (readonly [string, string])[] = [
    ['Duration', formatDuration(take.durationMs)],
    ['Slope', main === undefined ? absent : formatSlope(main.slope)],
    ['Peak RSS', formatBytes(memory.peakRssBytes)],
    ['Highest share of the budget', formatPercent(memory.peakBudgetShare)],
    ['ffmpeg, peak', formatBytes(memory.ffmpegPeakRssBytes)],
    ['Frames written', String(totals.framesWritten)],
    ['Frames lost', losses === null ? absent : lossFigures(losses).video],
    ['Audio lost', losses === null ? absent : lossFigures(losses).audio],
    ['Longest frame gap', formatMilliseconds(totals.longestFrameGapMs)],
    ['Files verified', `${verified} of ${files.length}`],
  ];
  return markup`<dl class="facts">${facts.map(([term, value]) => markup`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** Each process judged apart: its slope, its interval, and the minima that they follow from. */
export function verdictSection(report: Report): SafeMarkup {
  const { verdictWindow: window } = report;
  const from = window.fromMs === null ? null : `, from ${formatDuration(window.fromMs)} on`;
  const restarts =
    window.restarts === 0
      ? null
      : markup` Streams came or went ${formatQuantity(window.restarts, 'time')}; each begins a stretch of its own, after a warm-up, and the stretches are judged together.`;
  return markup`${table(
    'By process',
    [text('process'), text('verdict'), number('slope'), number(intervalName), number('blocks')],
    report.verdicts.map((judged) => [
      processNames[judged.process],
      markup`<b class="${judged.verdict}">${verdictSigns[judged.verdict]} ${verdictWords[judged.verdict]}</b>`,
      formatSlope(judged.slope),
      formatInterval(judged.slope),
      judged.blockMinima.length,
    ]),
  )}<p class="soft small">Theil-Sen slope over the lowest reading of each block of ${formatDuration(window.blockMs)}; window ${formatDuration(window.windowMs)}${from}; the first ${formatDuration(window.warmUpMs)} are left out.${restarts} ${verdictLegend(limitsOf(window))}</p>
${report.verdicts.map((judged) => slopeChart(report, judged))}`;
}
