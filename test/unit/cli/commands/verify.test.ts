import { describe, expect, it } from 'vitest';
import {
  deliverableLines,
  unnamedLines,
  verificationLines,
} from '../../../../src-main/cli/commands/verify.js';
import type { SignalGap } from '../../../../src-main/contract/signal-alarms.js';
import type { Finding } from '../../../../src-main/finalize/finding.js';
import type { TakeVerification } from '../../../../src-main/finalize/verify-take.js';
import { fileWords } from '../../../../src-main/format/file-state-text.js';

type VerifiedFile = TakeVerification['files'][number];

const early: Finding = { code: 'takeFailed', message: 'The disk is almost full, so the take was stopped.' };

function verificationOf(findings: readonly Finding[], ofFile: readonly Finding[]): TakeVerification {
  const ok = ofFile.length === 0;
  const complete = { isEarned: true, problem: null, worstGap: null, grade: 'complete' } as const;
  const intact = { isEarned: ok, problem: null, packets: null, worstGap: null };
  const file = {
    ...{ ok, findings: ofFile, file: 'ada.mp4', identity: 'ada', state: 'verified', durationMs: 5_600 },
    ...{ videoFrames: 169, audioFrames: 264, stamps: { complete, intact }, furtherAudio: [] },
  } as unknown as VerifiedFile;
  const content = { grade: 'complete' } as TakeVerification['content'];
  return {
    ...{ unnamed: [], deliverables: [] },
    ...{ ok: ok && findings.length === 0, isComplete: true, content, takeName: 'standup' },
    ...{ findings: [...findings], files: [file] },
  };
}

const problem = { code: 'diskFull', message: early.message, hint: 'Free some.', file: null, identity: null };

it('says of a take that a full disk ended that its files are intact, and that it ended early', () => {
  // Its manifest may call it failed, or complete.
  for (const findings of [[early], []]) {
    const lines = verificationLines(verificationOf(findings, []), { problem, state: 'complete' });
    expect(lines[0]).toMatch(/^Take standup: every file is intact, .*; it ended early$/);
    expect(lines.filter((line) => line === `  ${early.message}`)).toHaveLength(1);
  }
  // Of one file it is no end of the take.
  const ofFile = verificationLines(verificationOf([], []), {
    problem: { ...problem, file: 'ada.mp4', identity: 'ada' },
    state: 'complete',
  });
  expect(ofFile[0]).not.toContain('early');
});

it('says of a file that is not what was recorded that it is not, however the take ended', () => {
  const changed: Finding = { code: 'checksumMismatch', message: 'The file was changed.' };
  for (const findings of [[], [early]])
    expect(verificationLines(verificationOf(findings, [changed]), { problem, state: 'failed' })[0]).toMatch(
      /: not every file is intact/,
    );
  const running: Finding = { code: 'notFinalized', message: 'The take is recording.' };
  expect(verificationLines(verificationOf([running], []), { problem: null, state: 'recording' })[0]).toMatch(
    /: not every file is intact/,
  );
});

it('names what lies beside the files of a take, and counts what is more than a screen has room for', () => {
  const files = Array.from({ length: 12 }, (_, index) => ({
    file: `cut-${index}.mp4`,
    sizeBytes: 1_500_000,
  }));
  const lines = unnamedLines(files);
  expect(lines[0]).toBe('  cut-0.mp4 (1.50 MB) is not in the manifest: it was not checked.');
  expect(lines.slice(-2)[0]).toContain('cut-9.mp4');
  expect(lines.at(-1)).toBe('  2 more files are not in the manifest.');
  expect(unnamedLines([])).toEqual([]);
});

it('says what was made of the files of a take, and what is not as it was made', () => {
  const problem = 'ben.mp4 was changed.';
  expect(
    deliverableLines([
      { file: 'ada.mp4', source: 'ada.mkv', state: 'asMade', problem: null },
      { file: 'ben.mp4', source: 'ben.mkv', state: 'changed', problem },
    ]),
  ).toEqual(['  ada.mp4 is as it was made of ada.mkv.', `  ${problem}`]);
});

it('says of a take without files that nothing was recorded, and nothing of its files', () => {
  const none = { ...verificationOf([], []), ok: false, content: null, files: [] };
  const empty: Finding = { code: 'nothingRecorded', message: 'Nothing was recorded: the take has no files.' };
  expect(verificationLines({ ...none, findings: [empty] }, { problem: null, state: 'complete' })).toEqual([
    'Take standup: nothing was recorded',
    `  ${empty.message}`,
  ]);
  // All of it may be in another folder.
  expect(verificationLines({ ...none, ok: true }, { problem: null, state: 'complete' })).toEqual([
    'Take standup: it has no file here',
  ]);
});

