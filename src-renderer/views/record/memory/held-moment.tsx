import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import type { TimeSpan } from '../../../../src-main/chart/time-axis.js';
import type { TelemetryRow } from '../../../../src-main/history/telemetry-series.js';
import { momentByKey, placeBeside, rowAt, type Side } from '../../../derive/held-moment.js';
import { ChartTooltip, type ChartTooltipProps } from './chart-tooltip.js';

/** The plot within the chart, in pixels. */
export interface PlotPlace {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

interface HeldMomentProps extends Omit<ChartTooltipProps, 'row'> {
  readonly rows: readonly TelemetryRow[];
  readonly time: TimeSpan;
  readonly plot: PlotPlace;
}

interface Held {
  readonly atMs: number;
  /** Of the pointer; the middle of the plot for the keyboard. */
  readonly y: number;
  readonly isByKey: boolean;
}

/**
 * The moment that somebody looks at, and its numbers. It stays that moment while the chart moves on, and its line
 * travels with the data, until the pointer moves or leaves, or a key is pressed.
 *
 * It stands beside the chart's own drawing: what follows the pointer does not draw the chart anew.
 */
export function HeldMoment(props: HeldMomentProps): React.JSX.Element {
  const { plot, rows, time, ...tooltip } = props;
  const ref = useRef<HTMLDivElement>(null);
  const numbers = useRef<HTMLDivElement>(null);
  const held = useHeld(ref, props);
  // What has left the time shown is not to be seen, nor the row before it, which is there for the line alone.
  const row = held === null || !isWithin(held, time) ? null : rowAt(rows, held.atMs);
  const isShown = row !== null && isWithin(row, time);
  const x = isShown ? plot.left + xShare(row.atMs, time) * plot.width : 0;
  useNumbersPlace(numbers, ref, x, held);
  return (
    <div ref={ref} className="held-moment">
      {isShown && <div className="chart__cursor" style={{ left: x, top: plot.top, height: plot.height }} />}
      {/* Beside the panel: it would cut off what is larger than its chart. */}
      {createPortal(
        <div ref={numbers} className="held-numbers" aria-live={held?.isByKey === true ? 'polite' : 'off'}>
          {isShown && <ChartTooltip row={row} {...tooltip} />}
        </div>,
        document.body,
      )}
    </div>
  );
}

function isWithin({ atMs }: { readonly atMs: number }, { fromMs, toMs }: TimeSpan): boolean {
  return atMs >= fromMs && atMs <= toMs;
}

function xShare(atMs: number, { fromMs, toMs }: TimeSpan): number {
  return (atMs - fromMs) / Math.max(1, toMs - fromMs);
}

/** Follows pointer and keys over the element around it. */
function useHeld(ref: React.RefObject<HTMLElement | null>, props: HeldMomentProps): Held | null {
  const [held, setHeld] = useState<Held | null>(null);
  const latest = useRef({ ...props, held });
  useLayoutEffect(() => {
    latest.current = { ...props, held };
  });
  useEffect(() => {
    const chart = ref.current?.parentElement ?? null;
    if (chart === null) return undefined;
    const shownRows = (): readonly TelemetryRow[] => {
      const { rows, time } = latest.current;
      return rows.filter((row) => isWithin(row, time));
    };
    let [lastX, lastY] = [Number.NaN, Number.NaN];
    const point = ({ clientX, clientY }: PointerEvent): void => {
      // What moves below a pointer that rests is no movement of it.
      if (clientX === lastX && clientY === lastY) return;
      [lastX, lastY] = [clientX, clientY];
      const { plot, time } = latest.current;
      const edge = chart.getBoundingClientRect();
      const [x, y] = [clientX - edge.left - plot.left, clientY - edge.top];
      const isOnPlot = x >= 0 && x <= plot.width && y >= plot.top && y <= plot.top + plot.height;
      const pointedMs = time.fromMs + (x / Math.max(1, plot.width)) * (time.toMs - time.fromMs);
      const row = isOnPlot ? rowAt(shownRows(), pointedMs) : null;
      setHeld(row === null ? null : { atMs: row.atMs, y, isByKey: false });
    };
    const byKey = (atMs: number | null): void => {
      const { plot } = latest.current;
      if (atMs !== null) setHeld({ atMs, y: plot.top + plot.height / 4, isByKey: true });
    };
    const press = (event: KeyboardEvent): void => {
      if (!isPlot(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
      const { held: before, time } = latest.current;
      const atMs = momentByKey(event.key, before?.atMs ?? time.toMs, shownRows());
      if (atMs === null) return;
      event.preventDefault();
      // The library has a cursor of its own.
      event.stopPropagation();
      byKey(atMs);
    };
    const enter = ({ target }: FocusEvent): void => {
      if (isPlot(target) && target.matches(':focus-visible')) byKey(shownRows().at(-1)?.atMs ?? null);
    };
    const leave = (): void => {
      [lastX, lastY] = [Number.NaN, Number.NaN];
      setHeld(null);
    };
    const ends = [
      listen(chart, 'pointermove', point),
      listen(chart, 'pointerleave', leave),
      listen(chart, 'keydown', press, true),
      listen(chart, 'focusin', enter),
      listen(chart, 'focusout', leave),
    ];
    return () => {
      for (const end of ends) end();
    };
  }, [ref]);
  return held;
}

/** What has the focus is the drawing, which arrows walk through, and not what lies around it. */
function isPlot(target: EventTarget | null): target is Element {
  return target instanceof SVGSVGElement;
}

function listen<Name extends keyof HTMLElementEventMap>(
  element: HTMLElement,
  name: Name,
  listener: (event: HTMLElementEventMap[Name]) => void,
  capture = false,
): () => void {
  element.addEventListener(name, listener, capture);
  return () => element.removeEventListener(name, listener, capture);
}

/**
 * Puts the numbers beside their line before they are seen: how large they are is known when they are there. They have
 * the room of the window, for a chart may be smaller than they are.
 */
function useNumbersPlace(
  numbers: React.RefObject<HTMLElement | null>,
  line: React.RefObject<HTMLElement | null>,
  x: number,
  held: Held | null,
): void {
  const side = useRef<Side>('behind');
  useLayoutEffect(() => {
    const [box, chart] = [numbers.current, line.current?.parentElement ?? null];
    if (box === null || chart === null || held === null) {
      side.current = 'behind';
      return;
    }
    const { left, top } = chart.getBoundingClientRect();
    const size = { width: box.offsetWidth, height: box.offsetHeight };
    const room = { width: window.innerWidth, height: window.innerHeight };
    const placed = placeBeside({ x: left + x, y: top + held.y }, side.current, size, room);
    side.current = placed.side;
    box.style.left = `${placed.left}px`;
    box.style.top = `${placed.top}px`;
  });
}
