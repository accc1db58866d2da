import { textTable } from '#engine/cli/output/text-table.js';
import type { Machine } from './machine.js';
import type { Figure, Measurement, Outcome } from './measurement.js';

const words: Readonly<Record<Outcome, string>> = {
  met: 'met',
  missed: 'NOT MET',
  undecided: 'UNDECIDED',
  info: '',
};

export function figureText({ value, unit, digits }: Figure): string {
  const number = Number.isFinite(value) ? value.toFixed(digits) : 'not measured';
  return unit === '' ? number : `${number} ${unit}`;
}

/** One table of what was measured, against the targets. */
export function figureLines(measurements: readonly Measurement[]): string[] {
  const rows = measurements.flatMap(({ id, figures }) =>
    figures.map((figure, index) => [
      index === 0 ? id : '',
      figure.name,
      figureText(figure),
      figure.target ?? '',
      words[figure.outcome],
    ]),
  );
  return textTable(
    [
      { title: '', align: 'left' },
      { title: 'measured', align: 'left' },
      { title: 'figure', align: 'right' },
      { title: 'target', align: 'left' },
      { title: '', align: 'left' },
    ],
    rows,
  );
}

/** The whole outcome as text: one table, the notes below it. */
export function reportLines(
  machine: Machine,
  measurements: readonly Measurement[],
  isQuick: boolean,
): string[] {
  return [
    '',
    ...(isQuick ? ['--quick: a smoke run, its figures say nothing.', ''] : []),
    ...figureLines(measurements),
    '',
    ...measurements.flatMap(({ id, title, method, notes }) => [
      `${id}) ${title}`,
      `   ${method}`,
      ...notes.map((note) => `   - ${note}`),
    ]),
    '',
    `Machine: ${machine.cpu}, ${machine.cores} cores, ${(machine.ramBytes / 1e9).toFixed(1)} GB RAM, ${machine.os}`,
    `Node ${machine.node}, ffmpeg ${machine.ffmpeg}, @livekit/rtc-node ${machine.rtcNode}, livekit-server ${machine.livekitServer}`,
  ];
}

/** Whether everything with a target meets it. */
export function isAllMet(measurements: readonly Measurement[]): boolean {
  return measurements.every(({ figures }) =>
    figures.every(({ outcome }) => outcome === 'met' || outcome === 'info'),
  );
}
