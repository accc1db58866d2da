import { expect, it } from 'vitest';
import { PlateauError } from '../../../src-main/contract/errors.js';
import type { PublicationInfo } from '../../../src-main/livekit/publication-info.js';
import type { Cut } from '../../../src-main/sink/file-parts.js';
import { ContinuedMedia } from '../../../src-main/take/continued-media.js';
import { CopyRestart, type CopyRestartOptions } from '../../../src-main/take/copy-restart.js';
import type { CopiedMedia, TakeMedia } from '../../../src-main/take/take-media.js';
import { EventLog } from '../../../src-main/telemetry/event-log.js';
import { EventReporter } from '../../../src-main/telemetry/event-reporter.js';

const gone = new PlateauError('receiverEnded', 'It was ended by SIGKILL.', 'Look.');

function publication(trackSid: string, changes: Partial<PublicationInfo> = {}): PublicationInfo {
  return {
    ...{ trackSid, identity: 'ada', participantName: 'Ada', role: 'microphone', isRoleDeclared: true },
    ...{ name: '', kind: 'audio', declaredSize: null, isSimulcast: false, isMuted: false },
    ...{ isEncrypted: false, needsKey: false, ...changes },
  };
}

/** Files of ada, of whom so many packets of audio are in them. */
function filesOf(file: string, writtenBy: () => number, ended: number[] = []): TakeMedia {
  const media: Partial<TakeMedia> = {
    entries: () =>
      [
        {
          ...{ file, identity: 'ada', video: { written: 0 }, audio: { written: writtenBy() } },
          part: {
            number: file.includes('part2') ? 2 : 1,
            startMs: file.includes('part2') ? 5_000 : 0,
            endMs: null,
          },
          copy: { audio: writtenBy() === 0 ? {} : { sent: { fromMs: 6_250, toMs: 9_000 } }, video: {} },
          tracks: [
            { trackSid: 'TR_mic', role: 'microphone', fromMs: 6_100, untilMs: null },
            { trackSid: 'TR_old', role: 'microphone', fromMs: 0, untilMs: 700 },
          ],
        },
      ] as unknown as ReturnType<TakeMedia['entries']>,
    finish: (endMs) => {
      ended.push(endMs);
      return Promise.resolve();
    },
    isSettled: () => false,
  };
  return media as TakeMedia;
}

/** A copied take of ada's microphone, at a moment that the test sets. */
class Copied {
  readonly log = new EventLog(50);
  readonly ended: number[] = [];
  readonly calls: string[] = [];
  readonly media = new ContinuedMedia(
    filesOf('ada.mkv', () => 900, this.ended),
    null,
  );
  readonly restart: CopyRestart;
  nowMs = 5_000;
  written = 0;
  isPaused = false;
  isStopping = false;
  isOn = true;
  /** What is on of it, beside the microphone. */
  further: PublicationInfo[] = [];
  lacking: readonly string[] = [];
  cut: Cut | Error = { number: 2, atMs: 5_000 };
  joining: () => Promise<CopiedMedia> = () => Promise.resolve(this.#copied());

  constructor(join = true) {
    const clock = {
      nowMs: () => this.nowMs,
      isPaused: () => this.isPaused,
    };
    const options: CopyRestartOptions = {
      media: this.media,
      report: new EventReporter(this.log, () => null),
      clock: Object.defineProperty({ ...clock, isPaused: false }, 'isPaused', { get: () => this.isPaused }),
      join: join
        ? () => {
            this.calls.push('join');
            return this.joining();
          }
        : undefined,
      nextPart: () => {
        if (this.cut instanceof Error) throw this.cut;
        return this.cut;
      },
      open: (openMedia) => openMedia(...([] as unknown as Parameters<typeof openMedia>)),
      begin: () => this.calls.push('begin'),
      isStopping: () => this.isStopping,
      wanted: () => [publication('TR_mic', { isMuted: !this.isOn }), ...this.further],
      saveManifest: () => this.calls.push('save'),
      participants: {
        lacks: (trackSid) => this.lacking.includes(trackSid),
        missing: ({ trackSid }, { code }, sinceMs) =>
          this.calls.push(`missing ${trackSid} ${code} ${sinceMs}`),
        recordedFrom: (trackSid, nowMs) => this.calls.push(`from ${trackSid} ${nowMs}`),
      },
    };
    this.restart = new CopyRestart(options);
  }

  get told(): string[] {
    return this.log.entries.map(({ level, name }) => `${level} ${name}`);
  }

  begin(): boolean {
    return this.restart.begin(gone, () => this.calls.push('end of the take'));
  }

  tick(nowMs: number): void {
    this.nowMs = nowMs;
    this.restart.tick(nowMs);
  }

  #copied(): CopiedMedia {
    return {
      openMedia: () => filesOf('ada-part2.mkv', () => this.written),
      begin: () => undefined,
      close: () => {
        this.calls.push('close');
        return Promise.resolve();
      },
    };
  }
}

