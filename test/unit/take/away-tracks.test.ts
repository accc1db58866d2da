import { describe, expect, it } from 'vitest';
import { LossLog } from '../../../src-main/take/loss-log.js';
import { everyMs, Recording, shows } from './lossy-recording.js';

describe('what a track that was away with the connection would have sent', () => {
  /** A camera of 30 fps and a microphone; what is asked for is added to the account, as a sink does it. */
  class Room extends Recording {
    override readonly log = new LossLog({
      onAbsence: () => undefined,
      onUncounted: (stream, ms, known) => {
        const added = Math.max(0, Math.round(stream === 'video' ? (ms * 30) / 1000 : ms) - known);
        if (stream === 'video') this.missed += added;
        else this.lostAudioMs += added;
        return added;
      },
    });
    /** Nothing comes for so long, of which the first part is noticed only by the writers. */
    outage(noticedMs: number, awayMs: number, wasOn = true): this {
      this.run(noticedMs, { received: 0, lostAudioMs: everyMs });
      this.log.connectionLost(this.nowMs);
      this.log.trackLeft('video', this.nowMs, wasOn);
      this.log.trackLeft('audio', this.nowMs, wasOn);
      this.isDue = false;
      this.run(awayMs, { received: 0 });
      this.log.connectionBack(this.nowMs);
      return this;
    }
    back(showsAfterMs = 0): this {
      this.isDue = true;
      this.log.trackCame('video', this.nowMs);
      this.log.trackCame('audio', this.nowMs);
      // Its publisher takes a moment for the first picture.
      this.run(showsAfterMs, { received: 0 });
      this.firstMs = this.nowMs;
      return this.run(5_000);
    }
  }

  it('is on the account when it is back, once, and is one gap', () => {
    const room = new Room().run(4_000).outage(1_000, 9_000).back();
    expect(room).toMatchObject({ missed: 300, lostAudioMs: 10_000 });
    expect(room.gaps).toEqual([
      { stream: 'audio', atMs: 4_000, durationMs: 10_000, cause: 'neverArrived', lostFrames: null },
      { stream: 'video', atMs: 4_000, durationMs: 10_000, cause: 'neverArrived', lostFrames: 300 },
    ]);
  });

  it.each([250, 500, 1_500])(
    'is missing up to the first picture, %d ms after the camera is there',
    (afterMs) => {
      const room = new Room().run(4_000).outage(1_000, 9_000).back(afterMs);
      const missed = Math.round(300 + (afterMs * 30) / 1000);
      expect(room).toMatchObject({ missed, lostAudioMs: 10_000 });
      expect(room.gaps).toMatchObject([
        { stream: 'audio', atMs: 4_000, durationMs: 10_000 },
        { stream: 'video', atMs: 4_000, durationMs: 10_000 + afterMs, lostFrames: missed },
      ]);
    },
  );

  it('is missing to the end of a camera that is there and shows nothing more, and no longer of one that goes', () => {
    const room = new Room().run(4_000).outage(0, 2_000);
    room.isDue = true;
    room.log.trackCame('video', room.nowMs);
    room.run(1_000, { received: 0 });
    expect(room.log.openGaps).toMatchObject([{ stream: 'video', atMs: 4_000, durationMs: 3_000 }, {}]);
    room.log.trackLeft('video', room.nowMs);
    room.isDue = false;
    room.run(4_000, { received: 0 });
    room.log.end();
    expect(room).toMatchObject({ missed: 90 });
    expect(room.log.gaps).toMatchObject([{ stream: 'video', atMs: 4_000, durationMs: 3_000 }, {}]);
  });

  it('is missing until it is back of a camera that comes muted, or is muted before it shows anything', () => {
    const muted = new Room().run(4_000).outage(0, 2_000);
    muted.log.trackCame('video', muted.nowMs, true);
    muted.run(2_000, { received: 0 });
    expect(muted.gaps).toMatchObject([{ stream: 'video', durationMs: 2_000, lostFrames: 60 }, {}]);
    const later = new Room().run(4_000).outage(0, 2_000);
    later.isDue = true;
    later.log.trackCame('video', later.nowMs);
    later.run(500, { received: 0 });
    later.isDue = false;
    later.run(2_000, { received: 0 });
    expect(later.gaps).toMatchObject([{ stream: 'video', durationMs: 2_500, lostFrames: 75 }, {}]);
  });

  it('is missing until it is back of a screen, of which no further picture is due', () => {
    const room = new Room().run(4_000).outage(0, 2_000);
    room.nowMs += 100;
    room.log.trackCame('video', room.nowMs);
    room.run(2_000, { received: 0 });
    expect(room.gaps).toMatchObject([{ stream: 'video', atMs: 4_000, durationMs: 2_100 }, {}]);
  });

  it('goes on when the connection is lost again before its first picture', () => {
    const room = new Room().run(4_000).outage(0, 2_000);
    room.isDue = true;
    room.log.trackCame('video', room.nowMs);
    room.run(500, { received: 0 }).outage(0, 1_000).back(250);
    expect(room.gaps).toMatchObject([
      { stream: 'audio' },
      { stream: 'video', atMs: 4_000, durationMs: 3_750, lostFrames: 113 },
    ]);
  });

  it('is a gap from the moment on in which it is known, whether or not anybody comes back', () => {
    const room = new Room().run(4_000);
    expect(room.log.openGaps).toEqual([]);
    room.outage(1_000, 9_000);
    const known = { atMs: 4_000, durationMs: 10_000 };
    expect(room.log.openGaps).toMatchObject([
      { stream: 'video', ...known },
      { stream: 'audio', ...known },
    ]);
    // The connection stands again, and they are still away: the gap is as long as the connection was lost.
    room.run(3_000, { received: 0 });
    expect(room.log.openGaps).toMatchObject([known, known]);
    room.back();
    expect(room.log.openGaps).toEqual([]);
  });

  it('is on the account when it never came back', () => {
    const room = new Room().run(4_000).outage(0, 6_000);
    room.log.end();
    expect(room).toMatchObject({ missed: 180, lostAudioMs: 6_000 });
  });

  it('was lost from the standstill on in which the connection was', () => {
    const room = new Room().run(4_000);
    room.nowMs += 12_000;
    room.log.connectionLost(room.nowMs);
    // What had waited in the socket is thrown away, and counted as that.
    room.run(250, { received: 20, dropped: 20 });
    room.log.trackLeft('video', room.nowMs);
    room.log.trackLeft('audio', room.nowMs);
    room.run(750, { received: 0 });
    room.log.connectionBack(room.nowMs);
    room.back();
    expect(room).toMatchObject({ dropped: 20, missed: 13 * 30 - 20, lostAudioMs: 13_000 });
  });

  it('is on the account of each part as far as it reaches into it, and a gap in each', () => {
    const room = new Room().run(4_000).outage(0, 4_000);
    room.log.connectionLost(room.nowMs);
    // The cut was a moment ago, as always when it is noticed.
    const { added, log: next } = room.log.successor(7_800);
    expect(added).toEqual({ video: 114, audio: 3_800 });
    expect(room).toMatchObject({ missed: 114, lostAudioMs: 3_800 });
    expect(room.gaps).toEqual([
      { stream: 'video', atMs: 4_000, durationMs: 3_800, cause: 'neverArrived', lostFrames: 114 },
      { stream: 'audio', atMs: 4_000, durationMs: 3_800, cause: 'neverArrived', lostFrames: null },
    ]);
    // Another part begins and ends while nobody is there.
    const { added: later, log: last } = next.successor(10_000);
    expect(later).toEqual({ video: 66, audio: 2_200 });
    next.end();
    expect(next.gaps.map(({ atMs, durationMs }) => [atMs, durationMs])).toEqual(
      Array(2).fill([7_800, 2_200]),
    );
    last.trackCame('video', 10_500);
    last.trackCame('audio', 11_000);
    shows(last, 11_000);
    last.end();
    expect(room).toMatchObject({ missed: 210, lostAudioMs: 7_000 });
    expect(last.gaps).toMatchObject(Array(2).fill({ atMs: 10_000, durationMs: 1_000 }));
  });

  it('is counted in the next part as long as nobody knows whether its owner has left', () => {
    const room = new Room().run(4_000).outage(0, 2_000);
    const { added, log: next } = room.log.successor(7_000);
    expect(added).toEqual({ video: 60, audio: 2_000 });
    next.trackCame('video', 7_500);
    shows(next, 8_000);
    next.end();
    expect(room).toMatchObject({ missed: 120, lostAudioMs: 2_000 });
  });

  it('is nothing of who was muted', () => {
    const room = new Room().run(4_000);
    room.outage(0, 6_000, false).back();
    expect(room).toMatchObject({ missed: 0, lostAudioMs: 0 });
    expect(room.gaps).toEqual([]);
  });
});
