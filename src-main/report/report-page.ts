import { dropCauseNames, dropCauses, droppedFrames } from '../contract/drop-causes.js';
import type { Report, ReportSection } from '../contract/report.js';
import { verdictWords } from '../contract/verdict-rules.js';
import { unboundedStopTexts } from '../format/unbounded-text.js';
import { formatBytes } from '../format/bytes.js';
import { absent, formatPercent, formatQuantity } from '../format/number.js';
import { formatDuration, formatMilliseconds } from '../format/time.js';
import {
  formatInterval,
  formatSlope,
  intervalName,
  processNames,
  verdictLegend,
  verdictSentence,
  verdictSigns,
} from '../format/verdict-text.js';
import { pageStyle } from './page-style.js';
import { gapChart, loopChart, memoryChart, queueChart, slopeChart } from './report-charts.js';
import { markup, type Insertable, type SafeMarkup } from './safe-markup.js';

/** The report as one HTML file: no script, nothing loaded, everything from outside escaped. */
export function reportPage(report: Report): string {
  const { take } = report;
  return document(
    report.title,
    markup`<header><h1>${report.title}</h1>
<p class="soft">Room ${take.room} on ${take.server} · ${take.startedAt.slice(0, 19).replace('T', ' ')} UTC · ${formatDuration(take.durationMs)}${take.state === 'complete' ? null : ` · the take is ${take.state}`}</p></header>
<main>${verdictBlock(report)}
${keyFigures(report)}
<h2>Memory</h2>
${memoryChart(report)}
${markNote(report)}
${unboundedNote(report)}
${memoryTable(report)}
<h2>Verdict</h2>
${verdictTable(report)}
${report.verdicts.map((judged) => slopeChart(report, judged))}
<h2>Queues and timing</h2>
${queueChart(report)}
${gapChart(report)}
${loopChart(report)}
${savingBlock(report)}
<h2>Faults and events</h2>
${eventTable(report)}
<h2>Frames</h2>
${streamTable(report)}
<h2>Files</h2>
${fileTable(report)}
${report.sections.map(sectionBlock)}
<h2>Conditions</h2>
${conditions(report)}</main>
${footer(report)}`,
  );
}

/** A page that loads nothing: the policy holds even where somebody adds to it. */
export function document(title: string, body: SafeMarkup): string {
  return markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title} – Plateau</title><style>${pageStyle}</style></head><body>
