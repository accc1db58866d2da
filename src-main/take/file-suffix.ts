import type { SinkSubject } from '../sink/recording-sink.js';

/** `ada`, `ada-screen`; of further tracks `ada-2`, `ada-camera-2`, `ada-screen-2`, `ada-screen-audio-2`. */
export function fileSuffix({ kind, trackNumber }: SinkSubject, medium: 'video' | 'audio'): string {
  const screen = kind === 'screenShare' ? '-screen' : '';
  if (trackNumber === 1) return screen;
  const what =
    kind === 'screenShare' ? (medium === 'audio' ? '-audio' : '') : medium === 'video' ? '-camera' : '';
  return `${screen}${what}-${trackNumber}`;
}
