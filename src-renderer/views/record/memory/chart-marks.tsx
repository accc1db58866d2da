import { usePlotArea } from 'recharts';
import type { TimeSpan } from '../../../../src-main/chart/time-axis.js';
import { markShapes } from '../../../chart/mark-shapes.js';
import { type ChartMark, groupMarks, markerLabels, type MarkGroup } from '../../../derive/chart-marks.js';

const apartPixels = 16;

/** What happened, on the time axis of the chart around it. */
export function ChartMarks({
  marks,
  time,
}: {
  readonly marks: readonly ChartMark[];
  readonly time: TimeSpan;
}): React.JSX.Element | null {
  const plot = usePlotArea();
  if (plot === undefined || plot.width <= 0) return null;
  const apartMs = ((time.toMs - time.fromMs) / plot.width) * apartPixels;
  const groups = groupMarks(marks, time.fromMs, apartMs);
  const xOf = (atMs: number): number => ((atMs - time.fromMs) / (time.toMs - time.fromMs)) * plot.width;
  const names = markerLabels(groups, xOf, plot.width);
  return (
    <g className="marks">
      {names.map(({ anchor, text, x }) => (
        <text
          key={`${x} ${text}`}
          className="marks__name"
          x={plot.x + x}
          y={plot.y + plot.height - 6}
          textAnchor={anchor}
        >
          {text}
        </text>
      ))}
      {groups.map((mark) => {
        const x = xOf(mark.atMs);
        if (x < 0 || x > plot.width) return null;
        return <Mark key={mark.atMs} mark={mark} x={plot.x + x} top={plot.y} bottom={plot.y + plot.height} />;
      })}
    </g>
  );
}

interface MarkProps {
  readonly mark: MarkGroup;
  readonly x: number;
  readonly top: number;
  readonly bottom: number;
}

function Mark({ mark, x, top, bottom }: MarkProps): React.JSX.Element {
  const { kind, label, count } = mark;
  return (
    <g className={`mark mark--${kind}`}>
      <title>{count === 1 ? label : `${label} (and ${count - 1} more)`}</title>
      <line x1={x} x2={x} y1={top} y2={bottom} />
      <path d={markShapes[kind]} transform={`translate(${x} ${top - 8})`} />
    </g>
  );
}
