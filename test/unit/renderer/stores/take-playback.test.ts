import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { TakeEntry } from '../../../../src-main/contract/takes.js';
import { type PlayedMedia, TakePlayback } from '../../../../src-renderer/stores/take-playback.js';

const tickMs = 50;

/** A media element whose clock runs with the test's. */
class FakeMedia implements PlayedMedia {
  currentTime = 0;
  playbackRate = 1;
  volume = 1;
  muted = false;
  readyState = 4;
  paused = true;
  seeking = false;
  ended = false;
  plays = 0;

  constructor(
    readonly seconds: number,
    readonly speed = 1,
  ) {}

  play(): Promise<void> {
    this.paused = false;
    this.plays += 1;
    return Promise.resolve();
  }

  pause(): void {
    this.paused = true;
  }

  run(ms: number): void {
    if (this.paused || this.readyState < 3) return;
    this.currentTime = Math.min(
      this.seconds,
      this.currentTime + (ms / 1000) * this.playbackRate * this.speed,
    );
    this.ended = this.currentTime >= this.seconds;
    if (this.ended) this.paused = true;
  }
}

type FileEntry = TakeEntry['files'][number];

function file(name: string, durationMs: number | null, change: Partial<FileEntry> = {}): FileEntry {
  const [identity = ''] = name.split(/[-.]/);
  return {
    ...{ file: name, identity, participantName: '', kind: 'participant', trackNumber: 1, hasVideo: true },
    ...{ state: 'verified', durationMs, sizeBytes: 1, problem: null },
    ...change,
  };
}

let nowMs = 0;
let playback: TakePlayback;
let elements: Map<string, FakeMedia>;

beforeEach(() => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  nowMs = 0;
  elements = new Map();
  playback = new TakePlayback(() => nowMs);
});

function open(files: FileEntry[], durationMs: number | null = null): void {
  playback.open({ takeName: 'standup', files, durationMs });
}

/** Makes elements as the window does: what is planned has one, and nothing else. */
function draw(make: (file: string) => FakeMedia): void {
  const planned = new Map(
    Object.entries(playback.store.getState().loaded).flatMap(([id, files]) =>
      files.map((one) => [one.file, id] as const),
    ),
  );
  for (const [name, media] of elements) {
    if (planned.has(name)) continue;
    playback.detach(name, media);
    elements.delete(name);
  }
  for (const [name, id] of planned) {
    if (elements.has(name)) continue;
    const media = make(name);
    elements.set(name, media);
    playback.attach(id, name, media);
  }
}

function run(ms: number, make: (file: string) => FakeMedia = () => new FakeMedia(60)): void {
  for (let passed = 0; passed < ms; passed += tickMs) {
    draw(make);
    nowMs += tickMs;
    for (const media of elements.values()) media.run(tickMs);
    playback.tick();
  }
}

function media(name: string): FakeMedia {
  const found = elements.get(name);
  if (found === undefined) throw new Error(`${name} has no element`);
  return found;
}

const both = [file('ada.mp4', 60_000), file('ben.mp4', 60_000)];

