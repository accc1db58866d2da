import { PlateauError } from '../../contract/errors.js';
import {
  containerSchema,
  defaultProfileName,
  frameRateSchema,
  presetSchema,
  type Profile,
  type ProfileName,
  profiles,
  usualFps,
} from '../../contract/profile.js';
import { parseBitrateKbps } from './parse-size.js';

/** As commander hands them over. */
export interface ProfileOptions {
  readonly profile?: string;
  readonly crf?: string;
  readonly bitrate?: string;
  readonly preset?: string;
  readonly format?: string;
  readonly frameRate?: string;
}

const maxCrf = 51;

/**
 * The profile with its overrides.
 *
 * @throws PlateauError `unknownProfile`, `usage`
 */
export function readProfile(options: ProfileOptions): Profile {
  const name = options.profile ?? defaultProfileName;
  if (!isProfileName(name)) {
    throw new PlateauError(
      'unknownProfile',
      'There is no profile of that name.',
      `Choose one of ${Object.keys(profiles).join(', ')}; --crf, --bitrate, --preset, --format and --frame-rate change it.`,
    );
  }
  if (options.crf !== undefined && options.bitrate !== undefined) {
    throw new PlateauError(
      'usage',
      '--crf and --bitrate cannot be given together.',
      'A constant quality (--crf) has no fixed bit rate: choose one of them.',
    );
  }
  const base: Profile = profiles[name];
  const frameRate =
    options.frameRate === undefined
      ? base.frameRate
      : oneOf(options.frameRate, frameRateSchema.options, '--frame-rate');
  return {
    ...base,
    frameRate,
    maxFps: frameRate === 'constant' ? (base.maxFps ?? usualFps) : base.maxFps,
    crf: options.crf === undefined ? base.crf : readCrf(options.crf),
    videoBitrateKbps:
      options.bitrate === undefined ? base.videoBitrateKbps : parseBitrateKbps(options.bitrate),
    preset:
      options.preset === undefined ? base.preset : oneOf(options.preset, presetSchema.options, '--preset'),
    container:
      options.format === undefined
        ? base.container
        : oneOf(options.format, containerSchema.options, '--format'),
  };
}

function isProfileName(name: string): name is ProfileName {
  return Object.hasOwn(profiles, name);
}

function readCrf(text: string): number {
  const crf = Number(text);
  if (/^\d+$/.test(text) && crf <= maxCrf) return crf;
  throw new PlateauError(
    'usage',
    `--crf is not a whole number from 0 to ${maxCrf}.`,
    'Lower is better and bigger: 18 is hard to tell from the source, 23 is usual, 28 is small.',
  );
}

function oneOf<SegmentedControl extends string>(
  text: string,
  choices: readonly SegmentedControl[],
  option: string,
): SegmentedControl {
  const choice = choices.find((candidate) => candidate === text);
  if (choice !== undefined) return choice;
  throw new PlateauError(
    'usage',
    `${option} does not know that value.`,
    `Choose one of ${choices.join(', ')}.`,
  );
}
