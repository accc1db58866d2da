import { describe, expect, it } from 'vitest';
import type { RecordingSink } from '#engine/sink/recording-sink.js';
import { isCameraOverdue, isLineDead } from '#engine/take/dead-line.js';

const nowMs = 10_000;

/** A track that is on, by its figures: when its last packet came, and that it should have sent more since. */
interface Heard {
  readonly lastMs: number;
  readonly isDue: boolean;
  /** When WebRTC was asked. */
  readonly readMs?: number;
}

function sinkOf(audio: Heard | null, video: Heard | null = null, isConnected = true): RecordingSink {
  const figuresOf = (heard: Heard | null): unknown =>
    heard === null ? null : { arrivals: { lastPacketAtMs: heard.lastMs, readAtMs: heard.readMs ?? nowMs } };
  return {
    tracks: {
      isConnected,
      ...{ isAudioOn: audio !== null, isVideoOn: video !== null },
      concealed: { quietMs: audio?.isDue === true ? nowMs - audio.lastMs : 0 },
      statistics: { audio: figuresOf(audio), video: figuresOf(video) },
    },
    video: { gaps: { isOverdue: () => video?.isDue === true } },
  } as unknown as RecordingSink;
}

const gone: Heard = { lastMs: 8_000, isDue: true };
const goneSoonAfter: Heard = { lastMs: 8_300, isDue: true };
const alive: Heard = { lastMs: 9_990, isDue: false };

describe('the line to the room at the end of a take', () => {
  it('is dead when all that should come stopped at the same moment', () => {
    expect(isLineDead([sinkOf(gone, goneSoonAfter)], nowMs)).toBe(true);
    expect(isLineDead([sinkOf(gone), sinkOf(goneSoonAfter)], nowMs)).toBe(true);
    // Who had not spoken for a while says nothing.
    expect(isLineDead([sinkOf(gone, gone), sinkOf({ lastMs: 5_000, isDue: false })], nowMs)).toBe(true);
  });

  it('is not when something came later, or only one has stopped', () => {
    expect(isLineDead([sinkOf(gone, gone), sinkOf(alive)], nowMs)).toBe(false);
    expect(isLineDead([sinkOf(gone)], nowMs)).toBe(false);
    expect(isLineDead([sinkOf(gone), sinkOf({ lastMs: 6_000, isDue: true })], nowMs)).toBe(false);
    expect(isLineDead([sinkOf(gone, { lastMs: 8_000, isDue: false })], nowMs)).toBe(false);
    expect(isLineDead([], nowMs)).toBe(false);
  });

  it('is not known to be where WebRTC was asked too soon', () => {
    const asked = { ...gone, readMs: 8_200 };
    expect(isLineDead([sinkOf(asked, asked)], nowMs)).toBe(false);
  });

  it('is dead when the connection is lost', () => {
    expect(isLineDead([sinkOf(null, null, false)], nowMs)).toBe(true);
  });

  it('has a camera that is overdue only where one is on', () => {
    expect(isCameraOverdue(sinkOf(null, gone), nowMs)).toBe(true);
    expect(isCameraOverdue(sinkOf(null, alive), nowMs)).toBe(false);
    expect(isCameraOverdue(sinkOf(gone), nowMs)).toBe(false);
  });
});
