import { describe, expect, it } from 'vitest';
import { type CopyStream, unaccountedCopies } from '#engine/contract/copy-account.js';
import { noDrops, unaccountedFrames } from '#engine/contract/drop-causes.js';
import type { ManifestFile } from '#engine/contract/manifest.js';
import type { PacketCount } from '#engine/contract/stamps.js';
import { accountInFile, endGapsOf } from '#engine/finalize/copied-account.js';

const packets = {
  ...{ expected: 500, received: 500, recovered: 0, missing: 0 },
  lost: { expired: 0, windowFull: 0, jump: 0, beforeKeyFrame: 0, ended: 0 },
};

function stream(written: number, filled: number, changes: Partial<CopyStream> = {}): CopyStream {
  return {
    packets,
    frames: { begun: written, written, dropped: 0, queued: 0, redundant: 0, lowerLayer: 0, filled },
    ...changes,
  };
}

/** The second part of a file: killed 9 s into it, as its process had told it last. Times are the take's. */
function killed(changes: Partial<Record<'audio' | 'video', CopyStream>> = {}, startMs = 0): ManifestFile {
  const copy = { video: stream(262, 1), audio: stream(451, 11), ...changes };
  const account = (written: number): ManifestFile['video'] => ({
    ...{ received: written, written, queued: 0, dropped: noDrops() },
  });
  const entry: Partial<ManifestFile> = {
    ...{ canvas: { width: 640, height: 360 }, audioLostMs: 0, gaps: [], copy },
    ...(startMs > 0 && { part: { number: 2, startMs, endMs: startMs + 9_332 } }),
    segments: [{ file: 'ada.mkv', startMs, endMs: startMs + 9_332, packets: null }],
    video: account(copy.video.frames.written),
    audio: account(copy.audio.frames.written * 2),
  };
  return entry as ManifestFile;
}

function count(packetsInFile: number): PacketCount {
  return { packets: packetsInFile, bytes: 1, sha256: '0' };
}

/** The account with so many packets in the file, which ends there. */
function inFile(
  entry: ManifestFile,
  video: number | null,
  audio: number | null,
  endsMs = { video: 8_500, audio: 8_500 },
): ManifestFile {
  const found = {
    video: video === null ? null : count(video),
    audio: audio === null ? null : count(audio),
  };
  return accountInFile(entry, found, endsMs, endGapsOf(entry, endsMs));
}

function expectBalanced({ audio, copy, video }: ManifestFile): void {
  if (copy === undefined) throw new Error('It has no account.');
  expect([unaccountedFrames(video), unaccountedFrames(audio)]).toEqual([0, 0]);
  expect(unaccountedCopies(copy.video) + unaccountedCopies(copy.audio)).toBe(0);
}

const sent = { fromMs: 300, toMs: 9_300 };

describe('the end of a file whose process was killed', () => {
  it('lacks of each stream what was due, from where that ends in the file', () => {
    const entry = killed({
      video: stream(262, 1, { sent, isOn: true }),
      audio: stream(451, 11, { sent, isOn: true }),
    });
    expect(endGapsOf(entry, { video: 8_505, audio: 8_412 })).toEqual([
      { stream: 'audio', atMs: 8_412, durationMs: 920 },
      { stream: 'video', atMs: 8_505, durationMs: 827 },
    ]);
  });

  it('lacks nothing of a microphone that was muted, and of one that was muted right before what it had sent', () => {
    const muted = (toMs: number): ManifestFile =>
      killed({
        video: stream(262, 1, { sent, isOn: true }),
        audio: stream(200, 200, { sent: { fromMs: 300, toMs }, isOn: false }),
      });
    const ends = { video: 8_505, audio: 8_000 };
    expect(endGapsOf(muted(4_300), ends)).toEqual([{ stream: 'video', atMs: 8_505, durationMs: 827 }]);
    expect(endGapsOf(muted(8_700), ends)[0]).toEqual({ stream: 'audio', atMs: 8_000, durationMs: 700 });
  });

  it('lacks no picture of a camera that was off, or a screen', () => {
    const off = killed({ video: stream(100, 5, { sent: { fromMs: 300, toMs: 4_000 }, isOn: false }) });
    expect(endGapsOf(off, { video: 8_000, audio: 9_300 })).toEqual([]);
  });

  it('is that of its own part, and of an older one that says nothing of its streams as it was', () => {
    const later = { sent: { fromMs: 5_100, toMs: 14_200 }, isOn: true };
    const entry = killed({ video: stream(262, 1, later), audio: stream(451, 11, later) }, 5_000);
    expect(endGapsOf(entry, { video: 8_505, audio: 8_505 })).toMatchObject([
      { atMs: 8_505, durationMs: 827 },
      { atMs: 8_505, durationMs: 827 },
    ]);
    expect(endGapsOf(killed(), { video: 8_505, audio: 8_505 })).toHaveLength(2);
  });

  it('of which nothing is in the file begins where it was sent', () => {
    const late = killed({ video: stream(30, 0, { sent: { fromMs: 8_400, toMs: 9_300 }, isOn: true }) });
    expect(endGapsOf(late, { video: null, audio: 9_300 })).toEqual([
      { stream: 'video', atMs: 8_400, durationMs: 932 },
    ]);
  });
});

