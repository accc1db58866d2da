import { expect, it } from 'vitest';
import { PlateauError } from '../../../src-main/contract/errors.js';
import type { Cut } from '../../../src-main/sink/file-parts.js';
import { ContinuedMedia } from '../../../src-main/take/continued-media.js';
import { CopyHandOver } from '../../../src-main/take/copy-hand-over.js';
import type { TakeFiles } from '../../../src-main/take/take-files.js';
import type { TakeMedia } from '../../../src-main/take/take-media.js';
import { EventLog } from '../../../src-main/telemetry/event-log.js';
import { EventReporter } from '../../../src-main/telemetry/event-reporter.js';

const first: Cut = { number: 3, atMs: 5_000 };

interface Stream {
  readonly identity: string;
  readonly video: number | null;
  readonly audio: number;
}

/** Files that are copied, as far as it matters who is in them. */
function copiedFiles(streams: readonly Stream[]): TakeMedia {
  const media: Partial<TakeMedia> = {
    snapshots: () =>
      streams.map(({ audio, identity, video }) => ({
        ...{ identity, kind: 'participant' },
        video: video === null ? null : { accounting: { written: video } },
        audio: { accounting: { written: audio } },
      })) as ReturnType<TakeMedia['snapshots']>,
    entries: () => [{ file: 'ada-part3.mkv' }] as ReturnType<TakeMedia['entries']>,
    finish: () => Promise.resolve(),
    isSettled: () => false,
    isReducible: false,
  };
  return media as TakeMedia;
}

/** A take that encodes, of `people`, of whom each has camera and microphone on unless said otherwise. */
class Encoding {
  readonly log = new EventLog(20);
  readonly ended: number[] = [];
  readonly calls: string[] = [];
  readonly on = new Map<string, { readonly video: boolean; readonly audio: boolean }>();
  readonly streams: Stream[] = [];
  readonly media: ContinuedMedia;
  readonly handOver: CopyHandOver;
  isStopping = false;
  joining: Promise<void> = Promise.resolve();
  discarding: Promise<void> = Promise.resolve();

  constructor() {
    const { on } = this;
    const encoded = {
      get all() {
        return [...on].map(([identity, { audio, video }]) => ({
          sink: {
            ...{ isOpen: true, subject: { identity, kind: 'participant' } },
            tracks: { isVideoOn: video, isAudioOn: audio },
          },
        }));
      },
      entries: () => [
        { file: 'ada.mp4', part: { number: 1, startMs: 0, endMs: 2_000 } },
        { file: 'ada-part2.mp4', part: { number: 2, startMs: 2_000, endMs: null } },
      ],
      finish: (endMs: number) => {
        this.ended.push(endMs);
        return Promise.resolve();
      },
      isSettled: (part: number) => part === 1,
    } as unknown as TakeFiles;
    this.media = new ContinuedMedia(encoded, encoded);
    this.handOver = new CopyHandOver({
      media: this.media,
      report: new EventReporter(this.log, () => null),
      join: async () => {
        this.calls.push('join');
        await this.joining;
        return {
          openMedia: () => copiedFiles(this.streams),
          begin: () => undefined,
          close: () => {
            this.calls.push('close');
            return Promise.resolve();
          },
        };
      },
      nextPart: () => first,
      takeBackPart: () => this.calls.push('takeBack'),
      restart: {
        begin: () => {
          this.calls.push('restart');
          return true;
        },
        end: () => undefined,
        filesEnded: () => undefined,
        tick: () => undefined,
      },
      discard: async (files, part) => {
        await this.discarding;
        this.calls.push(`discard ${files.join()} of ${part}`);
      },
      open: (openMedia) => openMedia(...([] as unknown as Parameters<typeof openMedia>)),
      begin: () => this.calls.push('begin'),
      isStopping: () => this.isStopping,
      onDone: () => this.calls.push('done'),
    });
  }

  get told(): string[] {
    return this.log.entries.map(({ level, name }) => `${level} ${name}`);
  }
}

it('ends the encoders when every track that is on is in the other files, and not before', async () => {
  const take = new Encoding();
  take.on.set('ada', { video: true, audio: true }).set('ben', { video: false, audio: true });
  const answer = take.handOver.begin();
  await expect.poll(() => take.media.isHandingOver).toBe(true);
  expect(take.media.isReducible).toBe(true);
  for (const streams of [
    [],
    [{ identity: 'ada', video: 9, audio: 9 }],
    [
      { identity: 'ada', video: 0, audio: 9 },
      { identity: 'ben', video: null, audio: 9 },
    ],
  ]) {
    take.streams.splice(0, Infinity, ...streams);
    take.handOver.tick(6_000);
    expect(take.ended).toEqual([]);
  }
  take.streams.splice(
    0,
    Infinity,
    { identity: 'ada', video: 1, audio: 9 },
    { identity: 'ben', video: null, audio: 2 },
  );
  take.handOver.tick(7_040);
  await expect(answer).resolves.toEqual(first);
  expect(take.ended).toEqual([7_040]);
  expect(take.calls).toEqual(['join', 'begin', 'done']);
  expect(take.told).toEqual(['info copyBegins', 'info takeCopied']);
  expect([take.media.encoded, take.media.isReducible]).toEqual([null, false]);
  // Ended once, wherever the take ends.
  await take.media.finish(9_000);
  expect(take.ended).toEqual([7_040]);
});

