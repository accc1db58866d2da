import { createStore, type StoreApi } from 'zustand/vanilla';
import type { TimeSpan } from '../../src-main/chart/time-axis.js';
import type { Settings } from '../../src-main/contract/settings.js';
import { type ShownRange, shownRanges } from '../../src-main/history/telemetry-series.js';
import { type MemoryLine, memoryLines } from '../derive/memory-lines.js';
import { type MediaKind, type ParticipantOrder, participantOrders } from '../derive/participants.js';

export type ViewName = 'record' | 'takes' | 'lab';
export type Theme = Settings['theme'];

/** `producer`: people are large, and memory is beside them. `qa`: memory is large, and people are a list. */
export const layouts = ['producer', 'qa'] as const;
export type Layout = (typeof layouts)[number];

/** How a take is ended in this window: by one press, by one that is held, or after a question. */
export const stopRules = ['atOnce', 'hold', 'ask'] as const;
export type StopRule = (typeof stopRules)[number];

/** What the people's part of the view has of its width, from 0 to 1. */
export type ParticipantShares = Readonly<Record<Layout, number>>;
export const usualShares: ParticipantShares = { producer: 0.72, qa: 0.29 };

export interface ViewChoices {
  readonly view: ViewName;
  readonly chartRange: ShownRange;
  /** The stretch of it that is looked at; null for all of it. */
  readonly chartZoom: TimeSpan | null;
  /** Lines of the memory chart that somebody has switched off. */
  readonly hiddenLines: readonly MemoryLine[];
  /** As it was last time, until the recorder's settings are known. */
  readonly theme: Theme;
  /** Single keys can be in the way of those who dictate. */
  readonly hasSingleKeys: boolean;
  readonly stopRule: StopRule;
  readonly isStopAsked: boolean;
  readonly layout: Layout;
  readonly participantShares: ParticipantShares;
  readonly participantOrder: ParticipantOrder;
  /** The tile that has the place of all, if there is one. */
  readonly enlarged: { readonly identity: string; readonly kind: MediaKind } | null;
  readonly isHelpOpen: boolean;
  readonly isMarkerLabelOpen: boolean;
  /** What the memory budget consists of. */
  readonly isBudgetOpen: boolean;
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
    chartZoom: null,
    hiddenLines: [],
    theme: 'system',
    hasSingleKeys: true,
    stopRule: 'atOnce',
    isStopAsked: false,
    layout: 'producer',
    participantShares: usualShares,
    participantOrder: 'join',
    enlarged: null,
    isHelpOpen: false,
    isMarkerLabelOpen: false,
    isBudgetOpen: false,
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
function keptOf(choices: ViewChoices): Pick<ViewChoices, (typeof keptNames)[number]> {
  return Object.fromEntries(keptNames.map((name) => [name, choices[name]])) as ReturnType<typeof keptOf>;
}

const keptNames = [
  'chartRange',
  'hiddenLines',
  'theme',
  'hasSingleKeys',
  'stopRule',
  'layout',
  'participantShares',
  'participantOrder',
  'nextTake',
] as const satisfies readonly (keyof ViewChoices)[];

function recall(memory: TextMemory | null): Partial<ViewChoices> {
  try {
    const kept = JSON.parse(memory?.getItem(key) ?? '{}') as Partial<Record<keyof ViewChoices, unknown>>;
    const chartRange = shownRanges.find((range) => range === kept.chartRange);
    const theme = themes.find((name) => name === kept.theme);
    const stopRule = stopRules.find((name) => name === kept.stopRule);
    const layout = layouts.find((name) => name === kept.layout);
    const participantOrder = participantOrders.find((name) => name === kept.participantOrder);
    return {
      ...(chartRange === undefined ? {} : { chartRange }),
      ...(isLines(kept.hiddenLines) ? { hiddenLines: kept.hiddenLines } : {}),
      ...(theme === undefined ? {} : { theme }),
      ...(stopRule === undefined ? {} : { stopRule }),
      ...(layout === undefined ? {} : { layout }),
      ...(participantOrder === undefined ? {} : { participantOrder }),
      ...(isShares(kept.participantShares) ? { participantShares: kept.participantShares } : {}),
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

function isLines(value: unknown): value is readonly MemoryLine[] {
  return Array.isArray(value) && value.every((one) => memoryLines.some((line) => line === one));
}

function isShares(value: unknown): value is ParticipantShares {
  if (typeof value !== 'object' || value === null) return false;
  const shares = value as Partial<Record<Layout, unknown>>;
  return layouts.every((layout) => {
    const share = shares[layout];
    return typeof share === 'number' && share > 0 && share < 1;
  });
}
