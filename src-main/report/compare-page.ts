import type { Report } from '../contract/report.js';
import type { Comparison } from './compare-reports.js';
import { footer, htmlDocument } from './page/html-document.js';
import { number, table, text } from './page/html-table.js';
import { comparisonChart } from './page/report-charts.js';
import { markup } from './page/safe-markup.js';
import { verdictBlock } from './page/verdict-section.js';

/** Two runs side by side on one self-contained page. */
export function comparePage(a: Report, b: Report, { rows, worse }: Comparison): string {
  const outcome =
    worse.length === 0
      ? markup`<p><b class="flat">✓ B is not worse than A.</b></p>`
      : markup`<p><b class="leaking">✗ B is worse than A.</b></p><ul>${worse.map((reason) => markup`<li>${reason}</li>`)}</ul>`;
  return htmlDocument(
    `${a.title} and ${b.title}`,
    markup`<header><h1>Two runs compared</h1><p class="soft">A: ${a.title}, ${a.take.startedAt.slice(0, 10)} · B: ${b.title}, ${b.take.startedAt.slice(0, 10)}</p></header>
<main>${outcome}
<h2>Memory</h2>${comparisonChart(a, b)}
<h2>Figures</h2>${table(
      'Conditions are listed where they differ',
      [text('what'), number('A'), number('B')],
      rows.map((row) => [row.what, row.a, row.b]),
    )}
<h2>A: ${a.title}</h2>${verdictBlock(a)}
<h2>B: ${b.title}</h2>${verdictBlock(b)}</main>${footer(b)}`,
  );
}
