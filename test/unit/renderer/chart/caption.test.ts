import { expect, it } from 'vitest';
import { captionOf, type ChartFacts } from '../../../../src-renderer/chart/caption.js';
import { memory, snapshot, takeStartMs } from '../stores/snapshots.js';

const running: ChartFacts = {
  takeName: 'standup-20261124-090000',
  takeSnapshot: snapshot(720_000, memory(161e6, 460e6, 172e6)),
  isTakeRunning: true,
  source: { kind: 'server', host: 'my-project.livekit.cloud', room: 'standup' },
  version: '1.2.3',
  rows: [],
  fromMs: takeStartMs + 420_000,
  toMs: takeStartMs + 720_000,
  nowMs: takeStartMs + 721_000,
};

it('says which take it is, how it stands, and who says so', () => {
  const { title, verdict, figures, explanation, origin, fileName } = captionOf(running);
  expect(title).toBe('standup-20261124-090000 · room standup on my-project.livekit.cloud');
  expect(verdict).toEqual({ kind: 'flat', text: 'FLAT' });
  expect(figures).toMatch(/^24 Nov 2026, \d\d:07:00 to \d\d:12:00 · peak 172 MB of a budget of 460 MB$/);
  expect(explanation).toContain('90 % interval');
  expect(origin).toMatch(/^Plateau 1\.2\.3 · 24 Nov 2026, \d\d:12:01 UTC/);
  expect(fileName).toMatch(/^standup-20261124-090000-memory-20261124-\d\d1201\.png$/);
});

it('keeps the verdict of a take that is over, and says that it is', () => {
  const { title, verdict } = captionOf({ ...running, isTakeRunning: false });
  expect(title).toMatch(/^standup-20261124-090000, ended \d\d:12:00 · room standup/);
  expect(verdict.kind).toBe('flat');
});

it('does not judge memory without a take', () => {
  const { title, verdict, figures, fileName } = captionOf({
    ...running,
    takeName: null,
    takeSnapshot: null,
    source: null,
  });
  expect(title).toBe('Memory without a take');
  expect(verdict.text).toBe('Not recording');
  expect(figures).not.toContain('budget');
  expect(fileName).toMatch(/^session-memory-/);
});

it('names both days of a night', () => {
  const { figures } = captionOf({ ...running, toMs: running.fromMs + 24 * 3_600_000 });
  expect(figures).toMatch(/^24 Nov 2026, \d\d:07:00 to 25 Nov 2026, \d\d:07:00/);
});
