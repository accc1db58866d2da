import { describe, expect, it } from 'vitest';
import { soakLack } from '../../../../src-main/cli/output/soak-outcome.js';
import {
  describeContent,
  shortcomingLines,
  takeSummary,
} from '../../../../src-main/cli/output/take-summary.js';
import {
  type Manifest,
  type ManifestFile,
  manifestFileSchema,
  manifestSchema,
} from '../../../../src-main/contract/manifest.js';
import { profiles } from '../../../../src-main/contract/profile.js';
import type { LossGap } from '../../../../src-main/contract/stamps.js';
import { completeStamp } from '../../../../src-main/finalize/complete-stamp.js';
import { recordProblem, takeLosses } from '../../../../src-main/format/take-problem.js';

const intact = { isEarned: true, problem: null, packets: null, worstGap: null };

/** Ten minutes at 30 fps, of which some frames were dropped. */
function file(name: string, queueFull: number, gaps: readonly LossGap[] = []): ManifestFile {
  const entry = manifestFileSchema.parse({
    file: `${name}.mp4`,
    identity: name,
    participantName: '',
    kind: 'participant',
    state: 'verified',
    canvas: { width: 1280, height: 720 },
    videoCodec: 'h264',
    audioCodec: 'aac',
    segments: [{ file: `${name}.mp4`, startMs: 0, endMs: 600_000 }],
    durationMs: 600_000,
    sizeBytes: 1_000_000,
    sha256: null,
    problem: null,
    video: { received: 18_000, written: 18_000 - queueFull, queued: 0, dropped: { queueFull } },
    audio: { received: 60_000, written: 60_000, queued: 0, dropped: {} },
    audioSilenceMs: 0,
    maxFrameGapMs: 50,
    missedFrames: 0,
    gaps,
  });
  return { ...entry, stamps: { intact, complete: completeStamp(entry) } };
}

function take(...files: ManifestFile[]): Manifest {
  return manifestSchema.parse({
    schema: 'plateau.manifest/1',
    plateauVersion: '0.2.0',
    room: 'standup',
    server: '127.0.0.1',
    takeName: 'standup-1',
    state: 'complete',
    startedAt: '2026-11-24T09:00:00.000Z',
    stoppedAt: null,
    durationMs: 600_000,
    profile: profiles['720p30'],
    audioOnly: false,
    budgetBytes: null,
    peakRssBytes: null,
    files,
    problem: null,
  });
}

const gap: LossGap = { stream: 'audio', atMs: 4_000, durationMs: 1_200, cause: 'dropped', lostFrames: null };

it('says which file has fewer frames than its rate, in the summary and of a check, and calls it complete', () => {
  const ada = { ...file('ada', 0, []), emptySlots: 264 };
  const manifest = take(ada, file('ben', 0, []));
  const said = takeSummary(manifest, '/takes/standup-1').join('\n');
  expect(said).toContain('ada.mp4 has 264 frames less than its rate says');
  expect(said).not.toContain('ben.mp4 has');
  expect(shortcomingLines(manifest)).toHaveLength(1);
  expect(describeContent(ada)).toBe('complete');
});

describe('what a command says of a content', () => {
  it.each([
    [0, [], 'complete', undefined],
    [18, [], 'complete', undefined],
    [100, [], '0.6 % lost', undefined],
    [0, [{ ...gap, durationMs: 800 }], '1 gap', undefined],
    [0, [gap], '1 GAP', 8],
    [181, [], '1.0 % LOST', 8],
    [6_660, [gap], '37 % LOST, 1 GAP', 8],
  ] as const)('%i frames dropped and gaps %o: %s', (queueFull, gaps, text, exitCode) => {
    const ada = file('ada', queueFull, gaps);
    expect(describeContent(ada)).toBe(text);
    expect(recordProblem(take(ada))?.exitCode).toBe(exitCode);
    expect(takeSummary(take(file('ben', 0), ada), '/takes/standup-1').join('\n')).toContain(text);
  });

  it('says that nothing was recorded of what was stopped before anything had come', () => {
    const ada = file('ada', 18_000);
    const empty = {
      ...ada,
      video: { ...ada.video, received: 0, written: 0 },
      audio: { ...ada.audio, written: 0 },
    };
    const problem = recordProblem({ ...take({ ...empty, stamps: undefined }), durationMs: 60 });
    expect([problem?.code, problem?.exitCode]).toEqual(['nothingRecorded', 7]);
    expect(recordProblem(take({ ...empty, stamps: undefined }))).toBeNull();
  });

  it('names the file that lacks something, and how many others do', () => {
    const problem = takeLosses([file('ada', 0), file('ben', 900), file('eve', 900)]);
    expect(problem?.code).toBe('recordedWithLosses');
    expect(problem?.message).toBe(
      'ben.mp4 is not complete. Missing: 900 of 18,000 frames (5.0 %). So it is with 1 more.',
    );
  });
});

