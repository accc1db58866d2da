import type { SignalAlarm, SignalAlarmKind } from '../contract/signal-alarms.js';
import type { PublicationInfo } from './publication-info.js';

/** What is wrong with a track. @param signal for how long, and whether anything had come before */
export function alarmOf(
  { identity, role, trackSid }: PublicationInfo,
  kind: SignalAlarmKind,
  { durationMs, hadSignal }: Pick<SignalAlarm, 'durationMs' | 'hadSignal'>,
): SignalAlarm {
  return { trackSid, identity, role, kind, hadSignal, durationMs: Math.round(durationMs) };
}
