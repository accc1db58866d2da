import { describe, expect, it } from 'vitest';
import { lossesOf as accountOf } from '../../../../src-main/contract/losses.js';
import { describeStop, stateContent } from '../../../../src-renderer/derive/content.js';
import {
  describeDrops,
  describeLosses,
  lossCountsOf,
  lossesOf,
} from '../../../../src-renderer/derive/losses.js';
import { sinkWith, snapshot } from '../stores/snapshots.js';

describe('what a stop says', () => {
  const stop = { takeName: 'standup-1', isVerified: true };
  it.each([
    [{ ...stop, isVerified: false, content: null }, 'error', 'not every file is intact'],
    [{ ...stop, files: 0, isVerified: false, content: null }, 'warning', 'has no files: nobody was recorded'],
    [
      {
        ...{ ...stop, files: 0, isVerified: false },
        content: { grade: 'losses', worstShare: 0, gaps: 0, missingTracks: 2 },
      },
      'error',
      'has no files: 2 tracks missing',
    ],
    [{ ...stop, content: { grade: 'complete', worstShare: 0, gaps: 0 } }, 'success', 'intact and complete'],
    [{ ...stop, content: { grade: 'smallLosses', worstShare: 0.004, gaps: 0 } }, 'warning', '0.4 % lost'],
    [{ ...stop, content: { grade: 'losses', worstShare: 0.37, gaps: 3 } }, 'error', '37 % lost, 3 gaps'],
  ] as const)('%o', (answer, level, text) => {
    expect(describeStop(answer)).toMatchObject({ level, text: expect.stringContaining(text) as string });
  });
});

it('is green, amber and red', () => {
  const tones = (['complete', 'smallLosses', 'losses'] as const).map(
    (grade) => stateContent({ grade, worstShare: 0.02, gaps: 0 }).tone,
  );
  expect(tones).toEqual(['good', 'warning', 'bad']);
});

describe('the losses of a take that runs', () => {
  it('are the account that its manifest will have, video and audio apart', () => {
    const sink = sinkWith({ queueFull: 3_399, sinkFailed: 1 }, 9_240, 5_840);
    const { dropped } = sink.audio.accounting;
    const lossy = {
      ...sink,
      audio: {
        ...sink.audio,
        lostMs: 90_000,
        accounting: { ...sink.audio.accounting, dropped: { ...dropped, queueFull: 10_273 } },
      },
    };
    const { losses, videoByCause, audioMsByCause } = lossesOf(snapshot(1_000, { sinks: [lossy] }));
    expect(losses).toEqual(accountOf(lossCountsOf(lossy)));
    expect(losses.video).toEqual({ dueFrames: 9_240, lostFrames: 3_400, missedFrames: 0 });
    // Silence stands for it a while after it was dropped.
    expect(losses.audio.lostMs).toBe(102_730);
    expect(videoByCause.queueFull).toBe(3_399);
    expect(audioMsByCause.queueFull).toBe(102_730);
    expect(describeLosses(losses)).toEqual({ tone: 'bad', text: '3,400 frames and 102.7 s of audio lost' });
  });

  it('never read as nothing while frames never arrived', () => {
    const [sink] = snapshot(60_000).sinks;
    if (sink === undefined || sink.video === null) throw new Error('the fake has a frame');
    const { losses } = lossesOf({ sinks: [{ ...sink, video: { ...sink.video, missedFrames: 10 } }] });
    expect(describeLosses(losses)).toEqual({ tone: 'warning', text: '10 frames lost' });
    expect(describeLosses(lossesOf({ sinks: [sink] }).losses)).toEqual({
      tone: 'good',
      text: 'nothing lost',
    });
  });
});

describe('describeDrops', () => {
  const none = lossesOf({ sinks: [] }).losses;

  it('does not say that nothing is lost before that is known', () => {
    expect(describeDrops(none, false).text).toBe('');
    expect(describeDrops(none, true).text).toBe('nothing lost');
  });

  it('says what is lost in any case', () => {
    const some = { ...none, video: { dueFrames: 100, lostFrames: 10, missedFrames: 0 } };
    expect(describeDrops(some, false)).toEqual(describeLosses(some));
  });
});
