import { type CopyStream, settledStream } from '../contract/copy-account.js';
import { caps } from '../contract/limits.js';
import type { ManifestFile } from '../contract/manifest.js';
import type { LossGap, StreamGap, StreamPackets } from '../contract/stamps.js';

type Stream = StreamGap['stream'];
const streams: readonly Stream[] = ['audio', 'video'];

/** Where each stream of a file ends, in milliseconds of the file; null of one that it has not. */
export type StreamEnds = Readonly<Record<Stream, number | null>>;

/** The last packet of audio may end so much before its take, in milliseconds. */
export const endToleranceMs = 150;
/** How long a packet of Opus sounds mostly, in milliseconds. */
const usualPacketMs = 20;

/**
 * What a process that was gone took with it at the end of its file: of each stream what was due, and not what nobody sent. Of a
 * microphone that was muted, a camera that was off, and a screen, that is what was written and is not in the file.
 *
 * @param ends as the file has them
 * @returns stretches of the file
 */
export function endGapsOf(
  { canvas, copy, part, segments }: Pick<ManifestFile, 'canvas' | 'copy' | 'part' | 'segments'>,
  ends: StreamEnds,
): StreamGap[] {
  const startMs = part?.startMs ?? 0;
  const endMs = Math.max(0, ...segments.map((one) => (one.endMs ?? one.startMs) - startMs));
  return streams.flatMap((stream) => {
    if (stream === 'video' && canvas === null) return [];
    const told = copy?.[stream];
    // What was told by an older version says nothing of it: then it may have been on.
    const dueMs = told?.isOn === false ? (told.sent?.toMs ?? 0) - startMs : endMs;
    const beginMs = told?.sent === undefined ? 0 : told.sent.fromMs - startMs;
    const fromMs = Math.round(Math.max(ends[stream] ?? 0, beginMs));
    const durationMs = Math.round(Math.min(dueMs, endMs)) - fromMs;
    return durationMs <= endToleranceMs ? [] : [{ stream, atMs: fromMs, durationMs }];
  });
}

/**
 * The account of a file whose process was gone, by the packets that are in it: it had told a moment ago what it had written, and the
 * last of that was on its way to the disk (`receiverLost`). What it wrote behind its last telling counts as written.
 *
 * @param found packets of the file, black and silence among them
 * @param gaps of its end, in milliseconds of the file
 */
export function accountInFile(
  entry: ManifestFile,
  found: StreamPackets,
  ends: StreamEnds,
  gaps: readonly StreamGap[],
): ManifestFile {
  if (entry.copy === undefined) return entry;
  const startMs = entry.part?.startMs ?? 0;
  const of = (kind: Stream): ReturnType<typeof streamInFile> =>
    streamInFile(
      { copy: (entry.copy as NonNullable<ManifestFile['copy']>)[kind], account: entry[kind] },
      found[kind]?.packets ?? 0,
      { kind, endMs: startMs + (ends[kind] ?? 0) },
    );
  const [audio, video] = [of('audio'), of('video')];
  return {
    ...entry,
    video: video.account,
    audio: audio.account,
    copy: { video: video.copy, audio: audio.copy },
    audioLostMs: (entry.audioLostMs ?? 0) + notYetLostMs(entry, gaps) + waitedInVainMs(audio.account, gaps),
  };
}

/**
 * How much audio had come and was in no gap at the end: what waited for its sender's clock, of a microphone that was muted meanwhile.
 * Nobody knows where it belongs.
 */
function waitedInVainMs({ dropped }: ManifestFile['audio'], gaps: readonly StreamGap[]): number {
  const inGapsMs = gaps.reduce(
    (sum, { durationMs, stream }) => sum + (stream === 'audio' ? durationMs : 0),
    0,
  );
  const lostMs = dropped.receiverLost * caps.audioFrameMs - inGapsMs;
  return lostMs <= endToleranceMs ? 0 : lostMs;
}

interface ToldStream {
  readonly copy: CopyStream;
  readonly account: ManifestFile['video'];
}

/** A stream by what is in the file of it. */
function streamInFile(
  { account, copy }: ToldStream,
  packets: number,
  { endMs, kind }: { readonly kind: Stream; readonly endMs: number },
): ToldStream {
  const { frames, isOn, sent, ...rest } = settledStream(copy);
  const unit = frames.written === 0 ? (kind === 'video' ? 1 : 2) : account.written / frames.written;
  const more = packets - frames.written - frames.filled;
  // Nothing is due any more.
  const isInFile = sent !== undefined && packets > 0 && endMs > sent.fromMs;
  const reach = isInFile ? { sent: { ...sent, toMs: Math.min(sent.toMs, Math.round(endMs)) } } : {};
  if (more >= 0) {
    const isSent = isOn !== false;
    const sentMore = isSent ? more : 0;
    const rescued = Math.min(sentMore, frames.dropped, Math.round(account.dropped.receiverLost / unit));
    const filled = frames.filled + more - sentMore;
    return movedTo(
      { account, copy: { ...rest, ...reach, frames: { ...frames, filled } } },
      sentMore,
      rescued,
      unit,
    );
  }
  const lacking = -more;
  // Silence and black stand behind what was sent, where nothing was any more.
  const behindMs = (sent?.toMs ?? 0) - endMs;
  const mostSent =
    kind === 'video' ? (behindMs > 0 ? lacking : 0) : Math.ceil(Math.max(0, behindMs) / usualPacketMs);
  const lostFilled = Math.min(frames.filled, Math.max(0, lacking - mostSent));
  const lost = Math.min(frames.written, lacking - lostFilled);
  const lowerLayer = Math.min(frames.lowerLayer, frames.written - lost);
  const counts = { ...frames, lowerLayer, filled: frames.filled - lostFilled };
  return movedTo({ account, copy: { ...rest, ...reach, frames: counts } }, -lost, -lost, unit);
}

/**
 * So many frames more are written, or fewer when it is less than 0; those of `moved` were lost by the account, or are so now, and the
 * others are new to it.
 */
function movedTo({ account, copy }: ToldStream, more: number, moved: number, unit: number): ToldStream {
  const { frames } = copy;
  const received = Math.round((more - moved) * unit);
  const dropped = Math.round(moved * unit);
  return {
    copy: {
      ...copy,
      frames: {
        ...frames,
        begun: frames.begun + more - moved,
        written: frames.written + more,
        dropped: frames.dropped - moved,
      },
    },
    account: {
      ...account,
      received: account.received + received,
      written: account.written + dropped + received,
      dropped: { ...account.dropped, receiverLost: account.dropped.receiverLost - dropped },
    },
  };
}

/** How much of the audio that is missing at the end is not on the account yet. */
function notYetLostMs(entry: ManifestFile, gaps: readonly StreamGap[]): number {
  const startMs = entry.part?.startMs ?? 0;
  const known = (entry.gaps ?? []).filter(({ stream }) => stream === 'audio');
  return gaps
    .filter(({ stream }) => stream === 'audio')
    .reduce((sum, { atMs, durationMs }) => {
      const within = known.map((gap) => overlapMs(gap, { atMs: startMs + atMs, durationMs }));
      return sum + Math.max(0, durationMs - within.reduce((all, ms) => all + ms, 0));
    }, 0);
}

function overlapMs(one: Pick<LossGap, 'atMs' | 'durationMs'>, other: typeof one): number {
  const fromMs = Math.max(one.atMs, other.atMs);
  return Math.max(0, Math.min(one.atMs + one.durationMs, other.atMs + other.durationMs) - fromMs);
}
