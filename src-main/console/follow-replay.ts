import type { Recorder } from '../recorder/recorder.js';
import type { ConsoleRoom } from './console-room.js';
import type { SettingsStore } from './settings-store.js';

/** The replay buffer holds whom the next take would record, as the settings say; a take that runs is its own. */
export function followReplay({
  recorder,
  room,
  settings,
}: {
  readonly recorder: Recorder;
  readonly room: ConsoleRoom;
  readonly settings: SettingsStore;
}): void {
  const { armsNewcomers, audioOnly, maxFiles, replaySeconds } = settings.settings;
  const armed = {
    participants: armsNewcomers === 'on' ? null : room.roster.armed,
    except: room.roster.unarmed,
    maxFiles: maxFiles ?? undefined,
  };
  recorder.replay.set(
    replaySeconds === null
      ? null
      : { seconds: replaySeconds, audioOnly, profile: settings.profile, ...armed },
  );
}
