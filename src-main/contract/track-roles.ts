import type { SignalAlarm } from './signal-alarms.js';

/** What a track of each role is called in a sentence: `The screen audio of ada`. */
export const roleWords = {
  camera: 'camera',
  microphone: 'microphone',
  screenShare: 'screen share',
  screenShareAudio: 'screen audio',
} as const satisfies Record<SignalAlarm['role'], string>;

/** The same for what a manifest says, which may be of another version. */
export function roleWord(role: string): string {
  return (roleWords as Readonly<Record<string, string>>)[role] ?? role;
}
