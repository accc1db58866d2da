import { deliverableFps, type DeliverableSettings, deliverableSizes } from '../../contract/deliverables.js';
import { PlateauError } from '../../contract/errors.js';

/** As they were typed. */
export interface DeliverOptions {
  readonly fps?: string | undefined;
  readonly size?: string | undefined;
  readonly out?: string;
}

/**
 * Reads `--fps` and `--size`; 30 frames per second, and the size that was sent, when they were left out.
 *
 * @param prefix of both, for a command in which they would say something else: `deliver-`
 * @throws PlateauError `usage`
 */
export function readDeliverSettings(
  options: Pick<DeliverOptions, 'fps' | 'size'>,
  prefix: '' | 'deliver-' = '',
): DeliverableSettings {
  const fps = deliverableFps.find((one) => String(one) === (options.fps ?? '30').trim());
  if (fps === undefined) {
    throw new PlateauError(
      'usage',
      `--${prefix}fps is none of ${deliverableFps.join(', ')}.`,
      `Write the frame rate of your project, as --${prefix}fps 25.`,
    );
  }
  const size = deliverableSizes.find((one) => one === (options.size ?? 'source').trim().toLowerCase());
  if (size === undefined) {
    throw new PlateauError(
      'usage',
      `--${prefix}size is none of ${deliverableSizes.join(', ')}.`,
      `Write --${prefix}size 1080p.`,
    );
  }
  return { fps, size };
}