describe('playing', () => {
  it('begins when every file can, all at once', () => {
    open(both);
    playback.play();
    const slow = new FakeMedia(60);
    slow.readyState = 1;
    const make = (name: string): FakeMedia => (name === 'ben.mp4' ? slow : new FakeMedia(60));
    run(500, make);
    expect([media('ada.mp4').plays, slow.plays]).toEqual([0, 0]);
    expect(playback.store.getState()).toMatchObject({ isPlaying: true, isWaiting: true, positionMs: 0 });
    slow.readyState = 4;
    run(500, make);
    expect([media('ada.mp4').plays, slow.plays]).toEqual([1, 1]);
    expect(playback.positionMs).toBeGreaterThan(300);
  });

  it('keeps a file whose clock goes wrong within 40 ms of the leader, and seldom far from its speed', () => {
    open(both);
    playback.play();
    const make = (name: string): FakeMedia => new FakeMedia(60, name === 'ben.mp4' ? 1.004 : 1);
    run(300, make);
    let worstMs = 0;
    for (let tick = 0; tick < 400; tick += 1) {
      run(tickMs, make);
      worstMs = Math.max(
        worstMs,
        Math.abs(media('ada.mp4').currentTime - media('ben.mp4').currentTime) * 1000,
      );
    }
    expect(worstMs).toBeLessThan(40);
    expect(media('ada.mp4').playbackRate).toBe(1);
  });

  it('seeks what is far off, and not what leads', () => {
    open(both);
    playback.play();
    run(1_000);
    media('ben.mp4').currentTime += 0.4;
    run(tickMs);
    expect(Math.abs(media('ben.mp4').currentTime * 1000 - playback.positionMs)).toBeLessThan(1);
  });

  it('stands still while a file has no data, and goes on together when it has', () => {
    open(both);
    playback.play();
    run(1_000);
    media('ben.mp4').readyState = 2;
    run(200);
    const stoodAtMs = playback.positionMs;
    run(1_000);
    expect(playback.positionMs).toBe(stoodAtMs);
    expect(media('ada.mp4').paused).toBe(true);
    media('ben.mp4').readyState = 4;
    run(500);
    expect(playback.positionMs).toBeGreaterThan(stoodAtMs + 300);
    expect(media('ada.mp4').currentTime).toBeCloseTo(media('ben.mp4').currentTime, 2);
  });

  it('waits ten seconds for a file, no longer, and takes it in when it comes', () => {
    open(both);
    playback.play();
    const stuck = new FakeMedia(60);
    stuck.readyState = 1;
    const make = (name: string): FakeMedia => (name === 'ben.mp4' ? stuck : new FakeMedia(60));
    run(9_500, make);
    expect(media('ada.mp4').plays).toBe(0);
    run(1_000, make);
    expect(media('ada.mp4').plays).toBe(1);
    stuck.readyState = 4;
    run(500, make);
    expect(stuck.paused).toBe(false);
    expect(Math.abs(stuck.currentTime - media('ada.mp4').currentTime)).toBeLessThan(0.25);
  });

  it('goes on without a file that cannot be played', () => {
    open(both);
    playback.play();
    const broken = new FakeMedia(60);
    broken.readyState = 0;
    run(200, (name) => (name === 'ben.mp4' ? broken : new FakeMedia(60)));
    playback.fail('ben.mp4');
    run(500, () => new FakeMedia(60));
    expect(playback.positionMs).toBeGreaterThan(300);
    expect(playback.store.getState().failed).toEqual(['ben.mp4']);
    playback.fail('ada.mp4');
    expect(playback.store.getState().isPlaying).toBe(false);
  });

  it('ends at the end, and begins again from the start', () => {
    open([file('ada.mp4', 2_000)]);
    playback.play();
    run(3_000, () => new FakeMedia(2));
    expect(playback.store.getState()).toMatchObject({ isPlaying: false, positionMs: 2_000 });
    media('ada.mp4').ended = false;
    playback.play();
    run(300, () => new FakeMedia(2));
    expect(playback.positionMs).toBeLessThan(1_000);
    expect(playback.store.getState().isPlaying).toBe(true);
  });
});

