import { usePlotArea, useXAxisScale } from 'recharts';
import { useTelemetry } from '../../model-context.js';
import { groupMarks, type MarkGroup, type MarkKind } from '../../stores/chart-marks.js';
import type { TimeFrame } from './chart-frame.js';

const apartPixels = 16;

/** Each kind has a shape of its own. */
const shapes: Readonly<Record<MarkKind, string>> = {
  join: 'M0-5 L5 4 H-5Z',
  leave: 'M0 5 L5-4 H-5Z',
  gap: 'M0-6 L6 0 L0 6 L-6 0Z',
  drop: 'M-4-6 L0-2 L4-6 L6-4 L2 0 L6 4 L4 6 L0 2 L-4 6 L-6 4 L-2 0 L-6-4Z',
  saving: 'M-6-6 H-2 V-2 H2 V2 H6 V6 H-6Z',
  fault: 'M-3-6 H3 L6-3 V3 L3 6 H-3 L-6 3 V-3Z',
  marker: 'M-4 7 V-6 H6 L3-2.5 L6 1 H-2 V7Z',
  take: 'M0-5 A5 5 0 1 1 0 5 A5 5 0 1 1 0-5Z',
};

/** What happened, on the time axis of the chart around it. */
export function ChartMarks({ frame }: { readonly frame: TimeFrame }): React.JSX.Element | null {
  const marks = useTelemetry((shown) => shown.marks);
  const scale = useXAxisScale();
  const plot = usePlotArea();
  if (scale === undefined || plot === undefined || plot.width <= 0) return null;
  const apartMs = ((frame.toMs - frame.fromMs) / plot.width) * apartPixels;
  return (
    <g className="marks">
      {groupMarks(marks, frame.fromMs, apartMs).map((mark) => {
        const x = scale(mark.atMs);
        if (x === undefined || x < plot.x || x > plot.x + plot.width) return null;
        return <Mark key={mark.atMs} mark={mark} x={x} top={plot.y} bottom={plot.y + plot.height} />;
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
      <path d={shapes[kind]} transform={`translate(${x} ${top - 8})`} />
    </g>
  );
}
