import type { ManifestFile } from '../contract/manifest.js';
import { formatQuantity } from './number.js';

/**
 * Which files have fewer frames than their constant rate says, a sentence for each:
 * `ada.mp4 has 264 frames less than its rate says: its encoder was behind, and left slots empty. ...`
 */
export function emptySlotSentences(files: readonly Pick<ManifestFile, 'file' | 'emptySlots'>[]): string[] {
  return files.flatMap(({ emptySlots = 0, file }) =>
    emptySlots === 0
      ? []
      : [
          `${file} has ${formatQuantity(emptySlots, 'frame')} less than its rate says: its encoder was behind, and left slots empty. The frame before is shown longer there, and an editor sees a variable rate.`,
        ],
  );
}
