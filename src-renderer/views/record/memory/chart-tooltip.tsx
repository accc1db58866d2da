import type { SeriesName } from '../../../../src-main/contract/history.js';
import type { TelemetryRow } from '../../../../src-main/history/telemetry-series.js';
import { type BudgetStep, stepBehind } from '../../../derive/budget-steps.js';

export interface TooltipLine {
  readonly dataKey: SeriesName;
  readonly label: string;
  readonly format: (value: number) => string;
}

export interface ChartTooltipProps {
  readonly row: TelemetryRow;
  readonly lines: readonly TooltipLine[];
  readonly steps: readonly BudgetStep[];
  /** Time that a row spans. */
  readonly bucketMs: number;
  readonly timeText: (atMs: number) => string;
}

/** The numbers of one moment, and why its budget is what it is. */
export function ChartTooltip(props: ChartTooltipProps): React.JSX.Element {
  const { bucketMs, lines, row, steps, timeText } = props;
  const step = stepBehind(steps, row, bucketMs);
  return (
    <div className="chart-tooltip">
      <p className="chart-tooltip__time">{timeText(row.atMs)}</p>
      <dl>
        {lines.map(({ dataKey, label, format }) => {
          const value = row[dataKey];
          return value === null ? null : (
            <div key={dataKey} className={`chart-tooltip__line chart-tooltip__line--${dataKey}`}>
              <dt>{label}</dt>
              <dd>{format(value)}</dd>
            </div>
          );
        })}
      </dl>
      {step !== null && (
        <p className="chart-tooltip__step">
          {timeText(step.atMs)}: {step.text}
        </p>
      )}
    </div>
  );
}
