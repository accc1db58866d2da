import { textTable } from '#engine/cli/output/text-table.js';
import { quantile } from '#engine/lab/content/content-statistics.js';

/** What one try of a fault did to a take. */
export interface FaultTry {
  /** Of the worst file: frames that were sent while the take ran and are in no file, in seconds. */
  readonly lostSeconds: number;
  /** Frames of which the accounts do not say truly where they are, over all files. */
  readonly unaccountedFrames: number;
  /** The take ended with finished files without anybody doing anything but starting the program. */
  readonly isRecovered: boolean;
  /**
   * How far audio and video were apart at the most, from two seconds after the fault on, in milliseconds; left out of a
   * fault that ends the take.
   */
  readonly apartMs?: number;
  readonly remark?: string;
}

/** One line of the table: a fault, and what its tries did. */
export interface FaultRow {
  readonly id: string;
  readonly fault: string;
  readonly tries: readonly FaultTry[];
}

/** What of a row is printed. */
export interface RowFigures {
  readonly tries: number;
  readonly lostMedianSeconds: number;
  readonly lostMaxSeconds: number;
  readonly unaccountedFrames: number;
  /** The largest of all tries; null where none has it. */
  readonly apartMs: number | null;
  readonly recovered: number;
}

/** Sums a row up. Of no try at all nothing is known: NaN. */
export function figuresOf({ tries }: FaultRow): RowFigures {
  const lost = tries.map(({ lostSeconds }) => lostSeconds);
  const apart = tries.flatMap(({ apartMs }) => apartMs ?? []);
  return {
    tries: tries.length,
    lostMedianSeconds: quantile(lost, 0.5),
    lostMaxSeconds: quantile(lost, 1),
    unaccountedFrames: tries.reduce((sum, one) => sum + one.unaccountedFrames, 0),
    apartMs: apart.length === 0 ? null : Math.max(...apart),
    recovered: tries.filter(({ isRecovered }) => isRecovered).length,
  };
}

const columns = [
  { title: 'fault', align: 'left' },
  { title: 'tries', align: 'right' },
  { title: 'media lost, p50', align: 'right' },
  { title: 'max', align: 'right' },
  { title: 'frames unaccounted', align: 'right' },
  { title: 'A/V apart after 2 s', align: 'right' },
  { title: 'recovered by itself', align: 'right' },
] as const;

/** The table as text, with its head. */
export function rowLines(rows: readonly FaultRow[]): string[] {
  return textTable(columns, rows.map(cellsOf));
}

/** The table as it stands in a document. */
export function markdownLines(rows: readonly FaultRow[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(columns.map(({ title }) => title)),
    line(columns.map(({ align }) => (align === 'left' ? '---' : '---:'))),
    ...rows.map((row) => line(cellsOf(row))),
  ];
}

function cellsOf(row: FaultRow): string[] {
  const figures = figuresOf(row);
  return [
    row.fault,
    String(figures.tries),
    secondsText(figures.lostMedianSeconds),
    secondsText(figures.lostMaxSeconds),
    String(figures.unaccountedFrames),
    figures.apartMs === null ? '' : `${Math.round(figures.apartMs)} ms`,
    `${figures.recovered} of ${figures.tries}`,
  ];
}

function secondsText(seconds: number): string {
  return Number.isFinite(seconds) ? `${seconds.toFixed(2)} s` : 'not measured';
}
