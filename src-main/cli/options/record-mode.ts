import { PlateauError } from '../../contract/errors.js';
import { copyProfile } from '../../contract/profile.js';
import { modeChoiceSchema, type Source, type TakeRequest } from '../../contract/recording.js';
import { assertTwoIdentities } from '../../livekit/connect/token-provider.js';
import { Complaints } from './complaints.js';
import { readProfile } from './profile-options.js';
import type { RecordOptions } from './record-options.js';

/** What says how it is encoded: nothing of it together with copy mode. */
const profileOptions = {
  profile: '--profile',
  crf: '--crf',
  bitrate: '--bitrate',
  preset: '--preset',
  format: '--format',
  frameRate: '--frame-rate',
} as const satisfies Partial<Record<keyof RecordOptions, string>>;

/** What an encoded take alone can do: not together with a mode that may copy. */
const encodedOptions = {
  memoryCeiling: '--memory-ceiling',
} as const satisfies Partial<Record<keyof RecordOptions, string>>;

/**
 * Reads how a take is recorded, and by which profile. `choosesMode`: it is decided when the room has been seen.
 *
 * @throws PlateauError `usage`, `missingCredentials` for what copy mode cannot do; as {@link readProfile} does
 */
export function readMode(
  options: RecordOptions,
  credentials: Source['credentials'],
): Pick<TakeRequest, 'mode' | 'profile'> & { readonly choosesMode?: true } {
  if (options.mode === undefined) return { profile: readProfile(options) };
  const mode = modeChoiceSchema.safeParse(options.mode.trim());
  if (!mode.success) {
    const wrong = new Complaints();
    wrong.add(
      new PlateauError(
        'usage',
        '--mode is none of encode, copy and auto.',
        'encode decodes and encodes by the profile (default); copy writes what was sent; auto encodes while this machine can.',
      ),
    );
    const profile = wrong.read(() => readProfile(options), copyProfile);
    wrong.end();
    return { profile };
  }
  if (mode.data === 'encode') return { profile: readProfile(options) };
  const isAuto = mode.data === 'auto';
  const clashing = givenOf(options, isAuto ? encodedOptions : { ...profileOptions, ...encodedOptions });
  if (clashing !== undefined)
    throw new PlateauError(
      'usage',
      `${clashing} cannot be given together with --mode ${mode.data}: what was sent ${isAuto ? 'may be' : 'is'} written as it is.`,
      'Leave it out, or record with --mode encode.',
    );
  if (isAuto) return { choosesMode: true, profile: readProfile(options) };
  if (options.furtherAudio === 'stream')
    throw new PlateauError(
      'usage',
      'In copy mode a further microphone is always a file of its own.',
      'Leave out --further-audio, or record with --mode encode.',
    );
  assertTwoIdentities({ credentials });
  return { mode: 'copy', profile: copyProfile };
}

/** The first of some options that was given. */
function givenOf(
  options: RecordOptions,
  names: Partial<Record<keyof RecordOptions, string>>,
): string | undefined {
  const [, given] =
    Object.entries(names).find(([name]) => options[name as keyof RecordOptions] !== undefined) ?? [];
  return given;
}
