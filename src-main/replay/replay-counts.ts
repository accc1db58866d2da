import { droppedFrames, noDrops } from '../contract/drop-causes.js';
import { caps } from '../contract/limits.js';
import { lostAudioMs } from '../contract/losses.js';
import type { Accounting, ManifestFile } from '../contract/manifest.js';
import type { CountedStretch } from './count-log.js';

/**
 * The account of a file of a replay. What is in it is counted in it, packet by packet; what is not comes from the counts of
 * its run, which are noted once a second.
 *
 * @param entry with the packets of its segments
 * @param counted null when nothing is known
 * @param seamAudioMs of the audio, what is missing between the encoders of two runs
 */
export function withCounts(
  entry: ManifestFile,
  counted: CountedStretch | null,
  seamAudioMs = 0,
): ManifestFile {
  const frames = entry.segments.reduce((sum, { packets }) => sum + (packets?.video?.packets ?? 0), 0);
  const audioMs = entry.segments.reduce((sum, { endMs, startMs }) => sum + (endMs ?? startMs) - startMs, 0);
  const repeatedFrames = Math.min(frames, counted?.video.repeatedFrames ?? 0);
  const silenceMs = Math.min(audioMs, counted?.audio.silenceMs ?? 0);
  const audioFrames = Math.round((audioMs - silenceMs) / caps.audioFrameMs);
  const { audio, video } = counted ?? {};
  const concealedMs = Math.round(audio?.concealedMs ?? 0);
  const lostMs =
    audio === undefined ? 0 : lostAudioMs({ lostMs: audio.lostMs, dropped: audio.account.dropped });
  return {
    ...entry,
    video: accountOf(frames - repeatedFrames, video?.account.dropped),
    audio: accountOf(audioFrames, audio?.account.dropped),
    repeatedFrames,
    emptySlots: video?.emptySlots ?? 0,
    missedFrames: video?.missedFrames ?? 0,
    maxFrameGapMs: Math.round(video?.maxFrameGapMs ?? 0),
    audioSilenceMs: Math.round(silenceMs),
    audioLostMs: Math.round(lostMs + concealedMs + seamAudioMs),
    audioConcealedMs: concealedMs,
  };
}

function accountOf(written: number, dropped: Accounting['dropped'] = noDrops()): Accounting {
  const received = written + droppedFrames(dropped);
  return { received, written, queued: 0, dropped: { ...dropped } };
}