it('has the words of the window for a file that plays and is not proven', () => {
  const verification = verificationOf([], []);
  const [file] = verification.files;
  if (file?.stamps === undefined) throw new Error('There is no such file.');
  const stamps = { ...file.stamps, intact: { ...file.stamps.intact, isEarned: false } };
  const lines = verificationLines(
    { ...verification, files: [{ ...file, stamps }] },
    { problem: null, state: 'complete' },
  );
  expect(lines.join('\n')).toContain(fileWords.unproven);
  expect(lines[0]).toContain('not of each is it proven');
});

it('calls nothing complete in its first line where something is not as it should be', () => {
  const ending = { problem: null, state: 'complete' } as const;
  const changed: Finding = { code: 'checksumMismatch', message: 'The file was changed.' };
  const [damaged] = verificationLines(verificationOf([], [changed]), ending);
  expect(damaged).toBe('Take standup: not every file is intact');
  // What is known to be missing is said beside it.
  const content = { grade: 'losses', worstShare: 0.37, gaps: 1 } as TakeVerification['content'];
  const [lossy] = verificationLines({ ...verificationOf([], [changed]), content }, ending);
  expect(lossy).toMatch(/: not every file is intact, recorded with losses \(/);
  const interrupted: Finding = { code: 'notFinalized', message: 'The take is recording.' };
  const [growing] = verificationLines(verificationOf([interrupted], []), { ...ending, state: 'recording' });
  expect(growing).toBe('Take standup: not every file is intact');
});

it('tells in its first line of a signal that did not come, and of a delivered file that is not as it was made', () => {
  const ending = { problem: null, state: 'complete' } as const;
  const gap = { kind: 'noAudio', trackSid: 'TR_1', identity: 'ada', role: 'microphone' } as SignalGap;
  const [silent] = verificationLines(verificationOf([], []), { ...ending, signalGaps: [gap] });
  expect(silent).toBe('Take standup: every file is intact, every file is complete; 1 signal missing');
  const deliverables = [{ file: 'ada.mp4', source: 'ada.mkv', state: 'changed', problem: 'It was changed.' }];
  const made = { ...verificationOf([], []), deliverables } as TakeVerification;
  expect(verificationLines(made, ending)[0]).toMatch(/; not every MP4 file is as it was made$/);
});

describe('a file that is not there', () => {
  const ending = { problem: null, state: 'complete' } as const;
  const missing: Finding = { code: 'missing', message: 'The file is not there.' };
  const gone = {
    ...{ ok: false, findings: [missing], file: 'ben.mp4', identity: 'ben', state: 'verified' },
    ...{ durationMs: null, videoFrames: 0, audioFrames: 0 },
  } as unknown as VerifiedFile;

  function without(files: readonly VerifiedFile[], content: TakeVerification['content'] = null): string[] {
    return verificationLines({ ...verificationOf([], []), ok: false, content, files }, ending);
  }

  it('is said to be that first, and the others are what they are', () => {
    const { files } = verificationOf([], []);
    const lines = without([...files, gone]);
    expect(lines[0]).toBe('Take standup: 1 of 2 files is not there, every other file is intact');
    expect(lines.filter((line) => line.includes('ben.mp4'))).toEqual([
      expect.stringMatching(/^\s*ben\.mp4 +NOT THERE +– +– +– +–$/),
      '  ben.mp4: The file is not there.',
    ]);
    const changed = verificationOf([], [{ code: 'checksumMismatch', message: 'It was changed.' }]).files;
    expect(without([...changed, gone])[0]).toBe(
      'Take standup: 1 of 2 files is not there, not every other file is intact',
    );
    // What the others lack is known.
    const content = { grade: 'losses', worstShare: 0.37, gaps: 1 } as TakeVerification['content'];
    expect(without([...files, gone], content)[0]).toMatch(
      /is not there, every other file is intact, recorded with losses \(37 % lost/,
    );
  });

  it('of a take that has no other leaves nothing to be said', () => {
    expect(without([gone])[0]).toBe('Take standup: its file is not there');
    expect(without([gone, { ...gone, file: 'eve.mp4' }])[0]).toBe(
      'Take standup: none of its 2 files is there',
    );
  });
});
