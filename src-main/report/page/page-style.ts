import { SafeMarkup } from './safe-markup.js';

/** The look of a report: one column that fits A4, dark where the reader's system is, and black on white on paper. */
export const pageStyle = new SafeMarkup(`
:root { color-scheme: light dark; --ground: #fff; --text: #16191d; --soft: #545c66; --line: #dde1e6; --edge: #8a939e;
  --rss: #0b5cad; --ffmpeg: #8a4b08; --renderer: #6b3fa0; --budget: #a3141e; --other: #a2480a; --unbounded: #a1206f;
  --heap: #7fb2e5; --external: #b7cfe8; --hatch: #5b8fc4; --native: #dbe8f5; --bad: #a3141e; --good: #0f6b35; --warn: #8a5a00; --tint: #f4f6f8; }
@media (prefers-color-scheme: dark) { :root { --ground: #14171b; --text: #e8ebee; --soft: #a7b0ba; --line: #2d333a; --edge: #6d7782;
  --rss: #6db3f8; --ffmpeg: #e3a45a; --renderer: #c39df0; --budget: #ff8088; --other: #f5a25d; --unbounded: #ff8ad8;
  --heap: #2f5f8f; --external: #24435f; --hatch: #4b7cab; --native: #1c2c3b; --bad: #ff8088; --good: #6fd394; --warn: #f0c060; --tint: #1c2025; } }
@media print { :root { color-scheme: light; --ground: #fff; --text: #000; --soft: #444; --line: #ccc; --edge: #777;
  --rss: #0b5cad; --ffmpeg: #8a4b08; --renderer: #6b3fa0; --budget: #a3141e; --other: #a2480a; --unbounded: #a1206f;
  --heap: #7fb2e5; --external: #b7cfe8; --hatch: #5b8fc4; --native: #dbe8f5; --bad: #a3141e; --good: #0f6b35; --warn: #8a5a00; --tint: #f4f6f8; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 32px 28px 64px; max-width: 1080px; background: var(--ground); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
h1 { margin: 0 0 2px; font-size: 24px; line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin: 36px 0 10px; padding-bottom: 4px; border-bottom: 2px solid var(--line); font-size: 18px; }
h3 { margin: 22px 0 6px; font-size: 15px; }
p { margin: 6px 0; }
.soft { color: var(--soft); }
.small { font-size: 13px; }
.verdict { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 28px; margin: 20px 0 8px; padding: 18px 22px; border: 2px solid currentColor; border-radius: 8px; }
.verdict strong { font-size: 46px; line-height: 1.1; letter-spacing: .02em; white-space: nowrap; }
.verdict div { flex: 1 1 320px; color: var(--text); }
.flat { color: var(--good); } .leaking, .bad { color: var(--bad); } .undecided, .warning { color: var(--warn); } .unreadable { color: var(--soft); }
dl.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 10px 22px; margin: 16px 0; }
dl.facts dt { color: var(--soft); font-size: 13px; } dl.facts dd { margin: 0; font-size: 19px; font-weight: 600; font-variant-numeric: tabular-nums; }
table { width: 100%; border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; }
caption { padding: 0 0 4px; text-align: left; color: var(--soft); font-size: 13px; }
th, td { padding: 5px 10px 5px 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; overflow-wrap: anywhere; }
thead th { border-bottom-color: var(--edge); color: var(--soft); font-weight: 600; vertical-align: bottom; overflow-wrap: normal; }
tbody th { font-weight: 500; } .number { text-align: right; white-space: nowrap; } tr.sum > * { border-top: 1px solid var(--edge); font-weight: 700; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(300px, 1fr)); gap: 0 36px; }
code { font: 12px/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.chart { margin: 8px 0 20px; } .chart svg { display: block; width: 100%; height: auto; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 22px; margin: 4px 0 0; padding: 0 0 0 6%; list-style: none; font-size: 13px; color: var(--soft); }
.legend li { display: flex; align-items: center; gap: 7px; } .legend svg { width: 34px; }
.grid { stroke: var(--line); } .axis { stroke: var(--edge); } .tick, .unit { fill: var(--soft); font-size: 12px; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; }
.line.rss { stroke: var(--rss); } .line.ffmpeg { stroke: var(--ffmpeg); stroke-dasharray: 2 4; stroke-linecap: round; stroke-width: 2.5; }
.line.renderer { stroke: var(--renderer); stroke-dasharray: 9 3 2 3; } .line.budget { stroke: var(--budget); stroke-dasharray: 9 5; } .line.ceiling { stroke: var(--budget); stroke-dasharray: 14 4 2 4; }
.line.other { stroke: var(--other); stroke-dasharray: 6 2; stroke-width: 2.2; } .line.budget-other { stroke: var(--other); stroke-dasharray: 2 5; } .line.unbounded { stroke: var(--unbounded); stroke-dasharray: 10 3 3 3; stroke-width: 2.5; } .line.trend { stroke: var(--text); stroke-dasharray: 7 3; }
.dot.rss { fill: var(--rss); } .dot.ffmpeg { fill: var(--ffmpeg); } .dot.renderer { fill: var(--renderer); }
.band { stroke: none; } .band.heap { fill: var(--heap); } .band.native { fill: var(--native); }
.hatch-ground { fill: var(--external); } .hatch-line { stroke: var(--hatch); stroke-width: 2; }
.mark { stroke: var(--edge); stroke-dasharray: 2 3; } .mark-fault { stroke: var(--bad); stroke-dasharray: none; } .mark-label { fill: var(--text); font-size: 11px; }
.empty { color: var(--soft); font-style: italic; } footer { margin-top: 40px; padding-top: 8px; border-top: 1px solid var(--line); color: var(--soft); font-size: 13px; }
.scrolls { overflow-x: auto; }
@page { size: A4; margin: 14mm 13mm; }
@media print { body { padding: 0; max-width: none; font-size: 10.5pt; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  h2, h3 { break-after: avoid; } .chart, .verdict, tr, dl.facts, .keep { break-inside: avoid; } thead { display: table-header-group; }
  .verdict strong { font-size: 34pt; } h2 { margin-top: 18pt; font-size: 13pt; } table { font-size: 9pt; } .scrolls { overflow: visible; } }
`);
