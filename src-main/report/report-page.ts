import type { Report } from '../contract/report.js';
import { formatDuration } from '../format/time.js';
import { conditionsSection, extraSection } from './page/conditions-section.js';
import { eventsSection } from './page/events-section.js';
import { filesSection, framesSection } from './page/files-section.js';
import { footer, htmlDocument } from './page/html-document.js';
import { memorySection, savingSection } from './page/memory-section.js';
import { gapChart, loopChart, queueChart } from './page/report-charts.js';
import { markup } from './page/safe-markup.js';
import { keyFigures, verdictBlock, verdictSection } from './page/verdict-section.js';

/** The report as one HTML file: no script, nothing loaded, everything from outside escaped. */
export function reportPage(report: Report): string {
  const { take } = report;
  return htmlDocument(
    report.title,
    markup`<header><h1>${report.title}</h1>
<p class="soft">Room ${take.room} on ${take.server} · ${take.startedAt.slice(0, 19).replace('T', ' ')} UTC · ${formatDuration(take.durationMs)}${take.state === 'complete' ? null : ` · the take is ${take.state}`}</p></header>
<main>${verdictBlock(report)}
${keyFigures(report)}
<h2>Memory</h2>
${memorySection(report)}
<h2>Verdict</h2>
${verdictSection(report)}
<h2>Queues and timing</h2>
${queueChart(report)}
${gapChart(report)}
${loopChart(report)}
${savingSection(report)}
<h2>Faults and events</h2>
${eventsSection(report)}
<h2>Frames</h2>
${framesSection(report)}
<h2>Files</h2>
${filesSection(report)}
${report.sections.map(extraSection)}
<h2>Conditions</h2>
${conditionsSection(report)}</main>
${footer(report)}`,
  );
}
