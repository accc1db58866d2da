import type { CommandName, ConsoleEvent, ConsoleState } from '../contract/console.js';
import type { PlateauError } from '../contract/errors.js';
import type { Recorder } from '../recorder/recorder.js';
import type { ConsoleDelivery } from './console-delivery.js';
import type { ConsoleRoom } from './console-room.js';
import type { ConsoleShow } from './console-show.js';
import type { ConsoleSoak } from './console-soak.js';
import type { Countdown } from './countdown.js';
import type { DesktopActions } from './desktop-actions.js';
import type { InterruptedTakes } from './interrupted-takes.js';
import type { LivePreview } from './live-preview.js';
import type { SecretStore } from './secret-store.js';
import type { SettingsStore } from './settings-store.js';
import type { SoloListening } from './solo-listening.js';
import type { TelemetryExport } from './telemetry-export.js';

/** What the commands work on. */
export interface ConsoleParts {
  readonly recorder: Recorder;
  readonly room: ConsoleRoom;
  readonly countdown: Countdown;
  readonly soak: ConsoleSoak;
  readonly show: ConsoleShow;
  readonly interrupted: InterruptedTakes;
  readonly delivery: ConsoleDelivery;
  readonly settings: SettingsStore;
  readonly secrets: SecretStore;
  readonly telemetry: TelemetryExport;
  readonly live: LivePreview;
  readonly solo: SoloListening;
  /** Null where there is no desktop; commands that need one are refused there. */
  readonly desktop: DesktopActions | null;
  readonly state: () => ConsoleState;
  /** Commands that have not answered yet, of whichever console. */
  readonly pending: Set<CommandName>;
  readonly onStateChanged: () => void;
  readonly setProblem: (problem: PlateauError | null) => void;
  readonly emit: (event: ConsoleEvent) => void;
}
