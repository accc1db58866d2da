import { describe, expect, it } from 'vitest';
import type { CopyReport, CopyState, Happening } from '#engine/copy/process/copy-reports.js';
import { StateOutbox } from '#engine/copy/process/state-outbox.js';
import { fileState } from '../../../fixtures/copy-states.js';

const event = (message: string): Happening => ({
  type: 'event',
  ...{ level: 'info', name: 'packetsLost', message, identity: null, details: {} },
});
const lost: Happening = {
  type: 'lost',
  error: { code: 'connectionLost', message: 'The room is gone.', hint: 'Look for it.' },
};

function outboxOf(count = 1) {
  const sent: CopyState[] = [];
  const files = Array.from({ length: count }, (_, index) => `file-${index}.mkv`);
  const outbox = new StateOutbox(
    (report: CopyReport) => {
      if (report.type === 'state') sent.push(report);
    },
    {
      files: () => files,
      fileState,
      figures: () => ({
        ...{ alarms: [], openCount: files.length, writtenBytes: 1, queuedBytes: 0, rssBytes: 5 },
        ...{ lastPart: 1, settledPart: 0, largestBytes: 0, failed: { video: 0, audio: 0 } },
        shape: { files: files.length, videoTracks: 0, audioTracks: 0 },
      }),
    },
  );
  return { outbox, sent };
}

const namesIn = ({ files }: CopyState): string[] => files.map(({ entry }) => entry.file);

describe('what is told of the files', () => {
  it('is one state at a time: a reader that is blocked has one on its way, and not a queue', () => {
    const { outbox, sent } = outboxOf();
    for (let tick = 0; tick < 40; tick += 1) outbox.tell();
    expect(sent).toHaveLength(1);
    outbox.taken();
    expect(sent).toHaveLength(1);
    outbox.tell();
    expect(sent).toHaveLength(2);
  });

  it('keeps what happened meanwhile up to a cap, the lines of the log first to go, and counts the rest', () => {
    const { outbox, sent } = outboxOf();
    outbox.tell();
    for (let index = 0; index < 1_500; index += 1) outbox.push(event(`event ${index}`));
    outbox.push(lost);
    for (let index = 0; index < 20; index += 1) outbox.taken();
    outbox.tell();
    outbox.taken();
    const happened = sent.flatMap(({ happenings }) => happenings);
    expect(happened).toHaveLength(1_001);
    expect(happened.at(-1)).toEqual(lost);
    expect(sent.reduce((sum, { leftOut }) => sum + leftOut, 0)).toBe(500);
    expect(Math.max(...sent.map(({ happenings }) => happenings.length))).toBe(200);
    for (let index = 0; index < 10_000; index += 1) outbox.push(lost);
    outbox.tell();
    expect(sent.at(-1)?.leftOut).toBe(5_000);
  });

  it('has 16 files in a state, each of which has its turn', () => {
    const { outbox, sent } = outboxOf(40);
    for (let tick = 0; tick < 4; tick += 1) {
      outbox.tell();
      outbox.taken();
    }
    expect(sent.map(({ files }) => files.length)).toEqual([16, 16, 8, 16]);
    expect(new Set(sent.slice(0, 3).flatMap(namesIn)).size).toBe(40);
  });

  it('says that files have changed once each of them was told', () => {
    const { outbox, sent } = outboxOf(40);
    outbox.filesChanged();
    outbox.tell();
    outbox.taken();
    outbox.taken();
    outbox.taken();
    expect(sent.map(({ haveFilesChanged }) => haveFilesChanged)).toEqual([false, false, true]);
    expect(new Set(sent.flatMap(namesIn)).size).toBe(40);
  });

  it('ends with every file and everything that happened, whatever was on its way, and then is silent', () => {
    const { outbox, sent } = outboxOf(20);
    outbox.tell();
    outbox.push(lost);
    outbox.finish();
    expect(sent).toHaveLength(1);
    for (let index = 0; index < 5; index += 1) outbox.taken();
    outbox.tell();
    expect(sent.map(({ hasFinished }) => hasFinished)).toEqual([false, false, true]);
    expect(new Set(sent.slice(1).flatMap(namesIn)).size).toBe(20);
    expect(sent.flatMap(({ happenings }) => happenings)).toEqual([lost]);
  });
});
