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
import { Complaints } from './complaints.js';
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

/** The end of x264's scale for 8 bits; `vp8Arguments` sets libvpx's, which has other ends. */
const maxCrf = 51;

/**
 * The profile with its overrides.
 *
 * @throws PlateauError `unknownProfile`, `usage`
 */
export function readProfile(options: ProfileOptions): Profile {
  const wrong = new Complaints();
  const base = wrong.read(() => readBase(options), profiles[defaultProfileName]);
  const { bitrate, crf, format, frameRate: rate, preset } = options;
  const read = <Value, Base>(text: string | undefined, reader: (text: string) => Value, own: Base) =>
    text === undefined ? own : wrong.read(() => reader(text), own);
  const frameRate = read(
    rate,
    (text) => oneOf(text, frameRateSchema.options, '--frame-rate'),
    base.frameRate,
  );
  const profile: Profile = {
    ...base,
    frameRate,
    maxFps: frameRate === 'constant' ? (base.maxFps ?? usualFps) : base.maxFps,
    crf: read(crf, readCrf, base.crf),
    videoBitrateKbps: read(bitrate, parseBitrateKbps, base.videoBitrateKbps),
    preset: read(preset, (text) => oneOf(text, presetSchema.options, '--preset'), base.preset),
    container: read(format, (text) => oneOf(text, containerSchema.options, '--format'), base.container),
  };
  if (crf !== undefined && bitrate !== undefined) {
    wrong.add(
      new PlateauError(
        'usage',
        '--crf and --bitrate cannot be given together.',
        'A constant quality (--crf) has no fixed bit rate: choose one of them.',
      ),
    );
  }
  wrong.end();
  return profile;
}

function readBase({ profile: name = defaultProfileName }: ProfileOptions): Profile {
  if (isProfileName(name)) return profiles[name];
  throw new PlateauError(
    'unknownProfile',
    'There is no profile of that name.',
    `Choose one of ${Object.keys(profiles).join(', ')}; --crf, --bitrate, --preset, --format and --frame-rate change it.`,
  );
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
