import { describe, expect, it } from 'vitest';
import { unaccountedCopies } from '#engine/contract/copy-account.js';
import { unaccountedFrames } from '#engine/contract/drop-causes.js';
import { manifestFileSchema } from '#engine/contract/manifest.js';
import { copyReportSchema } from '#engine/copy/process/copy-reports.js';
import { copyRequestSchema } from '#engine/copy/process/copy-requests.js';
import { endedEntry } from '#engine/copy/process/ended-file.js';
import { SessionTokens } from '#engine/copy/process/session-tokens.js';
import { startHereUs } from '#engine/copy/process/shared-clock.js';
import { copyState, fileState } from '../../../fixtures/copy-states.js';

describe('the messages', () => {
  it('are what was sent, after a way as JSON', () => {
    const state = copyState({
      happenings: [
        { type: 'event', level: 'info', name: 'a', message: 'b', identity: null, details: { lengthMs: 3 } },
        { type: 'lost', error: { code: 'connectionLost', message: 'Gone.', hint: 'Look.' } },
      ],
    });
    expect(copyReportSchema.parse(JSON.parse(JSON.stringify(state)))).toEqual(state);
  });

  it('are refused when they are too large, or nothing that is known', () => {
    const files = Array.from({ length: 17 }, (_, index) => fileState(`${index}.mkv`));
    expect(copyReportSchema.safeParse(copyState({ files })).success).toBe(false);
    expect(copyReportSchema.safeParse({ type: 'state' }).success).toBe(false);
    expect(copyRequestSchema.safeParse({ type: 'begin', startUs: null }).success).toBe(false);
  });
});

describe('the clock of a take in another process', () => {
  const sent = { monotonicUs: 500e6, wallMs: 1_000_000 };
  it('is the same number where both count since the boot', () => {
    expect(startHereUs(499e6, sent, { monotonicUs: 500.02e6, wallMs: 1_000_020 })).toBe(499e6);
    // A message that waited for a process that was blocked.
    expect(startHereUs(499e6, sent, { monotonicUs: 520e6, wallMs: 1_020_000 })).toBe(499e6);
  });

  it('is carried over by the wall clock where each process counts for itself', () => {
    expect(startHereUs(499e6, sent, { monotonicUs: 3e6, wallMs: 1_000_020 })).toBe(3e6 - 1.02e6);
    expect(startHereUs(499e6, sent, { monotonicUs: 9_000e6, wallMs: 1_000_020 })).toBe(9_000e6 - 1.02e6);
  });
});

describe('the tokens of a receiver', () => {
  it('are the first one, and then one that was asked for', async () => {
    let asked = 0;
    const tokens = new SessionTokens('first', () => {
      asked += 1;
      tokens.came(`fresh ${asked}`);
    });
    expect([await tokens.next(), await tokens.next(), await tokens.next()]).toEqual([
      'first',
      'fresh 1',
      'fresh 2',
    ]);
  });

  it('are the newest one that there is, when nobody answers in time', async () => {
    const tokens = new SessionTokens('first', () => undefined, 1);
    expect([await tokens.next(), await tokens.next()]).toEqual(['first', 'first']);
  });
});

describe('a file whose process was gone before it could end it', () => {
  it('ends with its take, says why, and has an account without anything that is on its way', () => {
    const entry = endedEntry(fileState('ada.mkv').entry, 4_000, 4_200, 'It was killed.');
    expect(manifestFileSchema.parse(entry)).toEqual(entry);
    expect(entry).toMatchObject({
      problem: 'It was killed.',
      segments: [{ file: 'ada.mkv', startMs: 0, endMs: 4_200, packets: null }],
      tracks: [{ untilMs: 4_000 }],
      video: { queued: 0, written: 7, dropped: { receiverLost: 3 } },
      copy: { video: { packets: { missing: 0, lost: { ended: 2 } }, frames: { queued: 0, dropped: 3 } } },
      gaps: [{ stream: 'video', atMs: 4_000, durationMs: 200, cause: 'neverArrived' }],
    });
    expect(unaccountedFrames(entry.video) + unaccountedFrames(entry.audio)).toBe(0);
    if (entry.copy === undefined) throw new Error('It has no account.');
    expect(unaccountedCopies(entry.copy.video) + unaccountedCopies(entry.copy.audio)).toBe(0);
  });

  it('says still from when to when something was sent, and whether more was due', () => {
    const { entry } = fileState('ada.mkv');
    const { copy } = entry;
    if (copy === undefined) throw new Error('It has no account.');
    const sent = { fromMs: 300, toMs: 3_900 };
    const told = { video: { ...copy.video, sent, isOn: false }, audio: { ...copy.audio, sent, isOn: true } };
    const ended = endedEntry({ ...entry, copy: told }, 4_000, 4_200, 'It was killed.');
    expect(ended.copy).toMatchObject({ video: { sent, isOn: false }, audio: { sent, isOn: true } });
    // Of a camera that was off nothing is missing.
    expect(ended.gaps).toEqual([]);
  });

  it('keeps the problem that it had', () => {
    const state = fileState('ada.mkv');
    expect(endedEntry({ ...state.entry, problem: 'The disk is full.' }, 1, 2, 'Killed.').problem).toBe(
      'The disk is full.',
    );
  });
});