describe('the account of a file whose process was killed', () => {
  it('is what is in the file, and the rest was lost with the process', () => {
    const entry = killed({
      video: stream(262, 1, { sent, isOn: true }),
      audio: stream(451, 11, { sent, isOn: true }),
    });
    const counted = inFile(entry, 241, 426);
    expect(counted).toMatchObject({
      video: { received: 262, written: 240, dropped: { receiverLost: 22 } },
      audio: { received: 902, written: 830, dropped: { receiverLost: 72 } },
      copy: {
        video: {
          frames: { begun: 262, written: 240, dropped: 22, filled: 1 },
          sent: { fromMs: 300, toMs: 8_500 },
        },
        audio: { frames: { begun: 451, written: 415, dropped: 36, filled: 11 } },
      },
      audioLostMs: 832,
    });
    expectBalanced(counted);
    expect(counted.copy?.video.isOn).toBeUndefined();
  });

  it('lost silence and black alone where nothing was sent any more', () => {
    const off = { sent: { fromMs: 300, toMs: 4_000 }, isOn: false };
    const counted = inFile(killed({ video: stream(100, 6, off), audio: stream(180, 200, off) }), 105, 340);
    expect(counted.copy).toMatchObject({
      video: { frames: { written: 100, dropped: 0, filled: 5 } },
      audio: { frames: { written: 180, dropped: 0, filled: 160 } },
    });
    expect(counted.audioLostMs).toBe(0);
    expectBalanced(counted);
  });

  it('lost what was sent and the silence behind it, where a microphone had just been muted', () => {
    const justMuted = { sent: { fromMs: 300, toMs: 8_600 }, isOn: false };
    const counted = inFile(killed({ audio: stream(300, 100, justMuted) }), 263, 390);
    expect(counted.copy?.audio.frames).toMatchObject({ written: 295, dropped: 5, filled: 95 });
    expectBalanced(counted);
  });

  it('has what was written behind its last telling: first of that what was on its way then', () => {
    const entry = killed({ video: stream(262, 1, { sent, isOn: true }) });
    entry.video = { ...entry.video, received: 265, dropped: { ...noDrops(), receiverLost: 3 } };
    const { video } = entry.copy ?? {};
    if (video === undefined) throw new Error('It has no account.');
    Object.assign(video.frames, { begun: 265, dropped: 3 });
    const counted = inFile(entry, 270, 462);
    expect(counted.video).toMatchObject({ received: 269, written: 269, dropped: { receiverLost: 0 } });
    expect(counted.copy?.video.frames).toMatchObject({ begun: 269, written: 269, dropped: 0 });
    expectBalanced(counted);
  });

  it('has nothing of a file in which nothing can be read', () => {
    const counted = inFile(killed({ video: stream(30, 0), audio: stream(50, 4) }), null, null);
    expect([counted.video.written, counted.audio.written]).toEqual([0, 0]);
    expect(counted.copy).toMatchObject({ audio: { frames: { filled: 0 } } });
    expectBalanced(counted);
  });

  it('has nothing on its way, where nobody has settled it before', () => {
    const open = stream(262, 1, { packets: { ...packets, received: 498, missing: 2 } });
    const entry = killed({ video: { ...open, frames: { ...open.frames, begun: 265, queued: 3 } } });
    entry.video = { ...entry.video, received: 265, dropped: { ...noDrops(), receiverLost: 3 } };
    const counted = inFile(entry, 265, 462);
    expect(counted.copy?.video).toMatchObject({
      packets: { missing: 0, lost: { ended: 2 } },
      frames: { begun: 265, written: 264, dropped: 1, queued: 0 },
    });
    expectBalanced(counted);
  });

  it('is the same when it is looked at again', () => {
    const entry = killed({ audio: stream(451, 11, { sent, isOn: true }) });
    const first = inFile(entry, 241, 426);
    const gaps = [
      { stream: 'audio', atMs: 8_500, durationMs: 832, cause: 'encoderEnded', lostFrames: null },
    ] as const;
    expect(inFile({ ...first, gaps: [...gaps] }, 241, 426)).toEqual({ ...first, gaps: [...gaps] });
  });
});

it('lacks what of a muted microphone still waited for its sender’s clock, wherever it belongs', () => {
  const account = { received: 78, written: 0, queued: 0, dropped: { ...noDrops(), receiverLost: 78 } };
  const silent = { ...killed({ audio: stream(0, 450, { isOn: false }) }), audio: account };
  expect(inFile(silent, 262, 450).audioLostMs).toBe(780);
  // Of one that is on all of it is in the gap at the end.
  const on = { ...killed({ audio: stream(0, 0, { isOn: true }) }), audio: account };
  expect(inFile(on, 262, null, { video: 8_500, audio: 0 }).audioLostMs).toBe(9_332);
});
