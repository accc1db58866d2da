import { judgeMemory } from '../../../derive/verdict.js';
import { useModel, useTelemetry, useViewChoice } from '../../../model/model-context.js';
import { MemoryPlot } from './memory-plot.js';

/** Memory of the room that the window is in, in the range that is chosen. */
export function MemoryChart(): React.JSX.Element {
  const model = useModel();
  const hidden = useViewChoice((choices) => choices.hiddenLines);
  const { rows, time, outer } = useTelemetry((shown) => shown.chart);
  const marks = useTelemetry((shown) => shown.marks);
  const steps = useTelemetry((shown) => shown.steps);
  const verdict = useTelemetry(({ snapshot }) => judgeMemory(snapshot).kind);
  return (
    <MemoryPlot
      {...{ rows, time, outer, marks, steps, verdict, hidden }}
      clock="wall"
      onZoom={(chartZoom) => model.view.setState({ chartZoom })}
    />
  );
}