describe('the timeline', () => {
  const parts = [
    file('ada.mp4', 10_000, { partNumber: 1, startMs: 0 }),
    file('ada-part2.mp4', 5_000, { partNumber: 2, startMs: 10_000 }),
  ];

  it('plays the parts of a file one after the other, without a halt', () => {
    open(parts);
    playback.seekTo(9_000);
    playback.play();
    const make = (name: string): FakeMedia => new FakeMedia(name === 'ada.mp4' ? 10 : 5);
    run(3_000, make);
    expect(media('ada-part2.mp4').paused).toBe(false);
    expect(elements.has('ada.mp4')).toBe(false);
    expect(playback.positionMs).toBeGreaterThan(11_500);
    expect(media('ada-part2.mp4').currentTime * 1000).toBeCloseTo(playback.positionMs - 10_000, 0);
  });

  it('lets a file that begins later wait at its beginning, and the clock go on where no file is', () => {
    open([file('ada.mp4', 3_000, { startMs: 1_000 })]);
    playback.play();
    run(700, () => new FakeMedia(3));
    expect(media('ada.mp4')).toMatchObject({ paused: true, currentTime: 0 });
    expect(playback.positionMs).toBeGreaterThan(300);
    run(1_500, () => new FakeMedia(3));
    expect(media('ada.mp4').currentTime * 1000).toBeCloseTo(playback.positionMs - 1_000, 0);
  });

  it('puts every file where a seek leads, playing or not, and not behind the ends', () => {
    open(both);
    run(100);
    playback.seekTo(20_000);
    run(100);
    expect([media('ada.mp4').currentTime, media('ben.mp4').currentTime]).toEqual([20, 20]);
    playback.seekBy(-50_000);
    expect(playback.positionMs).toBe(0);
    playback.seekBy(500_000);
    expect(playback.positionMs).toBe(60_000);
  });

  it('asks for one seek after the other while a slider is dragged', () => {
    open(both);
    run(100);
    media('ada.mp4').seeking = true;
    playback.seekTo(20_000);
    expect(media('ada.mp4').currentTime).toBe(0);
    media('ada.mp4').seeking = false;
    run(tickMs);
    expect(media('ada.mp4').currentTime).toBe(20);
  });

  it('learns from the window how long files are that no manifest says', () => {
    open([file('ada.mp4', null)]);
    expect(playback.store.getState().lengthMs).toBe(0);
    playback.learnLength('ada.mp4', 7);
    playback.learnLength('ada.mp4', Infinity);
    expect(playback.store.getState().lengthMs).toBe(7_000);
  });
});

describe('what is loaded', () => {
  const many = Array.from({ length: 40 }, (_, at) => file(`guest${at}.mp4`, 60_000));

  it('is never more than twelve tracks, whoever is chosen', () => {
    open(many);
    run(100);
    expect(elements.size).toBe(12);
    const { tracks } = playback.store.getState();
    expect(playback.setPlayed(tracks[20]?.id ?? '', true)).toBe(false);
    expect(playback.setPlayed(tracks[0]?.id ?? '', false)).toBe(true);
    expect(playback.setPlayed(tracks[20]?.id ?? '', true)).toBe(true);
    run(100);
    expect(elements.size).toBe(12);
    expect(elements.has('guest20.mp4')).toBe(true);
  });

  it('is heard as the mixer says, also what is loaded later', () => {
    open(both);
    run(100);
    const [ada, ben] = playback.store.getState().tracks;
    playback.mix(ada?.id ?? '', { isSoloed: true });
    expect([media('ada.mp4').muted, media('ben.mp4').muted]).toEqual([false, true]);
    playback.mix(ada?.id ?? '', { isSoloed: false, gainDb: -20 });
    expect([media('ada.mp4').volume, media('ben.mp4').muted]).toEqual([0.1, false]);
    playback.setPlayed(ben?.id ?? '', false);
    playback.mix(ben?.id ?? '', { isMuted: true });
    run(100);
    playback.setPlayed(ben?.id ?? '', true);
    run(100);
    expect(media('ben.mp4').muted).toBe(true);
  });

  it('stays where it is when the list of takes is read again, and begins anew with another take', () => {
    open(both);
    playback.seekTo(5_000);
    open(both);
    expect(playback.positionMs).toBe(5_000);
    playback.open({ takeName: 'another', files: both, durationMs: null });
    expect(playback.positionMs).toBe(0);
    playback.close();
    expect(playback.isOpen).toBe(false);
  });
});
