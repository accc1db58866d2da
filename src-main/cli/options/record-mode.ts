import { PlateauError } from '../../contract/errors.js';
import { copyProfile } from '../../contract/profile.js';
import { type Source, takeModeSchema, type TakeRequest } from '../../contract/recording.js';
import { assertTwoIdentities } from '../../livekit/connect/token-provider.js';
import { Complaints } from './complaints.js';
import { readProfile } from './profile-options.js';
import type { RecordOptions } from './record-options.js';

/** What would encode, and what an encoded take alone can do: none of it together with copy mode. */
const encodingOptions = {
  profile: '--profile',
  crf: '--crf',
  bitrate: '--bitrate',
  preset: '--preset',
  format: '--format',
  frameRate: '--frame-rate',
  fallback: '--fallback',
  backup: '--backup',
  splitEvery: '--split-every',
  splitSize: '--split-size',
  replay: '--replay',
  memoryCeiling: '--memory-ceiling',
} as const satisfies Partial<Record<keyof RecordOptions, string>>;

/**
 * Reads how a take is recorded, and by which profile.
 *
 * @throws PlateauError `usage`, `missingCredentials` for what copy mode cannot do; as {@link readProfile} does
 */
export function readMode(
  options: RecordOptions,
  credentials: Source['credentials'],
): Pick<TakeRequest, 'mode' | 'profile'> {
  if (options.mode === undefined) return { profile: readProfile(options) };
  const mode = takeModeSchema.safeParse(options.mode.trim());
  if (!mode.success) {
    const wrong = new Complaints();
    wrong.add(
      new PlateauError(
        'usage',
        '--mode is neither encode nor copy.',
        'encode decodes and encodes by the profile (default); copy writes what was sent.',
      ),
    );
    const profile = wrong.read(() => readProfile(options), copyProfile);
    wrong.end();
    return { profile };
  }
  if (mode.data === 'encode') return { profile: readProfile(options) };
  const names = Object.entries(encodingOptions) as [keyof typeof encodingOptions, string][];
  const [, clashing] = names.find(([name]) => options[name] !== undefined) ?? [];
  if (clashing !== undefined)
    throw new PlateauError(
      'usage',
      `${clashing} cannot be given together with --mode copy: what was sent is written as it is, in one stretch.`,
      'Leave it out, or record with --mode encode.',
    );
  if (options.furtherAudio === 'stream')
    throw new PlateauError(
      'usage',
      'In copy mode a further microphone is always a file of its own.',
      'Leave out --further-audio, or record with --mode encode.',
    );
  assertTwoIdentities({ credentials });
  return { mode: 'copy', profile: copyProfile };
}
