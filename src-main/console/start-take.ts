import { refusalOf } from '../contract/command-availability.js';
import { refusalToCopy } from '../contract/copy-availability.js';
import { toPlateauError } from '../contract/errors.js';
import { copyProfile } from '../contract/profile.js';
import type { TakeRequest } from '../contract/recording.js';
import { copiedRequest, decideMode } from '../recorder/mode-choice.js';
import type { PlannedTake } from '../recorder/preflight.js';
import { refused } from './command-input.js';
import type { ConsoleParts } from './console-parts.js';
import type { RoomRoster } from './room-roster.js';
import type { SettingsStore } from './settings-store.js';

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
    else void startBehindCountdown(parts);
  });
  return { takeName: '' };
}

/** A start takes a second or two: it is under way for every console as one is that a command waits for. Never rejects. */
async function startBehindCountdown(parts: StartParts & Pick<ConsoleParts, 'pending'>): Promise<void> {
  const { pending, setProblem } = parts;
  pending.add('startTake');
  try {
    await startTake(parts);
  } catch (thrown) {
    setProblem(toPlateauError(thrown));
  } finally {
    pending.delete('startTake');
  }
}

/**
 * Starts a take of everybody who is armed, as the settings say.
 *
 * @throws PlateauError `invalidState`, `outputUnwritable`, `diskFull`, `ffmpegMissing`
 */
export async function startTake(parts: StartParts): Promise<{ takeName: string }> {
  const { recorder, room, settings, setProblem, telemetry } = parts;
  setProblem(null);
  const wantedAtMs = performance.now();
  const request = await inChosenMode(parts, takeRequestOf(settings, room.roster));
  const path = await recorder.startTake(request, wantedAtMs);
  room.roster.takeStarted(recorder.participants);
  telemetry.takeStarted(path);
  return { takeName: recorder.take?.name ?? '' };
}

/** Where nobody has chosen, the machine is asked: by what encoding costs on it, and by what is published now. */
async function inChosenMode(
  { recorder, settings: store }: StartParts,
  request: TakeRequest,
): Promise<TakeRequest> {
  const { settings } = store;
  if (settings.takeMode !== 'auto') return request;
  const { connection, joined, publications } = recorder;
  const copying = { ...settings, takeMode: 'copy' } as const;
  const refusal = refusalToCopy({
    connection,
    settings: copying,
    source: joined === null ? null : { kind: 'server', ...joined },
  });
  const { mode, reason } = await decideMode({ publications, request, obstacle: refusal?.reason ?? null });
  if (mode === 'copy') return copiedRequest(request, reason);
  return { ...request, modeReason: reason, memoryCeilingBytes: store.memoryCeilingBytes };
}

/**
 * What is asked of the recorder: as the settings say, of everybody who is armed. What says nothing of a copied take is left out
 * of its request.
 */
export function takeRequestOf(
  store: Pick<SettingsStore, 'profile' | 'settings'>,
  roster: Pick<RoomRoster, 'armed' | 'unarmed'>,
): TakeRequest {
  const { armsNewcomers, audioOnly, furtherAudio, maxFiles, outputFolder, splitEveryMinutes, takeMode } =
    store.settings;
  const everyTake = {
    ...{ outputFolder, audioOnly, maxFiles: maxFiles ?? undefined },
    participants: armsNewcomers === 'on' ? null : roster.armed,
    except: roster.unarmed,
    splitEveryMs: splitEveryMinutes === null ? undefined : splitEveryMinutes * 60_000,
    ...furtherFoldersOf(store),
  };
  if (takeMode === 'copy') return { ...everyTake, mode: 'copy', profile: copyProfile };
  return {
    ...everyTake,
    ...{ profile: store.profile, furtherAudio },
  };
}

/** What a take needs of this machine, as far as the settings say it. */
export function plannedTakeOf(store: Pick<SettingsStore, 'profile' | 'settings'>): PlannedTake {
  const { audioOnly, makesMp4: delivers, takeMode } = store.settings;
  if (takeMode === 'copy')
    return { audioOnly, delivers, profile: copyProfile, mode: 'copy', ...furtherFoldersOf(store) };
  return { audioOnly, profile: store.profile, ...furtherFoldersOf(store) };
}

/** The folders of a take beside the output folder, as the settings have them. */
function furtherFoldersOf(
  store: Pick<SettingsStore, 'settings'>,
): Pick<TakeRequest, 'backupFolder' | 'fallbackFolder'> {
  const { backupFolder, fallbackFolder } = store.settings;
  return {
    ...(fallbackFolder !== '' && { fallbackFolder }),
    ...(backupFolder !== '' && { backupFolder }),
  };
}
