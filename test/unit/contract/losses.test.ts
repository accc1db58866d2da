import { describe, expect, it } from 'vitest';
import { knownContentOf } from '../../../src-main/contract/loss-account.js';
import {
  contentOf,
  contentOfTake,
  gradeLosses,
  isWorseGrade,
  type Losses,
  lossesOf,
  lossShares,
  lostAudioMs,
  sumOfLosses,
  worstGrade,
} from '../../../src-main/contract/losses.js';
import {
  contentLabel,
  formatLossShare,
  lossFigures,
  lossTexts,
  missingText,
} from '../../../src-main/format/content-text.js';

function losses(video: Partial<Losses['video']> = {}, audio: Partial<Losses['audio']> = {}): Losses {
  return {
    video: { dueFrames: 10_000, lostFrames: 0, missedFrames: 0, ...video },
    audio: { dueMs: 100_000, lostMs: 0, ...audio },
  };
}

describe('the account', () => {
  it('has video in frames and audio in milliseconds, and leaves out what was not due', () => {
    const one = lossesOf({
      video: { received: 700, dropped: { queueFull: 30, sinkFailed: 10, paced: 300, notRecording: 20 } },
      missedFrames: 20,
      audio: { written: 900 },
      audioLostMs: 1_000,
    });
    expect(one).toEqual({
      video: { dueFrames: 400, lostFrames: 40, missedFrames: 20 },
      audio: { dueMs: 10_000, lostMs: 1_000 },
    });
    expect(lossShares(one)).toEqual({ video: 0.15, audio: 0.1 });
    expect(sumOfLosses([one, one]).video).toEqual({ dueFrames: 800, lostFrames: 80, missedFrames: 40 });
    expect(sumOfLosses([one, one]).audio).toEqual({ dueMs: 20_000, lostMs: 2_000 });
  });

  it('counts audio that an encoder took with it as lost', () => {
    expect(lostAudioMs({ lostMs: 500, dropped: { sinkFailed: 20, queueFull: 7 } })).toBe(700);
  });

  it('counts audio that was dropped as lost before silence stands for it, or where none ever will', () => {
    const dropped = { queueFull: 300, byteCap: 10, governed: 5, sinkFailed: 2, encoderLost: 3, tooLate: 50 };
    expect(lostAudioMs({ lostMs: 900, dropped })).toBe(3_200);
    expect(lostAudioMs({ lostMs: 9_000, dropped })).toBe(9_050);
    // No more can be missing than was not written; what was dropped is missing all the same.
    expect(lostAudioMs({ lostMs: 9_000, dropped }, 4_000)).toBe(4_000);
    expect(lostAudioMs({ lostMs: 9_000, dropped }, 1_000)).toBe(3_200);
  });

  it('has audio that was made up for lost packets due once, although it was written', () => {
    const { audio } = lossesOf({
      ...{ video: null, missedFrames: 0, audio: { written: 1_000 } },
      ...{ audioLostMs: 3_000, audioConcealedMs: 2_000 },
    });
    expect(audio).toEqual({ dueMs: 11_000, lostMs: 3_000 });
  });

  it('has nothing due of a file without video, and all of it lost where nothing was written', () => {
    const silent = lossesOf({ video: null, missedFrames: 0, audio: { written: 0 }, audioLostMs: 3_000 });
    expect(lossShares(silent)).toEqual({ video: 0, audio: 1 });
  });
});

describe('the grade', () => {
  it.each<[string, Losses, number[], string]>([
    ['nothing', losses(), [], 'complete'],
    ['0.1 % of the frames', losses({ lostFrames: 10 }), [], 'complete'],
    ['more than that', losses({ lostFrames: 11 }), [], 'smallLosses'],
    ['the same of what never came', losses({ missedFrames: 11 }), [], 'smallLosses'],
    ['1 % of the frames', losses({ lostFrames: 60, missedFrames: 40 }), [], 'smallLosses'],
    ['more than 1 %', losses({ lostFrames: 60, missedFrames: 41 }), [], 'losses'],
    ['0.2 % of the audio', losses({}, { lostMs: 200 }), [], 'smallLosses'],
    ['more than 1 % of the audio', losses({}, { lostMs: 1_001 }), [], 'losses'],
    ['a gap of a second', losses(), [1_000], 'smallLosses'],
    ['a gap of more than a second', losses(), [300, 1_001], 'losses'],
    ['four frames of a short take', losses({ dueFrames: 150, lostFrames: 4 }), [], 'smallLosses'],
    ['five frames of a short take', losses({ dueFrames: 150, lostFrames: 5 }), [], 'losses'],
    ['everything', losses({ dueFrames: 0 }, { dueMs: 3_000, lostMs: 3_000 }), [], 'losses'],
  ])('of %s', (_, lost, gaps, grade) => {
    expect(
      gradeLosses(
        lost,
        gaps.map((durationMs) => ({ durationMs })),
      ),
    ).toBe(grade);
  });

  it('is that of the worst file', () => {
    expect(worstGrade(['complete', 'losses', 'smallLosses'])).toBe('losses');
    expect(worstGrade([])).toBe('complete');
    expect(isWorseGrade('losses', 'smallLosses')).toBe(true);
    expect(isWorseGrade('complete', 'complete')).toBe(false);
  });
});