describe('a soak', () => {
  const lossy = take(file('ada', 900));

  it('tells what its take lacks when memory is as it should be', () => {
    expect(soakLack(lossy, 0, false)?.exitCode).toBe(8);
    expect(soakLack(take(file('ada', 10)), 0, false)).toBeNull();
  });

  it('is about memory before all, and expects losses of its faults', () => {
    expect(soakLack(lossy, 1, false)).toBeNull();
    expect(soakLack(lossy, 0, true)).toBeNull();
    expect(soakLack(null, 0, false)).toBeNull();
  });
});

describe('the second copy of a take', () => {
  const backup = {
    path: '/copies/standup-1',
    isThis: false,
    state: 'proven',
    provenFiles: 1,
    problem: null,
  } as const;
  const problem = { code: 'diskFull', message: 'The disk of the backup folder is full.', hint: 'Free some.' };

  it('is a line of the summary, and no failure when it is proven', () => {
    const manifest = { ...take(file('ada', 0)), backup };
    expect(takeSummary(manifest, '/takes/standup-1')).toContain(
      'The backup is in /copies/standup-1: 1 file, byte by byte what it is in the take.',
    );
    expect(recordProblem(manifest)).toBeNull();
  });

  it('is a failure of its own when it lacks something, after everything that the take itself lacks', () => {
    const lacking = { ...backup, state: 'incomplete', problem: { ...problem, sinceMs: 61_000 } } as const;
    const found = recordProblem({ ...take(file('ada', 0)), backup: lacking });
    expect(found).toMatchObject({
      code: 'backupIncomplete',
      exitCode: 16,
      message:
        'The backup is in /copies/standup-1, and is not complete: the disk of the backup folder is full. It had everything until 00:01:01.',
    });
    expect(recordProblem({ ...take(file('ada', 5_000)), backup: lacking })?.code).toBe('recordedWithLosses');
    const cut = { ...backup, state: 'copying' } as const;
    expect(recordProblem({ ...take(file('ada', 0)), backup: cut })?.message).toContain(
      'It was not held against',
    );
  });
});

describe('signals that were missing', () => {
  const missed = (identity: string, kind = 'noAudio') => ({
    ...{ trackSid: `TR_${identity}`, identity, role: 'microphone', kind, hadSignal: true, file: null },
    ...{ fromMs: 2_000, toMs: 9_000 },
  });
  const first = 'The microphone of ada was on, and no audio arrived from 00:00:02 to 00:00:09.';

  it.each([
    [[missed('ada')], first],
    [[missed('ada'), missed('ben')], `${first} 1 other signal was missing, too.`],
    [[missed('ada'), missed('ada')], `${first} (and once more)`],
    [
      [
        missed('ada'),
        missed('ben'),
        missed('ada'),
        missed('ada'),
        missed('ben'),
        missed('ada', 'digitalSilence'),
      ],
      `${first} (and 2 more times) 2 other signals were missing, too.`,
    ],
  ])('are counted by what is said of them', (signalGaps, message) => {
    const manifest = manifestSchema.parse({ ...take(file('ada', 0)), signalGaps });
    expect(recordProblem(manifest)?.message).toBe(message);
  });
});

it('says of all files together what a console says', () => {
  const of = (manifest: Manifest): string | undefined =>
    takeSummary(manifest, '/takes/standup-1').find((line) => line.startsWith('In all'));
  expect(of(take(file('ada', 0)))).toBe('In all: nothing lost.');
  expect(of(take(file('ada', 0), file('ben', 100, [gap])))).toBe('In all: 100 frames lost, 1 gap.');
  const damaged = { ...file('ada', 0), state: 'damaged' as const };
  expect(of(take(damaged))).toBe('In all: not every file is intact.');
});

it('says of a take that began late what it lacks, in the summary and when it is verified', () => {
  const late =
    'The take began 1.8 s after there was something to record: what was sent before is in no file.';
  const manifest = { ...take(file('ada', 0)), beganLateMs: 1_800 };
  expect(takeSummary(manifest, '/takes/standup-1')).toContain(`  ${late}`);
  expect(shortcomingLines(manifest)).toEqual([`  ${late}`]);
});

it('tells a track that is in a file again from one that is in none to the end, when a process has ended', () => {
  const lacking = (...untilMs: (number | undefined)[]): Manifest =>
    manifestSchema.parse({
      ...take(file('ada', 0)),
      notRecorded: untilMs.map((one) => ({
        ...{ identity: 'ada', participantName: '', role: 'camera', code: 'receiverEnded', message: 'Ended.' },
        ...{ sinceMs: 4_000, ...(one === undefined ? {} : { untilMs: one }) },
      })),
    });
  const exitCodeOf = (manifest: Manifest): number => recordProblem(manifest)?.exitCode ?? 0;
  expect(exitCodeOf(lacking(6_000, 6_500))).toBe(8);
  expect(exitCodeOf(lacking(6_000, undefined))).toBe(7);
  expect(exitCodeOf(lacking(undefined))).toBe(7);
});
