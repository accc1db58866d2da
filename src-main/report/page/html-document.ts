import type { Report } from '../../contract/report.js';
import { formatDuration, formatMilliseconds } from '../../format/time.js';
import { pageStyle } from './page-style.js';
import { markup, type SafeMarkup } from './safe-markup.js';

/** A whole page as text. It loads nothing: the policy holds even where somebody adds to it. */
export function htmlDocument(title: string, body: SafeMarkup): string {
  return markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title} – Plateau</title><style>${pageStyle}</style></head><body>
${body}
</body></html>
`.text;
}

/** Where the figures of a page come from, and how completely they could be read. */
export function footer(report: Report): SafeMarkup {
  const { lines, snapshots, unreadableLines, isLastLineCut, longestSilenceMs } = report.telemetry;
  const faults = [
    unreadableLines === 0 ? null : ` ${unreadableLines} could not be read.`,
    isLastLineCut ? ' The last line is cut off.' : null,
  ];
  return markup`<footer>From manifest.json and ${lines} lines of telemetry.ndjson with ${snapshots} snapshots, up to ${formatMilliseconds(longestSilenceMs)} apart.${faults} Charts show minima and maxima of ${formatDuration(report.series.bucketMs)} each. MB is 10⁶ bytes. Machine-readable: report.json (plateau.report/1). Written ${report.createdAt.slice(0, 19).replace('T', ' ')} UTC by Plateau.</footer>`;
}
