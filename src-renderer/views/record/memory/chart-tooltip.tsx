import type { SeriesName } from '../../../../src-main/contract/history.js';
import type { TelemetryRow } from '../../../../src-main/history/telemetry-series.js';
import { formatClock } from '../../../format/clock.js';

export interface TooltipLine {
  readonly dataKey: SeriesName;
  readonly label: string;
  readonly format: (value: number) => string;
}

interface ChartTooltipProps {
  readonly lines: readonly TooltipLine[];
  /** Given by the chart around it. */
  readonly active?: boolean;
  readonly payload?: readonly { readonly payload?: TelemetryRow }[];
}

/** The numbers of one moment. */
export function ChartTooltip({ lines, active, payload }: ChartTooltipProps): React.JSX.Element | null {
  const row = payload?.[0]?.payload;
  if (active !== true || row === undefined) return null;
  return (
    <div className="chart-tooltip">
      <p className="chart-tooltip__time">{formatClock(row.atMs, true)}</p>
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
    </div>
  );
}
