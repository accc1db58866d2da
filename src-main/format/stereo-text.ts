import type { ManifestFile } from '../contract/manifest.js';
import type { MonoReason } from '../contract/recorded-track.js';
import { roleWord } from '../contract/track-roles.js';

/** Why a session is for one channel, and what helps. */
export const monoReasonSentences: Readonly<Record<MonoReason, string>> = {
  server: 'Servers without single peer connections (/rtc/v1) are so.',
  token:
    'It is so for a token that may not publish: use one with canPublish for stereo, Plateau publishes nothing.',
  stalled: 'The session before was for two channels and had stopped to hear the server.',
};

type Tracks = Pick<ManifestFile, 'identity' | 'tracks'> & {
  readonly furtherAudio?: readonly Pick<ManifestFile, 'tracks'>[] | undefined;
};

/**
 * Whose stereo a take does not hold, if it was sent: a publication does not say how many channels it has. A sentence for each reason:
 * `In one channel, and mixed if it was sent in two: ada (microphone), ben (microphone). The session with the server was for one. ...`
 */
export function mixedToMonoSentences(files: readonly Tracks[]): string[] {
  const whoseBy = new Map<MonoReason, Set<string>>();
  for (const { furtherAudio = [], identity, tracks } of files)
    for (const { mixedToMono, role } of [{ tracks }, ...furtherAudio].flatMap((audio) => audio.tracks)) {
      if (mixedToMono === undefined) continue;
      const whose = whoseBy.get(mixedToMono) ?? new Set();
      whoseBy.set(mixedToMono, whose.add(`${identity} (${roleWord(role)})`));
    }
  return [...whoseBy].map(
    ([reason, whose]) =>
      `In one channel, and mixed if it was sent in two: ${[...whose].join(', ')}. The session with the server was for one. ${monoReasonSentences[reason]}`,
  );
}
