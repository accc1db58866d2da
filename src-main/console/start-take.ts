import { refusalOf } from '../contract/command-availability.js';
import { toPlateauError } from '../contract/errors.js';
import type { TakeRequest } from '../contract/recording.js';
import { refused } from './command-input.js';
import type { ConsoleParts } from './console-parts.js';

type StartParts = Pick<ConsoleParts, 'recorder' | 'room' | 'settings' | 'telemetry' | 'setProblem'>;

/**
 * Starts a take, or the countdown before it. What keeps it from starting then is the state's problem.
 *
 * @throws PlateauError as {@link startTake}, without a countdown
 */
export async function startOrCountDown(
  parts: StartParts & Pick<ConsoleParts, 'countdown' | 'pending' | 'state'>,
): Promise<{ takeName: string }> {
  const { countdown, settings, setProblem, state } = parts;
  const { countdownSeconds } = settings.settings;
  if (countdownSeconds === null) return startTake(parts);
  setProblem(null);
  countdown.begin(countdownSeconds, () => {
    // Somebody may have left, or been disarmed, meanwhile.
    const refusal = refusalOf('startTake', state());
    if (refusal !== null) setProblem(refused(refusal));
    else startTake(parts).catch((thrown: unknown) => setProblem(toPlateauError(thrown)));
  });
  return { takeName: '' };
}

/**
 * Starts a take of everybody who is armed, as the settings say.
 *
 * @throws PlateauError `invalidState`, `outputUnwritable`, `diskFull`, `ffmpegMissing`
 */
export async function startTake({
  recorder,
  room,
  settings,
  telemetry,
  setProblem,
}: StartParts): Promise<{ takeName: string }> {
  setProblem(null);
  const { outputFolder, audioOnly, armsNewcomers, furtherAudio, maxFiles, splitEveryMinutes } =
    settings.settings;
  const path = await recorder.startTake({
    outputFolder,
    ...furtherFoldersOf(settings),
    audioOnly,
    profile: settings.profile,
    participants: armsNewcomers ? null : room.roster.armed,
    except: room.roster.unarmed,
    furtherAudio,
    maxFiles: maxFiles ?? undefined,
    splitEveryMs: splitEveryMinutes === null ? undefined : splitEveryMinutes * 60_000,
  });
  room.roster.takeStarted(recorder.participants);
  telemetry.takeStarted(path);
  return { takeName: recorder.take?.name ?? '' };
}

/** The folders of a take beside the output folder, as the settings have them. */
export function furtherFoldersOf({
  settings: { backupFolder, fallbackFolder },
}: ConsoleParts['settings']): Pick<TakeRequest, 'backupFolder' | 'fallbackFolder'> {
  return {
    ...(fallbackFolder !== '' && { fallbackFolder }),
    ...(backupFolder !== '' && { backupFolder }),
  };
}
