import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Settings } from '../../src-main/contract/settings.js';
import { type ChartRange, chartRanges } from '../../src-main/history/telemetry-series.js';

export type ViewName = 'record' | 'takes' | 'lab';
export type Theme = Settings['theme'];

export interface ViewChoices {
  readonly view: ViewName;
  readonly chartRange: ChartRange;
  /** As it was last time, until the recorder's settings are known. */
  readonly theme: Theme;
  /** Single keys can be in the way of those who dictate. */
  readonly hasSingleKeys: boolean;
  readonly isHelpOpen: boolean;
  readonly isMarkerLabelOpen: boolean;
  /** An image of the memory chart is being made. */
  readonly isExportingChart: boolean;
  /** Settings that somebody chose while a take runs: they are changed when it is over. */
  readonly nextTake: Partial<Settings>;
}

/** What is used of `localStorage`, which may be forbidden. */
export interface TextMemory {
  getItem(key: string): string | null;
  setItem(key: string, text: string): void;
}

const key = 'plateau.view';
const themes: readonly Theme[] = ['dark', 'light', 'system'];

/** How the window looks; kept in this browser, for it concerns nobody else. */
export function createViewChoices(memory: TextMemory | null): StoreApi<ViewChoices> {
  const store = createStore<ViewChoices>(() => ({
    view: 'record',
    chartRange: '5min',
    theme: 'dark',
    hasSingleKeys: true,
    isHelpOpen: false,
    isMarkerLabelOpen: false,
    isExportingChart: false,
    nextTake: {},
    ...recall(memory),
  }));
  store.subscribe((choices, before) => {
    const kept = keptOf(choices);
    const isSame = Object.entries(kept).every(([name, value]) => value === before[name as keyof typeof kept]);
    if (isSame) return;
    try {
      memory?.setItem(key, JSON.stringify(kept));
    } catch {
      // A full or forbidden store only means that the choice is not there next time.
    }
  });
  return store;
}

/** What outlives a reload: a change for the next take as well, for it was promised. */
function keptOf({
  chartRange,
  theme,
  hasSingleKeys,
  nextTake,
}: ViewChoices): Pick<ViewChoices, 'chartRange' | 'theme' | 'hasSingleKeys' | 'nextTake'> {
  return { chartRange, theme, hasSingleKeys, nextTake };
}

function recall(memory: TextMemory | null): Partial<ViewChoices> {
  try {
    const kept = JSON.parse(memory?.getItem(key) ?? '{}') as Partial<Record<keyof ViewChoices, unknown>>;
    const chartRange = chartRanges.find((range) => range === kept.chartRange);
    const theme = themes.find((name) => name === kept.theme);
    return {
      ...(chartRange === undefined ? {} : { chartRange }),
      ...(theme === undefined ? {} : { theme }),
      ...(typeof kept.hasSingleKeys === 'boolean' ? { hasSingleKeys: kept.hasSingleKeys } : {}),
      // The recorder refuses what is no setting.
      ...(isRecord(kept.nextTake) ? { nextTake: kept.nextTake } : {}),
    };
  } catch {
    return {};
  }
}

function isRecord(value: unknown): value is Partial<Settings> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
