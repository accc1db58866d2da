import { app } from 'electron';
import type { ConsoleProcessProbe } from '#engine/recorder/snapshot-builder.js';

const kinds: Readonly<Record<string, 'renderer' | 'gpu'>> = { Tab: 'renderer', GPU: 'gpu' };

/** Resident memory of Electron's processes other than this one; null where the system does not tell. */
export const consoleProcesses: ConsoleProcessProbe = () =>
  app
    .getAppMetrics()
    .filter(({ type }) => type !== 'Browser')
    .map(({ type, memory }) => ({
      kind: kinds[type] ?? 'other',
      rssBytes: memory.workingSetSize > 0 ? memory.workingSetSize * 1024 : null,
    }));
