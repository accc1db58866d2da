/** What a track is for; decides into which file it goes. */
export const trackRoles = ['camera', 'microphone', 'screenShare', 'screenShareAudio'] as const;
export type TrackRole = (typeof trackRoles)[number];

/** What a track of each role is called in a sentence: `The screen audio of ada`. */
export const roleWords: Readonly<Record<TrackRole, string>> = {
  camera: 'camera',
  microphone: 'microphone',
  screenShare: 'screen share',
  screenShareAudio: 'screen audio',
};

/** The same for what a manifest says, which may be of another version. */
export function roleWord(role: string): string {
  return (roleWords as Readonly<Record<string, string>>)[role] ?? role;
}