it('goes on in the next part, and writes down of which tracks something is missing, until they are written again', async () => {
  const take = new Copied();
  expect(take.begin()).toBe(true);
  expect([take.ended, take.media.isInterrupted, take.media.mayCut]).toEqual([[5_000], true, false]);
  expect(() => take.media.cut(null)).toThrow(/start anew/);
  const noted = ['missing TR_mic receiverEnded 5000', 'save'];
  expect(take.calls).toEqual(noted);
  take.tick(5_200);
  await expect.poll(() => take.calls).toEqual([...noted, 'join']);
  await expect
    .poll(() => {
      take.tick(6_900);
      return take.calls;
    })
    .toEqual([...noted, 'join', 'begin']);
  expect(take.media.isInterrupted).toBe(false);
  expect(take.media.entries().map(({ file, part }) => [file, part?.number, part?.endMs])).toEqual([
    ['ada.mkv', 1, 5_000],
    ['ada-part2.mkv', 2, null],
  ]);
  take.tick(7_100);
  expect(take.calls).toHaveLength(4);
  take.written = 1;
  take.tick(9_300);
  // It was sent when the silence before it ends, however late it was written.
  expect(take.calls.slice(4)).toEqual(['from TR_mic 6250', 'save']);
  expect(take.told).toEqual(['error receiverEnded', 'warning receiverBack']);
  take.tick(9_500);
  take.restart.end(9_600);
  expect(take.calls).toHaveLength(6);
});

it('waits for the end of a pause, in which nothing is missed', async () => {
  const take = new Copied();
  take.isPaused = true;
  take.begin();
  take.tick(5_000);
  await expect.poll(() => take.calls.at(-1)).toBe('join');
  await new Promise((resolve) => setImmediate(resolve));
  take.tick(5_000);
  expect(take.media.isInterrupted).toBe(true);
  take.isPaused = false;
  take.tick(5_010);
  expect(take.calls.slice(-2)).toEqual(['join', 'begin']);
});