it('gives each part its end, and lets that of the encoders be finished when it is on the disk', async () => {
  const take = new Encoding();
  void take.handOver.begin();
  await expect.poll(() => take.media.isHandingOver).toBe(true);
  const parts = (): unknown[] => take.media.entries().map(({ file, part }) => [file, part?.endMs]);
  expect(parts()).toEqual([
    ['ada.mp4', 2_000],
    ['ada-part2.mp4', null],
    ['ada-part3.mkv', undefined],
  ]);
  expect([1, 2, 3].map((part) => take.media.isSettled(part))).toEqual([true, false, false]);
  await take.media.endFormer(7_040);
  expect(parts()).toEqual([
    ['ada.mp4', 2_000],
    ['ada-part2.mp4', 7_040],
    ['ada-part3.mkv', undefined],
  ]);
  expect([1, 2, 3].map((part) => take.media.isSettled(part))).toEqual([true, true, false]);
});

it('waits ten seconds for somebody who sends nothing, and says that they were missing', async () => {
  const take = new Encoding();
  take.on.set('ada', { video: false, audio: true });
  const answer = take.handOver.begin();
  await expect.poll(() => take.media.isHandingOver).toBe(true);
  take.handOver.tick(14_900);
  expect(take.ended).toEqual([]);
  take.handOver.tick(15_000);
  await answer;
  expect(take.ended).toEqual([15_000]);
  expect(take.told).toEqual(['info copyBegins', 'warning takeCopied']);
});

it('leaves the take as it was when the room cannot be joined once more, or it ends meanwhile', async () => {
  const refused = new Encoding();
  refused.joining = Promise.reject(new Error('unreachable'));
  await expect(refused.handOver.begin()).rejects.toThrow('unreachable');
  expect([refused.media.isCopied, refused.handOver.isUnderWay]).toEqual([false, false]);
  const stopped = new Encoding();
  stopped.isStopping = true;
  await expect(stopped.handOver.begin()).rejects.toMatchObject({ code: 'invalidState' });
  expect(stopped.calls).toEqual(['join', 'close']);
  expect(stopped.media.isCopied).toBe(false);
});

it('is given up when the process that takes over is gone: the encoders go on, and its files are removed', async () => {
  const take = new Encoding();
  take.on.set('ada', { video: true, audio: true });
  const answer = take.handOver.begin();
  await expect.poll(() => take.media.isHandingOver).toBe(true);
  const gone = new PlateauError('receiverEnded', 'It was ended by SIGKILL.', 'Look.');
  expect(take.handOver.receiverGone(gone, () => take.calls.push('end of the take'))).toBe(true);
  await expect(answer).rejects.toMatchObject({
    code: 'receiverEnded',
    message: 'The take goes on encoded: copy mode could not take over. It was ended by SIGKILL.',
  });
  await expect.poll(() => take.calls).toEqual(['join', 'begin', 'takeBack', 'discard ada-part3.mkv of 3']);
  expect([take.ended, take.media.isCopied, take.handOver.isUnderWay]).toEqual([[], false, false]);
  expect(take.told).toEqual(['info copyBegins', 'error copyGivenUp']);
  take.handOver.tick(60_000);
  expect(take.ended).toEqual([]);
  // Once more, and this time it comes to it: what becomes of the process then is for others to decide.
  const again = take.handOver.begin();
  await expect.poll(() => take.media.isHandingOver).toBe(true);
  take.on.clear();
  take.handOver.tick(70_000);
  await expect(again).resolves.toEqual(first);
  expect(take.handOver.receiverGone(gone, () => undefined)).toBe(true);
  expect(take.calls.at(-1)).toBe('restart');
});

it('begins once more when nothing is left of what was given up: its files have the same names', async () => {
  const take = new Encoding();
  take.on.set('ada', { video: true, audio: true });
  let discard = (): void => undefined;
  take.discarding = new Promise((resolve) => {
    discard = resolve;
  });
  const given = take.handOver.begin();
  await expect.poll(() => take.media.isHandingOver).toBe(true);
  take.handOver.receiverGone(new PlateauError('receiverEnded', 'Killed.', 'Look.'), () => undefined);
  await expect(given).rejects.toThrow();
  void take.handOver.begin();
  await expect.poll(() => take.calls.at(-1)).toBe('join');
  await new Promise((resolve) => setImmediate(resolve));
  expect([take.media.isHandingOver, take.handOver.isUnderWay]).toEqual([false, true]);
  discard();
  await expect.poll(() => take.media.isHandingOver).toBe(true);
  expect(take.calls.slice(-2)).toEqual(['discard ada-part3.mkv of 3', 'begin']);
});

it('is refused while it is under way, and once it has been', async () => {
  const take = new Encoding();
  const answer = take.handOver.begin();
  await expect(take.handOver.begin()).rejects.toMatchObject({ code: 'invalidState' });
  await expect.poll(() => take.media.isHandingOver).toBe(true);
  expect(() => take.media.cut(null)).toThrow(/going over/);
  await expect(take.handOver.begin()).rejects.toMatchObject({ code: 'invalidState' });
  // The end of the take ends both.
  take.handOver.end(9_000);
  await expect(answer).resolves.toEqual(first);
});
