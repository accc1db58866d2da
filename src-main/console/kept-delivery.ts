import { join } from 'node:path';
import type { PlateauError } from '../contract/errors.js';
import { isMp4 } from '../deliver/deliver-plan.js';
import type { Recorder } from '../recorder/recorder.js';
import { readManifest } from '../storage/manifest-file.js';
import { ConsoleDelivery, type Deliver } from './console-delivery.js';
import type { DeliveryMemory } from './delivery-memory.js';
import type { ResumedChecks } from './resumed-checks.js';
import type { SettingsStore } from './settings-store.js';
import type { TakesRevision } from './takes-revision.js';

/** What the MP4 files of a console have to do with the rest of it. */
export interface KeptDeliveryParts {
  readonly recorder: Pick<Recorder, 'on' | 'take'>;
  readonly settings: Pick<SettingsStore, 'mp4' | 'settings'>;
  readonly resumed: Pick<ResumedChecks, 'whenDone'>;
  readonly takes: Pick<TakesRevision, 'changed'>;
  readonly memory: Pick<DeliveryMemory, 'left' | 'save' | 'saved'>;
  readonly onChanged: () => void;
  readonly onProblem: (problem: PlateauError) => void;
  /** {@link ConsoleDelivery}'s own when left out. */
  readonly deliver?: Deliver | undefined;
}

/**
 * The MP4 files of a console: those of an earlier one go on, and of each copied take that ends some are made by themselves while
 * the settings say so.
 */
export function keptDelivery(parts: KeptDeliveryParts): ConsoleDelivery {
  const { deliver, memory, onChanged, onProblem, recorder, resumed, settings, takes } = parts;
  const delivery = new ConsoleDelivery(
    {
      ...{ onChanged, onProblem, onMade: () => takes.changed(), save: (queue) => memory.save(queue) },
      saved: () => memory.saved(),
      untilChecked: async (folder) => {
        if (await isUnchecked(folder)) await resumed.whenDone(folder);
      },
    },
    deliver,
  );
  recorder.on('ending', ({ checked, takeName }) => {
    const { makesMp4, outputFolder } = settings.settings;
    if (!makesMp4 || recorder.take?.mode !== 'copy') return;
    const isWanted = checked.then(({ files }) => files.some(({ file }) => !isMp4(file)));
    delivery.addAfter(join(outputFolder, takeName), settings.mp4, isWanted);
  });
  delivery.resume(memory.left);
  return delivery;
}

/** It ended in order, and its program was gone before its files were checked. */
async function isUnchecked(folder: string): Promise<boolean> {
  try {
    return (await readManifest(folder)).state === 'checking';
  } catch {
    // Told by whoever makes something of it.
    return false;
  }
}
