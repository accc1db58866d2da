import { copyProfile } from '../contract/profile.js';
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
  const { armsNewcomers, audioOnly, maxFiles, replaySeconds, takeMode } = settings.settings;
  const armed = {
    participants: armsNewcomers === 'on' ? null : room.roster.armed,
    except: room.roster.unarmed,
    maxFiles: maxFiles ?? undefined,
  };
  recorder.replay.set(
    replaySeconds === null
      ? null
      : {
          ...{ seconds: replaySeconds, audioOnly, ...armed },
          // What is for encoders changes nothing of what is copied.
          ...(takeMode === 'copy' ? { mode: takeMode, profile: copyProfile } : { profile: settings.profile }),
        },
  );
}