it('tries again when the room cannot be joined, and ends the take when that does not help', async () => {
  const take = new Copied();
  take.joining = () => Promise.reject(new Error('unreachable'));
  take.begin();
  for (let nowMs = 6_000; !take.calls.includes('end of the take') && nowMs < 60_000; nowMs += 1_000) {
    take.tick(nowMs);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(take.calls.filter((call) => call === 'join').length).toBe(10);
  expect(take.calls.at(-1)).toBe('end of the take');
});

it('of who is muted nothing is missing, and of who speaks again before they are back something is', () => {
  const take = new Copied();
  take.isOn = false;
  take.begin();
  take.tick(5_200);
  expect(take.calls.filter((call) => call !== 'join')).toEqual([]);
  take.isOn = true;
  take.tick(5_400);
  take.isOn = false;
  take.tick(5_800);
  expect(take.calls.filter((call) => call !== 'join')).toEqual([
    'missing TR_mic receiverEnded 5400',
    'save',
    'from TR_mic 5800',
    'save',
  ]);
});

it('misses nothing of who is muted all the time, and speaks when they are received again', async () => {
  const take = new Copied();
  take.isOn = false;
  take.begin();
  take.tick(5_200);
  await expect.poll(() => take.calls.includes('join')).toBe(true);
  await expect.poll(() => (take.tick(6_000), take.calls.includes('begin'))).toBe(true);
  take.tick(6_200);
  take.isOn = true;
  take.tick(60_000);
  take.written = 1;
  take.tick(60_400);
  expect(take.calls.filter((call) => /^(missing|from)/.test(call))).toEqual([]);
});

it('misses what comes while nobody receives, from then on, and leaves what is missing for another reason', async () => {
  const take = new Copied();
  take.further = [publication('TR_sealed')];
  take.lacking = ['TR_sealed'];
  take.begin();
  take.further = [
    publication('TR_sealed'),
    publication('TR_new', { identity: 'ben', role: 'camera', kind: 'video' }),
  ];
  take.tick(5_200);
  await expect.poll(() => take.calls.includes('join')).toBe(true);
  await expect.poll(() => (take.tick(6_000), take.calls.includes('begin'))).toBe(true);
  // Whoever comes from now on is received.
  take.further = [...take.further, publication('TR_later', { identity: 'eve' })];
  take.tick(6_200);
  expect(take.calls.filter((call) => /^(missing|from)/.test(call))).toEqual([
    'missing TR_mic receiverEnded 5000',
    'missing TR_new receiverEnded 5200',
  ]);
});

/** A take that is received again at 6 s, and of which nothing is told yet. */
async function back(): Promise<Copied> {
  const take = new Copied();
  take.begin();
  take.tick(5_200);
  await expect.poll(() => take.calls.includes('join')).toBe(true);
  await expect.poll(() => (take.tick(6_000), take.calls.includes('begin'))).toBe(true);
  return take;
}

const claims = ({ calls }: Copied): string[] => calls.filter((call) => /^(missing|from)/.test(call)).slice(1);

it('was missing up to the first of it that is in a file also when it is muted before that is told', async () => {
  const take = await back();
  take.isOn = false;
  take.tick(8_000);
  take.written = 1;
  take.tick(9_000);
  expect(claims(take)).toEqual(['from TR_mic 6250']);
});

it('was missing until it was muted, when nothing of it came, and again when it is on before something does', async () => {
  const take = await back();
  take.isOn = false;
  take.tick(6_100);
  take.tick(7_000);
  expect(claims(take)).toEqual([]);
  take.isOn = true;
  take.tick(7_500);
  expect(claims(take)).toEqual(['from TR_mic 6100', 'missing TR_mic receiverEnded 7500']);
  take.isOn = false;
  take.tick(7_600);
  take.tick(13_000);
  expect(claims(take).at(-1)).toBe('from TR_mic 7600');
  const ended = await back();
  ended.isOn = false;
  ended.tick(6_100);
  ended.restart.end(6_200);
  ended.restart.filesEnded(6_200);
  expect(claims(ended)).toEqual(['from TR_mic 6100']);
});

it('tells of a track once that is missing still when the next process ends', () => {
  const take = new Copied();
  take.begin();
  take.nowMs = 6_000;
  take.begin();
  expect(take.calls.filter((call) => call.startsWith('missing'))).toEqual([
    'missing TR_mic receiverEnded 5000',
  ]);
});

it('is not tried for a take that ends, has no part left, or cannot join', () => {
  const stopping = new Copied();
  stopping.isStopping = true;
  const full = new Copied();
  full.cut = new Error('no part left');
  for (const take of [stopping, full, new Copied(false)]) {
    expect(take.begin()).toBe(false);
    expect([take.media.isInterrupted, take.told]).toEqual([false, []]);
  }
});

it('knows until when it was missing also of what is written only when the take ends', async () => {
  const take = new Copied();
  take.begin();
  take.tick(5_200);
  await expect.poll(() => take.calls.includes('join')).toBe(true);
  await expect.poll(() => (take.tick(6_000), take.calls.includes('begin'))).toBe(true);
  take.restart.end(7_000);
  await take.media.finish(7_000);
  expect(take.calls.at(-1)).toBe('begin');
  take.written = 1;
  take.restart.filesEnded(7_000);
  expect(take.calls.slice(-2)).toEqual(['from TR_mic 6250', 'save']);
});

it('leaves what is missing open when the take ends before it is back, and the room as well', async () => {
  const take = new Copied();
  take.begin();
  take.tick(5_100);
  await expect.poll(() => take.calls.at(-1)).toBe('join');
  await new Promise((resolve) => setImmediate(resolve));
  take.restart.end(5_200);
  expect(take.calls).toEqual(['missing TR_mic receiverEnded 5000', 'save', 'join', 'close']);
  await take.media.finish(5_200);
  expect(take.ended).toEqual([5_000]);
});
