import type { Report, ReportSection } from '../../contract/report.js';
import { formatBytes } from '../../format/bytes.js';
import { number, table, text } from './html-table.js';
import { markup, type SafeMarkup } from './safe-markup.js';

const platformNames: Readonly<Record<string, string>> = { linux: 'Linux', darwin: 'macOS', win32: 'Windows' };

/** The machine of a take in one line. */
export function machineText({ machine }: Report): string {
  if (machine === null) return 'not recorded';
  const { platform, osRelease, architecture, cpuModel, logicalCpuCount, memoryTotalBytes } = machine;
  return `${platformNames[platform] ?? platform} ${osRelease} (${architecture}), ${cpuModel}, ${logicalCpuCount} cores, ${formatBytes(memoryTotalBytes)}`;
}

/** On what machine, and with which versions, caps and budget, the take was recorded. */
export function conditionsSection(report: Report): SafeMarkup {
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

/** A table that whoever ran the take added. */
export function extraSection({ heading, columns, rows }: ReportSection): SafeMarkup {
  const isNumber = (index: number): boolean =>
    rows.length > 0 && rows.every((row) => typeof row[index] === 'number');
  return markup`<h2>${heading}</h2>${table(
    heading,
    columns.map((title, index) => ({ title, isNumber: isNumber(index) })),
    rows,
  )}`;
}
