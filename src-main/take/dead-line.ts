import type { RecordingSink } from '../sink/recording-sink.js';

/** A track that is due and quiet, and when its last packet came, by WebRTC's clock. Milliseconds. */
interface QuietTrack {
  readonly lastPacketAtMs: number;
  readonly isDue: boolean;
}

/** What goes with a line goes within this time; a packet of a camera may be underway for longer than one of a microphone. */
const togetherMs = 500;
/** One that stops may have nothing more to send; of two, one of them is right. */
const leastQuiet = 2;
/** Shorter, and a reading of WebRTC's counts says nothing. */
const leastQuietMs = 450;

/**
 * Whether the line to the room is dead at the end of a take: it is known to be lost, or whatever should come has stopped coming at
 * the same moment, and nothing else has come since. The server's silence is noticed five seconds later, and who sees a
 * picture freeze stops the take before that.
 *
 * @param sinks all that are open
 * @param nowMs milliseconds on the take's timeline
 */
export function isLineDead(sinks: Iterable<RecordingSink>, nowMs: number): boolean {
  const all = [...sinks];
  if (all.some(({ tracks }) => !tracks.isConnected)) return true;
  const tracks = all.flatMap((sink) => tracksOf(sink, nowMs));
  const newestMs = Math.max(...tracks.map(({ lastPacketAtMs }) => lastPacketAtMs));
  const together = tracks.filter(
    ({ isDue, lastPacketAtMs }) => isDue && newestMs - lastPacketAtMs < togetherMs,
  );
  return together.length >= leastQuiet;
}

/** Whether a camera of it should have sent a frame by now, and is on. */
export function isCameraOverdue({ tracks, video }: RecordingSink, nowMs: number): boolean {
  return tracks.isVideoOn && video?.gaps.isOverdue(nowMs) === true;
}

function tracksOf(sink: RecordingSink, nowMs: number): QuietTrack[] {
  const { concealed, isAudioOn, isVideoOn, statistics } = sink.tracks;
  const isDue = { audio: concealed.quietMs > 0, video: isCameraOverdue(sink, nowMs) };
  const isOn = { audio: isAudioOn, video: isVideoOn };
  return (['audio', 'video'] as const).flatMap((stream) => {
    const { lastPacketAtMs = 0, readAtMs = 0 } = statistics[stream]?.arrivals ?? {};
    if (!isOn[stream] || lastPacketAtMs <= 0) return [];
    return [{ lastPacketAtMs, isDue: isDue[stream] && readAtMs - lastPacketAtMs >= leastQuietMs }];
  });
}
