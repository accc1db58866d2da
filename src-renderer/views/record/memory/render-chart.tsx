import { createRoot } from 'react-dom/client';
import type { Caption } from '../../../chart/caption.js';
import { drawImage } from '../../../chart/chart-image.js';
import type { ConsoleModel } from '../../../model/console-model.js';
import { ModelContext } from '../../../model/model-context.js';
import { MemoryChart } from './memory-chart.js';
import { MemoryLegend } from './memory-panel.js';

/** In a small window, or in another view than the chart's, the image is still large enough to be read. */
const leastSize = { width: 960, height: 330 } as const;
const patienceMs = 3_000;

/**
 * The memory chart with its legend as a PNG file, as large as it is on screen. It is drawn anew beside the window:
 * without the cursor of somebody who hovers over it, and in every view.
 *
 * @throws Error when the window cannot draw it
 */
export async function drawChart(model: ConsoleModel, caption: Caption): Promise<Blob> {
  const shown = document.querySelector('.memory__chart');
  const size = {
    width: Math.max(leastSize.width, shown?.clientWidth ?? 0),
    height: Math.max(leastSize.height, shown?.clientHeight ?? 0),
  };
  const place = document.createElement('div');
  place.className = 'chart-image';
  place.setAttribute('aria-hidden', 'true');
  document.body.append(place);
  const root = createRoot(place);
  try {
    root.render(
      <ModelContext value={model}>
        <MemoryLegend />
        <div className="chart-image__chart" style={size}>
          <MemoryChart />
        </div>
      </ModelContext>,
    );
    return await drawImage(place, await drawnChart(place), caption);
  } finally {
    root.unmount();
    place.remove();
  }
}

/** The chart is drawn in steps: it is measured, then its axes are laid out, then what stands on them. */
async function drawnChart(place: Element): Promise<SVGSVGElement> {
  const untilMs = performance.now() + patienceMs;
  while (performance.now() < untilMs) {
    await nextFrame();
    const chart = place.querySelector<SVGSVGElement>('svg.recharts-surface');
    const isComplete =
      chart?.querySelector('.marks') !== null && chart?.querySelector('.plotted--rss') !== null;
    if (chart === null || !isComplete) continue;
    await nextFrame();
    return chart;
  }
  throw new Error('the chart was not drawn in time');
}

function nextFrame(): Promise<unknown> {
  return new Promise((resolve) => window.requestAnimationFrame(resolve));
}
