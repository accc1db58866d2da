import type { DeliverableSettings } from '../../contract/deliverables.js';
import { PlateauError } from '../../contract/errors.js';
import { readDeliverSettings } from './deliver-options.js';
import type { RecordOptions } from './record-options.js';

/**
 * Reads whether MP4 files are made of a take when it has ended, and how; null when they are not.
 *
 * @throws PlateauError `usage`
 */
export function readRecordDeliver(options: RecordOptions): DeliverableSettings | null {
  const { deliver = false, deliverFps, deliverSize, mode } = options;
  if (!deliver) {
    if (deliverFps === undefined && deliverSize === undefined) return null;
    throw new PlateauError(
      'usage',
      `${deliverFps === undefined ? '--deliver-size' : '--deliver-fps'} says nothing without --deliver.`,
      'Add --deliver, or leave it out.',
    );
  }
  if (mode === undefined || mode.trim() === 'encode')
    throw new PlateauError(
      'usage',
      '--deliver is for takes that are copied: one that is encoded is MP4 already, unless --format says otherwise.',
      'Add --mode copy or --mode auto, or use `plateau deliver` afterwards.',
    );
  return readDeliverSettings({ fps: deliverFps, size: deliverSize }, 'deliver-');
}
