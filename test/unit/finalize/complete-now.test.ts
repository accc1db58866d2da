import { describe, expect, it } from 'vitest';
import type { CopyStream } from '../../../src-main/contract/copy-account.js';
import { noDrops } from '../../../src-main/contract/drop-causes.js';
import type { ManifestFile } from '../../../src-main/contract/manifest.js';
import { completeNow } from '../../../src-main/finalize/complete-now.js';

function stream(written: number, changes: Partial<CopyStream> = {}): CopyStream {
  return {
    packets: {
      ...{ expected: written, received: written, recovered: 0, missing: 0 },
      lost: { expired: 0, windowFull: 0, jump: 0, beforeKeyFrame: 0, ended: 0 },
    },
    frames: { begun: written, written, dropped: 0, queued: 0, redundant: 0, lowerLayer: 0, filled: 0 },
    ...changes,
  };
}

/** Ten seconds of a take, from its sixth second on. */
function recorded(copy?: ManifestFile['copy']): ManifestFile {
  const account = (written: number): ManifestFile['video'] => ({
    ...{ received: written, written, queued: 0, dropped: noDrops() },
  });
  const entry: Partial<ManifestFile> = {
    ...{ state: 'verified', canvas: { width: 64, height: 36 }, gaps: [], audioLostMs: 0, missedFrames: 0 },
    ...{ part: { number: 2, startMs: 5_000, endMs: 15_000 }, video: account(300), audio: account(1_000) },
    segments: [{ file: 'ada.mkv', startMs: 5_000, endMs: 15_000, packets: null }],
    ...(copy !== undefined && { copy }),
  };
  return entry as ManifestFile;
}

describe('the stamp of a file that ends before its segments did', () => {
  it('is not earned: what is behind its end is missing', () => {
    const stamp = completeNow(recorded(), { durationMs: 8_000, endsMs: { audio: 8_000, video: 8_000 } });
    expect(stamp.isEarned).toBe(false);
    expect(stamp.worstGap).toMatchObject({ stream: 'audio', atMs: 13_000, durationMs: 2_000 });
  });

  it('is that of a copied file by what was due of each stream', () => {
    const off = stream(100, { isOn: false, sent: { fromMs: 6_000, toMs: 9_000 } });
    const on = stream(100, { isOn: true, sent: { fromMs: 6_000, toMs: 15_000 } });
    const read = { durationMs: 8_000, endsMs: { audio: 8_000, video: 7_000 } };
    expect(completeNow(recorded({ video: on, audio: off }), read).worstGap).toMatchObject({
      ...{ stream: 'video', atMs: 12_000, durationMs: 3_000 },
    });
    expect(completeNow(recorded({ video: off, audio: on }), read).worstGap).toMatchObject({
      ...{ stream: 'audio', atMs: 13_000, durationMs: 2_000 },
    });
  });

  it('is earned where nothing was due behind it, as of a screen that sent nothing yet: silence of nobody is no loss', () => {
    const none = stream(0, { isOn: false });
    const entry = recorded({ video: none, audio: none });
    const read = { durationMs: 8_000, endsMs: { audio: 8_000, video: null } };
    expect(completeNow(entry, read)).toMatchObject({ isEarned: true, gaps: 0 });
    // Of an older version, which says nothing of it, it may have been.
    const older = recorded({ video: stream(0), audio: stream(0) });
    expect(completeNow(older, read).isEarned).toBe(false);
  });
});
