import { usePlotArea } from 'recharts';
import { plotOf } from '../../../../src-main/chart/plot.js';
import type { TimeSpan } from '../../../../src-main/chart/time-axis.js';
import type { ValueAxis } from '../../../../src-main/chart/value-axis.js';
import { type BudgetStep, placeLabels } from '../../../derive/budget-steps.js';

interface BudgetMarksProps {
  readonly steps: readonly BudgetStep[];
  readonly time: TimeSpan;
  readonly axis: ValueAxis;
}

/** Where the budget became another one: a point on its line, with who came or went where there is room. */
export function BudgetMarks({ steps, time, axis }: BudgetMarksProps): React.JSX.Element | null {
  const place = usePlotArea();
  if (place === undefined || place.width <= 0 || place.height <= 0) return null;
  const { x: left, y: top, width, height } = place;
  const plot = plotOf({ left, right: left + width, top, bottom: top + height }, time, axis);
  const shown = steps.filter(({ atMs }) => atMs >= time.fromMs && atMs <= time.toMs);
  const labels = placeLabels(shown, (atMs) => plot.x(atMs) - left, plot.y, width, top);
  return (
    <g className="budget-steps">
      {shown.map(({ atMs, text, totalBytes }) => (
        <circle key={`${atMs} ${totalBytes}`} cx={plot.x(atMs)} cy={plot.y(totalBytes)} r={4}>
          <title>{text}</title>
        </circle>
      ))}
      {labels.map(({ anchor, step, x, y }) => (
        <text key={`${step.atMs} ${step.totalBytes}`} x={left + x} y={y} textAnchor={anchor}>
          {step.label}
          <title>{step.text}</title>
        </text>
      ))}
    </g>
  );
}
