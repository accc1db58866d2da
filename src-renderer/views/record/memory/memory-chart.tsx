import { timeShown } from '../../../../src-main/history/telemetry-series.js';
import { judgeMemory } from '../../../derive/verdict.js';
import { useTelemetry, useViewChoice } from '../../../model/model-context.js';
import { MemoryPlot } from './memory-plot.js';

/** Memory of the room that the window is in, in the range that is chosen. */
export function MemoryChart(): React.JSX.Element {
  const range = useViewChoice((choices) => choices.chartRange);
  const { rows, endMs } = useTelemetry((shown) => shown.chart);
  const marks = useTelemetry((shown) => shown.marks);
  const steps = useTelemetry((shown) => shown.steps);
  const verdict = useTelemetry(({ snapshot }) => judgeMemory(snapshot).kind);
  const time = timeShown(range, rows, endMs);
  return <MemoryPlot {...{ rows, time, marks, steps, verdict }} clock="wall" />;
}