describe('the statement about a take', () => {
  const file = (grade: 'complete' | 'smallLosses' | 'losses', lost: Losses, gaps = 0) => ({
    stamps: { complete: { isEarned: grade === 'complete', grade, losses: lost, gaps } },
  });

  it('names the worst file’s share and all gaps', () => {
    const content = contentOf([
      file('complete', losses()),
      file('losses', losses({ lostFrames: 3_700 }), 2),
      file('smallLosses', losses(), 1),
    ]);
    expect(content).toEqual({ grade: 'losses', worstShare: 0.37, gaps: 3 });
    expect(content === null ? '' : contentLabel(content)).toBe('37 % lost, 3 gaps');
  });

  it('is as large as the time in which nothing came: no count has the frames of it', () => {
    const [armedMs, durationMs] = [60_000, 57_000];
    const video = { stream: 'video' };
    const { stamps } = file('losses', losses({ dueFrames: 0 }, { lostMs: 300 }), 1);
    const gap = (lostFrames: number | null) => [
      {
        stamps: { complete: { ...stamps.complete, armedMs, worstGap: { ...video, durationMs, lostFrames } } },
      },
    ];
    expect(contentOf(gap(null))).toEqual({ grade: 'losses', worstShare: 0.95, gaps: 1 });
    // Of a stretch in which some frames were lost the counts know how many.
    expect(contentOf(gap(50))?.worstShare).toBeLessThan(0.1);
  });

  it('has no share of a file that is complete, in which a moment is a large one', () => {
    const short = file('complete', losses({ lostFrames: 680 }));
    const content = contentOf([short, file('smallLosses', losses({ lostFrames: 110 }))]);
    expect(content).toEqual({ grade: 'smallLosses', worstShare: 0.011, gaps: 0 });
    expect(contentOf([short])).toEqual({ grade: 'complete', worstShare: 0, gaps: 0 });
  });

  it('knows what a further audio stream of a file lacks', () => {
    const lacking = file('losses', losses({ lostFrames: 3_700 }), 2);
    expect(contentOf([{ ...file('complete', losses()), furtherAudio: [lacking] }])).toEqual({
      ...{ grade: 'losses', worstShare: 0.37, gaps: 2 },
    });
    expect(contentOf([{ ...file('complete', losses()), furtherAudio: [{}] }])).toBeNull();
  });

  it('is not known of what was never finalized, unless something is known to be missing', () => {
    expect(contentOf([])).toBeNull();
    expect(contentOf([{}, file('complete', losses())])).toBeNull();
    expect(contentOf([{}, file('losses', losses({ lostFrames: 500 }))])?.grade).toBe('losses');
  });

  it('says what is known to be missing of a take that was interrupted', () => {
    const counts = (queueFull: number) => ({
      video: { received: 1_000, dropped: { queueFull } },
      missedFrames: 0,
      audio: { written: 3_000 },
    });
    expect(knownContentOf([counts(0), counts(370)])).toEqual({ grade: 'losses', worstShare: 0.37, gaps: 0 });
    expect(knownContentOf([{ ...counts(0), gaps: [{ durationMs: 300 }] }])?.grade).toBe('smallLosses');
    expect(knownContentOf([counts(0)])).toBeNull();
    expect(knownContentOf([])).toBeNull();
  });

  it('knows of an older version’s stamp whether it was earned', () => {
    expect(contentOf([{ stamps: { complete: { isEarned: false } } }])?.grade).toBe('losses');
    expect(contentOf([{ stamps: { complete: { isEarned: true } } }])?.grade).toBe('complete');
  });

  it.each([
    [{ grade: 'complete', worstShare: 0.0004, gaps: 0 }, 'Complete'],
    [{ grade: 'smallLosses', worstShare: 0.004, gaps: 0 }, '0.4 % lost'],
    [{ grade: 'losses', worstShare: 0.0002, gaps: 1 }, '1 gap'],
    [{ grade: 'losses', worstShare: 0, gaps: 0 }, 'Not complete'],
  ] as const)('reads %o', (content, label) => {
    expect(contentLabel(content)).toBe(label);
    const lacking = contentOfTake(content, [{ identity: 'ben', role: 'camera' }]);
    expect(lacking?.grade).toBe('losses');
    expect(lacking === null ? '' : contentLabel(lacking)).toMatch(/^(?:.*, )?1 track missing$/);
    expect(contentOfTake(content, [])).toBe(content);
  });

  it('never rounds a loss to nothing', () => {
    expect([0, 0.0001, 0.0012, 0.0994, 0.0995, 0.37].map(formatLossShare)).toEqual([
      '0 %',
      'under 0.1 %',
      '0.1 %',
      '9.9 %',
      '10 %',
      '37 %',
    ]);
  });

  it('tells video and audio apart', () => {
    expect(lossTexts(losses({ lostFrames: 90, missedFrames: 10 }, { lostMs: 12_000 }))).toEqual([
      '100 of 10,000 frames (1.0 %)',
      '12.0 s of 100.0 s of audio (12 %)',
    ]);
    expect(lossTexts(losses())).toEqual([]);
    // 0.00 s.
    expect(lossTexts(losses({}, { lostMs: 4 }))).toEqual([]);
    expect(missingText(losses(), 2)).toBeNull();
    expect(missingText(losses({ lostFrames: 90, missedFrames: 10 }))).toMatch(
      /^Missing from all files: 100 of [\d,]+ frames \([\d.]+ %\)\.$/,
    );
    expect(missingText(losses({ lostFrames: 90 }), 1)).toMatch(/ 1 track missing: not counted here\.$/);
    expect(lossFigures(losses())).toEqual({ video: '0', audio: '0 s' });
    const lost = losses({ lostFrames: 1_740 }, { lostMs: 4_000 });
    expect(lossFigures(lost)).toEqual({ video: '1,740 (17 %)', audio: '4.0 s (4.0 %)' });
  });
});