${body}
</body></html>
`.text;
}

interface Column {
  readonly title: string;
  readonly isNumber?: boolean;
}

export function table(
  caption: string,
  columns: readonly Column[],
  rows: readonly (readonly Insertable[])[],
): SafeMarkup {
  const classOf = (index: number): SafeMarkup | null =>
    columns[index]?.isNumber === true ? markup` class="number"` : null;
  return markup`<div class="scrolls"><table><caption>${caption}</caption><thead><tr>${columns.map(
    ({ title }, index) => markup`<th scope="col"${classOf(index)}>${title}</th>`,
  )}</tr></thead><tbody>${rows.map(
    (cells) => markup`<tr>${cells.map((cell, index) =>
      index === 0
        ? markup`<th scope="row"${classOf(0)}>${cell}</th>`
        : markup`<td${classOf(index)}>${cell}</td>`,
    )}</tr>
`,
  )}</tbody></table></div>`;
}

const text = (title: string): Column => ({ title });
const number = (title: string): Column => ({ title, isNumber: true });

export function verdictBlock(report: Report): SafeMarkup {
  const { verdict, memory, budget } = report;
  const kept =
    memory.overBudget !== null
      ? markup`<p class="bad"><b>✗ OVER BUDGET</b> in ${memory.overBudget.lines} snapshots, first at ${formatDuration(memory.overBudget.firstAtMs)}: peak ${formatBytes(memory.peakRssBytes)}, ${formatPercent(memory.peakBudgetShare)} of the budget of its moment.</p>`
      : memory.peakBudgetShare === null
        ? markup`<p>No budget was recorded.</p>`
        : markup`<p>✓ Within budget throughout: peak ${formatBytes(memory.peakRssBytes)} of ${formatBytes(budget.totalBytes)}.</p>`;
  const ceiling =
    memory.overCeiling === null
      ? null
      : markup`<p class="bad"><b>✗ OVER CEILING</b> in ${memory.overCeiling.lines} snapshots, first at ${formatDuration(memory.overCeiling.firstAtMs)}.</p>`;
  return markup`<section class="verdict ${verdict}" aria-label="Verdict"><strong>${verdictSigns[verdict]} ${verdictWords[verdict]}</strong><div><p>${verdictSentence(report)}</p>${kept}${ceiling}${report.take.problem === null ? null : markup`<p class="bad">The take failed: ${report.take.problem.message}</p>`}</div></section>`;
}

function keyFigures({ memory, totals, take, files, verdicts }: Report): SafeMarkup {
  const main = verdicts.find(({ process }) => process === 'main');
  const verified = files.filter(({ state }) => state === 'verified').length;
  const facts: readonly (readonly [string, string])[] = [
    ['Duration', formatDuration(take.durationMs)],
    ['Slope', main === undefined ? absent : formatSlope(main.slope)],
    ['Peak RSS', formatBytes(memory.peakRssBytes)],
    ['Peak of budget', formatPercent(memory.peakBudgetShare)],
    ['ffmpeg, peak', formatBytes(memory.ffmpegPeakRssBytes)],
    ['Frames written', String(totals.framesWritten)],
    ['Frames dropped', String(totals.framesDropped)],
    ['Longest frame gap', formatMilliseconds(totals.longestFrameGapMs)],
    ['Files verified', `${verified} of ${files.length}`],
  ];
  return markup`<dl class="facts">${facts.map(([term, value]) => markup`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>`;
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

function verdictTable(report: Report): SafeMarkup {
  const { verdictWindow: window } = report;
  const from = window.fromMs === null ? null : `, from ${formatDuration(window.fromMs)} on`;
  const restarts =
    window.restarts === 0
      ? null
      : markup` Streams came or went ${formatQuantity(window.restarts, 'time')}; each restarts the window, so the verdict covers the time after the last.`;
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
  )}<p class="soft small">Theil-Sen slope over the lowest reading of each block of ${formatDuration(window.blockMs)}; window ${formatDuration(window.windowMs)}${from}; the first ${formatDuration(window.warmUpMs)} are left out.${restarts} ${verdictLegend()}</p>`;
}

function savingBlock({ saving, take }: Report): SafeMarkup | null {
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

const levelSigns = { info: 'info', warning: '! warning', error: '✗ error' } as const;

function eventTable({ events, omittedEvents }: Report): SafeMarkup {
  if (events.length === 0) return markup`<p>No events.</p>`;
  return markup`${table(
    'By time; repeats are counted',
    [number('no.'), number('at'), text('kind'), text('event'), text('participant')],
    events.map(({ mark, takeMs, kind, level, message, identity, count, lastTakeMs }) => [
      mark ?? '',
      formatDuration(takeMs),
      kind === 'event'
        ? level === 'info'
          ? 'info'
          : markup`<span class="${level === 'error' ? 'bad' : 'warning'}">${levelSigns[level]}</span>`
        : kind === 'fault'
          ? '▼ fault'
          : 'marker',
      count === 1 ? message : `${message} (${count} times, last at ${formatDuration(lastTakeMs)})`,
      identity ?? '',
    ]),
  )}${omittedEvents === 0 ? null : markup`<p class="soft">${omittedEvents} more are in telemetry.ndjson.</p>`}`;
}

function streamTable({ streams }: Report): SafeMarkup {
  if (streams.length === 0) return markup`<p>No stream was recorded.</p>`;
  const causes = dropCauseNames.filter((cause) =>
    streams.some(({ accounting }) => accounting.dropped[cause] > 0),
  );
  return markup`${table(
    'received = written + dropped + queued; frames for video, 10 ms frames for audio',
    [
      text('stream'),
      text('medium'),
      number('received'),
      number('written'),
      number('dropped'),
      number('queued'),
      text('balance'),
      ...causes.map((cause) => number(dropCauses[cause].label)),
    ],
    streams.map(({ file, medium, accounting, isBalanced }) => [
      file,
      medium,
      accounting.received,
      accounting.written,
      droppedFrames(accounting.dropped),
      accounting.queued,
      isBalanced ? '✓' : markup`<b class="bad">✗ not balanced</b>`,
      ...causes.map((cause) => accounting.dropped[cause]),
    ]),
  )}<p class="soft small">${causes.length === 0 ? 'Nothing was dropped.' : causes.map((cause) => `${dropCauses[cause].label}: ${dropCauses[cause].explanation}`).join(' ')}</p>`;
}

const stateSigns = {
  verified: '✓ verified',
  fragmented: '! fragmented',
  damaged: '✗ damaged',
  recording: '… recording',
} as const;

function fileTable({ files }: Report): SafeMarkup {
  if (files.length === 0) return markup`<p>No file was recorded.</p>`;
  return table(
    'From the manifest',
    [
      text('file'),
      text('participant'),
      text('state'),
      number('duration'),
      number('size'),
      text('codecs'),
      number('missed'),
      text('SHA-256'),
    ],
    files.map((file) => [
      file.file,
      file.participantName === '' ? file.identity : file.participantName,
      markup`${stateSigns[file.state]}${file.problem === null ? null : `: ${file.problem}`}`,
      file.durationMs === null ? absent : formatDuration(file.durationMs),
      formatBytes(file.sizeBytes),
      [file.videoCodec, file.audioCodec].filter((codec) => codec !== null).join(', '),
      file.missedFrames,
      file.sha256 === null ? absent : markup`<code>${file.sha256.slice(0, 16)}…</code>`,
    ]),
  );
}

function sectionBlock({ heading, columns, rows }: ReportSection): SafeMarkup {
  const isNumber = (index: number): boolean =>
    rows.length > 0 && rows.every((row) => typeof row[index] === 'number');
  return markup`<h2>${heading}</h2>${table(
    heading,
    columns.map((title, index) => ({ title, isNumber: isNumber(index) })),
    rows,
  )}`;
}

const platformNames: Readonly<Record<string, string>> = { linux: 'Linux', darwin: 'macOS', win32: 'Windows' };

export function machineText({ machine }: Report): string {
  if (machine === null) return 'not recorded';
  const { platform, osRelease, architecture, cpuModel, logicalCpuCount, memoryTotalBytes } = machine;
  return `${platformNames[platform] ?? platform} ${osRelease} (${architecture}), ${cpuModel}, ${logicalCpuCount} cores, ${formatBytes(memoryTotalBytes)}`;
}

function conditions(report: Report): SafeMarkup {
  const { take, versions, budget, caps, machine } = report;
  const { profile } = take;
  const canvas =
    profile.canvas === null ? 'source resolution' : `${profile.canvas.width}x${profile.canvas.height}`;
  const unknown = 'not recorded';
  const rows: readonly (readonly [string, string])[] = [
    ...(machine === null
      ? [['machine', unknown] as const]
      : [
          [
            'system',
            `${platformNames[machine.platform] ?? machine.platform} ${machine.osRelease} (${machine.architecture})`,
          ] as const,
          ['CPU', `${machine.cpuModel}, ${machine.logicalCpuCount} cores`] as const,
          ['memory', formatBytes(machine.memoryTotalBytes)] as const,
        ]),
    ['Plateau', versions.plateau],
    ['Node', versions.node ?? unknown],
    ['rtc-node', versions.rtcNode ?? unknown],
    ['ffmpeg', versions.ffmpeg ?? unknown],
    ['Electron', versions.electron ?? (versions.node === undefined ? unknown : 'none')],
    [
      'profile',
      `${profile.name}: ${take.audioOnly ? 'audio only' : canvas}, ${profile.maxFps ?? 'every'} fps, ${profile.container}`,
    ],
  ];
  const budgetRows = budget.lines.map(({ buffer, bytes }) => [buffer, formatBytes(bytes)]);
  return markup`<div class="columns"><section class="keep">${table('Machine and versions', [text('what'), text('value')], rows)}</section>
<section class="keep">${
    budgetRows.length === 0
      ? markup`<p>Budget: ${formatBytes(budget.totalBytes)}. Its lines were not recorded by this version.</p>`
      : table(
          'Memory budget at its largest: every buffer at its cap',
          [text('buffer'), number('at most')],
          [...budgetRows, [markup`<b>sum</b>`, markup`<b>${formatBytes(budget.totalBytes)}</b>`]],
        )
  }</section>
<section class="keep">${
    caps === null
      ? markup`<p>The caps were not recorded by this version.</p>`
      : table(
          'Caps',
          [text('cap'), number('value')],
          Object.entries(caps).map(([name, value]) => [markup`<code>${name}</code>`, value]),
        )
  }</section></div>`;
}

export function footer(report: Report): SafeMarkup {
  const { lines, snapshots, unreadableLines, isLastLineCut, longestSilenceMs } = report.telemetry;
  const faults = [
    unreadableLines === 0 ? null : ` ${unreadableLines} could not be read.`,
    isLastLineCut ? ' The last line is cut off.' : null,
  ];
  return markup`<footer>From manifest.json and ${lines} lines of telemetry.ndjson with ${snapshots} snapshots, up to ${formatMilliseconds(longestSilenceMs)} apart.${faults} Charts show minima and maxima of ${formatDuration(report.series.bucketMs)} each. MB is 10⁶ bytes. Machine-readable: report.json (plateau.report/1). Written ${report.createdAt.slice(0, 19).replace('T', ' ')} UTC by Plateau.</footer>`;
}
