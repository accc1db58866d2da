import { linePath } from '../../../src-main/chart/paths.js';
import { plotOf } from '../../../src-main/chart/plot.js';
import { timingAxis } from '../../../src-main/chart/value-axis.js';
import type { SeriesName } from '../../../src-main/contract/history.js';
import { caps } from '../../../src-main/contract/limits.js';
import { formatQuantity } from '../../../src-main/format/number.js';
import { formatMilliseconds } from '../../../src-main/format/time.js';
import { frameGapMsOf, momentOf, type TelemetryRow } from '../../../src-main/history/telemetry-series.js';
import { Icon } from '../../controls/icon.js';
import { Panel } from '../../controls/panel.js';
import { useElementSize } from '../../controls/use-element-size.js';
import { useTelemetry } from '../../model/model-context.js';

/** What a viewer of the file would notice as a stutter. */
const noticeableGapMs = 500;
/** A lower plot has no room for a number. */
const leastHeightOfScale = 26;

/** Whether frames come in time, and whether the recorder itself is in time. */
export function TimingPanel(): React.JSX.Element {
  const frameGapMs = useTelemetry(({ snapshot }) => (snapshot === null ? null : frameGapMsOf(snapshot)));
  const loopLateMs = useTelemetry(({ snapshot }) => snapshot?.eventLoopMaxLateMs ?? null);
  const trips = useTelemetry(({ snapshot }) => snapshot?.watchdogTrips ?? 0);
  return (
    <Panel title="Timing" className="timing">
      <TimingChart
        label="Frame gap"
        explanation="The longest time without a frame among all live streams."
        dataKey="frameGapMs"
        valueMs={frameGapMs}
        warnAboveMs={noticeableGapMs}
      />
      <TimingChart
        label="Event-loop lag"
        explanation={`Above ${caps.loopLateAfterMs} ms the watchdog closes the streams, so that no frames queue up.`}
        dataKey="loopLateMs"
        valueMs={loopLateMs}
        warnAboveMs={caps.loopLateAfterMs}
        note={trips === 0 ? undefined : `watchdog fired ${formatQuantity(trips, 'time')}`}
      />
    </Panel>
  );
}

interface TimingChartProps {
  readonly label: string;
  readonly explanation: string;
  readonly dataKey: SeriesName;
  readonly valueMs: number | null;
  readonly warnAboveMs: number;
  readonly note?: string | undefined;
}

function TimingChart(props: TimingChartProps): React.JSX.Element {
  const { label, explanation, dataKey, valueMs, warnAboveMs, note } = props;
  const [place, { width, height }] = useElementSize();
  const { rows, time } = useTelemetry((shown) => shown.chart);
  const highest = highestOf(rows, dataKey);
  const axis = timingAxis(highest);
  // A pixel inside, where its stroke is not cut off.
  const area = { left: 0, right: width, top: 1, bottom: height - 1 };
  const plot = plotOf(area, time, axis);
  const summary = `${label}: ${formatMilliseconds(valueMs)} now, peak ${formatMilliseconds(highest)} in the time range shown`;
  const isHigh = valueMs !== null && valueMs > warnAboveMs;
  return (
    <div className="timing__chart">
      <p className="timing__label" title={explanation}>
        <span>{label}</span>
        {note !== undefined && <span className="timing__note">{note}</span>}
        <span className={isHigh ? 'timing__value timing__value--high' : 'timing__value'}>
          {isHigh && <Icon name="warning" />}
          {formatMilliseconds(valueMs)}
        </span>
      </p>
      <div ref={place} className="chart timing__plot">
        {rows.length > 0 && width > 0 && height > 0 && (
          <svg className="sparkline" width={width} height={height} role="img" aria-label={summary}>
            <title>{summary}</title>
            <line x1={0} x2={width} y1={0.5} y2={0.5} />
            <line x1={0} x2={width} y1={height - 0.5} y2={height - 0.5} />
            <path d={linePath(rows, momentOf, (row) => row[dataKey], plot)} />
            <text x={0} y={height < leastHeightOfScale ? -100 : 12}>
              {formatMilliseconds(axis.high)}
            </text>
          </svg>
        )}
      </div>
    </div>
  );
}

function highestOf(rows: readonly TelemetryRow[], dataKey: SeriesName): number {
  return rows.reduce((highest, row) => Math.max(highest, row[dataKey] ?? 0), 0);
}
