import { type PointerEvent, useState } from 'react';
import type { TimeSpan } from '../../../../src-main/chart/time-axis.js';
import { zoomBetween } from '../../../derive/chart-zoom.js';

/** Who moves less than that has clicked. */
const leastDragPixels = 8;

interface DragZoom {
  /** Where the plot stands in the element, in pixels. */
  readonly left: number;
  readonly width: number;
  /** What it shows. */
  readonly time: TimeSpan;
  /** What it would show without a zoom. */
  readonly outer: TimeSpan;
  readonly onZoom: (zoom: TimeSpan | null) => void;
}

interface Drag {
  readonly fromPx: number;
  readonly toPx: number;
}

type Handlers = Record<
  'onPointerDown' | 'onPointerMove' | 'onPointerUp' | 'onPointerCancel',
  (event: PointerEvent<HTMLElement>) => void
>;

/** Lets somebody drag over the time that they want to see. */
export function useDragZoom({ left, width, time, outer, onZoom }: DragZoom): {
  readonly handlers: Handlers;
  /** What is being dragged over, in pixels of the element; null while nothing is. */
  readonly selection: { readonly left: number; readonly width: number } | null;
} {
  const [drag, setDrag] = useState<Drag | null>(null);
  const timeAt = (px: number): number =>
    time.fromMs + ((px - left) / Math.max(1, width)) * (time.toMs - time.fromMs);
  const isDragged = drag !== null && Math.abs(drag.toPx - drag.fromPx) >= leastDragPixels;
  return {
    handlers: {
      onPointerDown: (event) => {
        const px = pixelOf(event);
        const isOnPlot = px >= left && px <= left + width;
        if (event.button !== 0 || !isOnPlot || isControl(event.target)) return;
        setDrag({ fromPx: px, toPx: px });
        event.currentTarget.setPointerCapture(event.pointerId);
      },
      onPointerMove: (event) => {
        if (drag === null) return;
        setDrag({ ...drag, toPx: Math.min(left + width, Math.max(left, pixelOf(event))) });
      },
      onPointerUp: () => {
        setDrag(null);
        if (isDragged) onZoom(zoomBetween(timeAt(drag.fromPx), timeAt(drag.toPx), outer));
      },
      onPointerCancel: () => setDrag(null),
    },
    selection: isDragged
      ? { left: Math.min(drag.fromPx, drag.toPx), width: Math.abs(drag.toPx - drag.fromPx) }
      : null,
  };
}

/** From the left edge of the element. */
function pixelOf({ clientX, currentTarget }: PointerEvent<HTMLElement>): number {
  return clientX - currentTarget.getBoundingClientRect().left;
}

function isControl(target: EventTarget): boolean {
  return target instanceof Element && target.closest('button') !== null;
}
