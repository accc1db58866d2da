import type { ShownRange } from '../../src-main/history/telemetry-series.js';
import type { ViewName } from '../stores/view-choices.js';
import type { ConsoleModel } from './console-model.js';
import { currentSilence } from './use-silence.js';

const numbersEveryMs = 1_000;
/** As often as the shortest range begins a new point; over a longer one a second is less than a pixel. */
const pulsesPerChart: Readonly<Record<ShownRange, number>> = {
  ...{ '1min': 1, '5min': 2, '15min': 4, '30min': 4 },
  ...{ take: 4, all: 4 },
};

/** The Lab has one beside its faults. */
function hasChart(view: ViewName): boolean {
  return view === 'record' || view === 'lab';
}

/**
 * Brings the numbers up to date once a second, the charts every other second at most. A window that nobody sees draws
 * nothing: it only goes on collecting, in memory that does not grow.
 */
export function startRenderTicker(window: Window, model: ConsoleModel): () => void {
  const { document } = window;
  let timer: number | undefined;
  let pulses = 0;
  const pulse = (): void => {
    // Of a recorder that says nothing it is not known that somebody is silent: the meters stand still.
    if (currentSilence(model) === null) model.media.settle(model.now());
    model.telemetry.showNumbers();
    const { view, chartRange } = model.view.getState();
    if (pulses % pulsesPerChart[chartRange] === 0 && hasChart(view)) model.drawCharts();
    pulses += 1;
  };
  const followVisibility = (): void => {
    window.clearInterval(timer);
    if (document.hidden) return;
    pulses = 0;
    pulse();
    timer = window.setInterval(pulse, numbersEveryMs);
  };
  const endFollowing = model.view.subscribe(({ view, chartRange, chartZoom }, before) => {
    const isOther =
      view !== before.view || chartRange !== before.chartRange || chartZoom !== before.chartZoom;
    if (isOther && hasChart(view) && !document.hidden) model.drawCharts();
  });
  document.addEventListener('visibilitychange', followVisibility);
  followVisibility();
  return () => {
    window.clearInterval(timer);
    endFollowing();
    document.removeEventListener('visibilitychange', followVisibility);
  };
}
