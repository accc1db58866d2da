import { createContext, use, useMemo } from 'react';
import { useStore } from 'zustand';
import { useShallow } from 'zustand/react/shallow';
import type { CommandName, ConsoleState } from '../../src-main/contract/console.js';
import type { LossAlarm } from '../../src-main/contract/loss-watch.js';
import type { Settings } from '../../src-main/contract/settings.js';
import { pastLosses } from '../derive/loss-text.js';
import {
  disabledReasonFor,
  disabledReasonForSetting,
  disabledReasonToArm,
  type SessionState,
} from '../stores/session.js';
import type { SoloState } from '../stores/solo.js';
import type { PlaybackState } from '../stores/take-playback.js';
import type { TakesState } from '../stores/takes.js';
import type { ShownTelemetry } from '../stores/telemetry.js';
import type { ViewChoices } from '../stores/view-choices.js';
import type { ConsoleModel } from './console-model.js';

export const ModelContext = createContext<ConsoleModel | null>(null);

export function useModel(): ConsoleModel {
  const model = use(ModelContext);
  if (model === null) throw new Error('There is no model around this component.');
  return model;
}

export function useSession<Selected>(select: (state: SessionState) => Selected): Selected {
  return useStore(useModel().session.store, select);
}

/** A part of the recorder's state, or the fallback until it has answered. */
export function useConsole<Selected>(
  select: (state: ConsoleState) => Selected,
  fallback: Selected,
): Selected {
  return useSession(({ console }) => (console === null ? fallback : select(console)));
}

export function useTelemetry<Selected>(select: (state: ShownTelemetry) => Selected): Selected {
  return useStore(useModel().telemetry.shown, select);
}

/** A take is being written: the numbers of one that was stopped go on for some seconds. */
export function useIsTaking(): boolean {
  return useConsole(({ recorder }) => recorder === 'recording', false);
}

/** What is being lost, or was in a take that is over, and was not acknowledged. */
export function useLossAlarm(): LossAlarm | null {
  const alarm = useStore(useModel().telemetry.alarm, (state) => state.alarm);
  const isTaking = useIsTaking();
  return useMemo(() => (alarm === null || isTaking ? alarm : pastLosses(alarm)), [alarm, isTaking]);
}

/** Files of which something is being lost now, acknowledged or not. */
export function useLosing(): readonly string[] {
  const losing = useStore(useModel().telemetry.alarm, (state) => state.losing);
  return useIsTaking() ? losing : nothing;
}

const nothing: readonly string[] = [];

/**
 * Several values at once, as a flat record or list: numbers come once a second, and what reads the same as before is
 * not drawn again.
 */
export function useTelemetryValues<Selected>(select: (state: ShownTelemetry) => Selected): Selected {
  return useStore(useModel().telemetry.shown, useShallow(select));
}

export function useTakes<Selected>(select: (state: TakesState) => Selected): Selected {
  return useStore(useModel().takes.store, select);
}

/** What the player of a whole take shows. */
export function usePlayback<Selected>(select: (state: PlaybackState) => Selected): Selected {
  return useStore(useModel().playback.store, select);
}

/** Whom the window listens to, and how loud. */
export function useSolo<Selected>(select: (state: SoloState) => Selected): Selected {
  return useStore(useModel().solo.store, select);
}

export function useViewChoice<Selected>(select: (state: ViewChoices) => Selected): Selected {
  return useStore(useModel().view, select);
}

/** Why a command cannot be given now, or null. */
export function useDisabledReason(command: CommandName): string | null {
  return useSession((state) => disabledReasonFor(command, state));
}

/** Why somebody cannot be armed, or disarmed, now, or null. */
export function useArmDisabledReason(identity: string, isArmed: boolean): string | null {
  return useSession((state) => disabledReasonToArm({ identity, isArmed }, state));
}

/** Why a setting cannot be changed now, or null. */
export function useSettingDisabledReason(name: keyof Settings): string | null {
  return useSession((state) => disabledReasonForSetting(name, state));
}
