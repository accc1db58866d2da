import type { Report } from '../contract/report.js';
import { type Comparison, type ComparisonOutcome, outcomeTexts } from './compare-reports.js';
import { footer, htmlDocument } from './page/html-document.js';
import { number, table, text } from './page/html-table.js';
import { comparisonChart } from './page/report-charts.js';
import { markup, type SafeMarkup } from './page/safe-markup.js';
import { verdictBlock } from './page/verdict-section.js';

const looks: Readonly<Record<ComparisonOutcome, { sign: string; look: string }>> = {
  worse: { sign: '✗', look: 'leaking' },
  notWorse: { sign: '✓', look: 'flat' },
  notComparable: { sign: '?', look: 'undecided' },
};

/** Two runs side by side on one self-contained page. */
export function comparePage(a: Report, b: Report, comparison: Comparison): string {
  const { rows, outcome: kind, worse, notComparable } = comparison;
  const { sign, look } = looks[kind];
  const list = (reasons: readonly string[]): SafeMarkup | null =>
    reasons.length === 0 ? null : markup`<ul>${reasons.map((reason) => markup`<li>${reason}</li>`)}</ul>`;
  const outcome = markup`<p><b class="${look}">${sign} ${outcomeTexts[kind]}.</b></p>${list(notComparable)}${kind === 'notComparable' && worse.length > 0 ? markup`<p>What is worse in B, if they could be:</p>` : null}${list(worse)}`;
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
