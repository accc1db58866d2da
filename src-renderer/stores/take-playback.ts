import { createStore, type StoreApi } from 'zustand/vanilla';
import type { TakeEntry } from '../../src-main/contract/takes.js';
import { correctionOf } from '../derive/media-sync.js';
import { type Channel, channelOf, type Mixer, volumeOf } from '../derive/mixer.js';
import {
  fileAt,
  filesToLoad,
  maxTracksPlayed,
  type PlacedFile,
  playedLengthMs,
  type ReadLengths,
  type TakeTrack,
  tracksOf,
} from '../derive/take-tracks.js';

/** What is used of a take. */
type PlayedTake = Pick<TakeEntry, 'takeName' | 'deliverables' | 'files' | 'durationMs'>;

/** What is used of an `HTMLMediaElement`. Times are seconds of its file. */
export interface PlayedMedia {
  currentTime: number;
  playbackRate: number;
  volume: number;
  muted: boolean;
  readonly readyState: number;
  readonly paused: boolean;
  readonly seeking: boolean;
  readonly ended: boolean;
  play: () => Promise<void>;
  pause: () => void;
}

export interface PlaybackState {
  /** The take in the player; null while there is none. */
  readonly takeName: string | null;
  readonly tracks: readonly TakeTrack[];
  /** Tracks that play, by their ids: at most {@link maxTracksPlayed}. */
  readonly played: readonly string[];
  /** Files with a media element, by track: what plays, and what begins within seconds. */
  readonly loaded: Readonly<Record<string, readonly PlacedFile[]>>;
  /** Files that this window cannot play. */
  readonly failed: readonly string[];
  readonly lengthMs: number;
  /** On the take's timeline. */
  readonly positionMs: number;
  /** Somebody wants it to play; it may have to wait for its files. */
  readonly isPlaying: boolean;
  /** It stands still until what has to play is there. */
  readonly isWaiting: boolean;
  readonly mixer: Mixer;
}

/** HAVE_FUTURE_DATA: the frame of now, and what follows it. */
const canPlay = 3;
/** Twice a frame of 25 fps is 80 ms: what is off is seen before it is heard. */
const tickMs = 50;
/** A file that does not come for so long is not waited for any longer; it joins when it is there. */
const waitAtMostMs = 10_000;
/** A file that stands still is where it belongs when it is no further off. */
const stillToleranceMs = 5;
/** What is no further off begins at once, and is steered; anything else is put a little ahead of the others first. */
const joinFromMs = 200;
const joinAheadMs = 100;
/** No browser that plays at all takes longer to begin with what it has. */
const maxStartDelayMs = 250;
/** Chromium counts on at once, and stands still again until its audio has begun: by then it is over. */
const settledAfterMs = 250;
/**
 * One that begins while others play takes so much longer than all at once did, in Chromium on two busy cores: 30 to 80 ms. It
 * had better begin early than late: a change of its rate costs Chromium another 15 ms at first.
 */
const besideDelayMs = 65;
/** One tick without data may be the browser's decoder; two are a file that stands still. */
const stalledTicks = 2;

/** One file that has a media element. */
interface Loaded {
  readonly trackId: string;
  readonly placed: PlacedFile;
  readonly media: PlayedMedia;
  stalled: number;
  /** When it was told to play, and where it stood; null once it is known how long it took to begin. */
  started: { readonly atMs: number; readonly fromMs: number; readonly isBeside: boolean } | null;
  /** It is about to be told to play. */
  timer: ReturnType<typeof setTimeout> | null;
}

const nothing: PlaybackState = {
  ...{ takeName: null, tracks: [], played: [], loaded: {}, failed: [] },
  ...{ lengthMs: 0, positionMs: 0, isPlaying: false, isWaiting: false, mixer: {} },
};

/**
 * Plays all tracks of a take on one timeline. A file that plays leads, and its own clock is the take's; the others are steered
 * to it. Nobody plays on while a file that has to play is not there, so that nothing has to be caught up with.
 */
export class TakePlayback {
  readonly store: StoreApi<PlaybackState> = createStore(() => nothing);
  readonly #now: () => number;
  readonly #loaded = new Map<string, Loaded>();
  #entry: PlayedTake | null = null;
  #lengths: ReadLengths = {};
  #leader: string | null = null;
  #timer: ReturnType<typeof setInterval> | null = null;
  #tickedAtMs = 0;
  #waitingSinceMs: number | null = null;
  #startDelayMs = 120;
  /** Exact; the store's is told as often as it is shown. */
  #positionMs = 0;

  /** @param now a clock in milliseconds that only goes forward */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether a take is in the player. */
  get isOpen(): boolean {
    return this.store.getState().takeName !== null;
  }

  /** Where the player is on the take's timeline, in milliseconds. */
  get positionMs(): number {
    return this.#positionMs;
  }

  /** Puts a take into the player. The one that is there already stays where it is, with what is known of it by now. */
  open(entry: PlayedTake): void {
    const isAnother = entry.takeName !== this.store.getState().takeName;
    this.#entry = entry;
    if (isAnother) {
      this.#positionMs = 0;
      this.#lengths = {};
      const played = tracksOf(entry)
        .slice(0, maxTracksPlayed)
        .map(({ id }) => id);
      this.store.setState({ ...nothing, takeName: entry.takeName, played });
    }
    this.#layOut();
    this.#timer ??= setInterval(() => this.tick(), tickMs);
    this.#tickedAtMs = this.#now();
    this.#plan();
  }

  /** Stands still, and looks after nothing until it is opened again: its elements are gone from the window. */
  suspend(): void {
    this.pause();
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  close(): void {
    this.suspend();
    this.#positionMs = 0;
    this.#entry = null;
    this.store.setState(nothing);
  }

  /** Tells how long a file is, which its manifest may not say. @param seconds as its media element says */
  learnLength(file: string, seconds: number): void {
    if (!Number.isFinite(seconds)) return;
    this.#lengths = { ...this.#lengths, [file]: seconds * 1000 };
    this.#layOut();
  }

  #layOut(): void {
    if (this.#entry === null) return;
    const tracks = tracksOf(this.#entry, this.#lengths);
    const before = this.store.getState();
    // Another file is played in its place by now.
    const changed = changedMedia(before.tracks, tracks);
    const failed = before.failed.filter((file) => !changed.has(file));
    this.store.setState({ tracks, failed, lengthMs: playedLengthMs(tracks, this.#entry.durationMs) });
  }

  /** A media element of a file that is to be loaded. */
  attach(trackId: string, file: string, media: PlayedMedia): void {
    const placed = this.store.getState().loaded[trackId]?.find((one) => one.file === file);
    // It may have been left out of the plan by now: its element is about to go.
    if (placed === undefined) return;
    this.#loaded.set(file, { trackId, placed, media, stalled: 0, started: null, timer: null });
    this.#setVolume(trackId, media);
  }

  detach(file: string, media: PlayedMedia): void {
    const loaded = this.#loaded.get(file);
    if (loaded?.media !== media) return;
    this.#halt(loaded);
    this.#loaded.delete(file);
  }

  /** This window cannot play a file: the others go on without it. */
  fail(file: string): void {
    const { failed: before, tracks } = this.store.getState();
    if (before.includes(file)) return;
    const failed = [...before, file];
    this.store.setState({ failed });
    // A clock that runs over nothing would look like a player that works.
    if (tracks.every(({ files }) => files.every((one) => failed.includes(one.file)))) this.pause();
  }

  play(): void {
    const { isPlaying, lengthMs } = this.store.getState();
    if (isPlaying || !this.isOpen) return;
    if (this.#positionMs >= lengthMs && lengthMs > 0) this.#moveTo(0);
    this.store.setState({ isPlaying: true });
    this.#hold();
  }

  pause(): void {
    for (const loaded of this.#loaded.values()) this.#halt(loaded);
    this.#waitingSinceMs = null;
    this.store.setState({ isPlaying: false, isWaiting: false, positionMs: this.#positionMs });
  }

  toggle(): void {
    if (this.store.getState().isPlaying) this.pause();
    else this.play();
  }

  /** Goes to a moment of the take's timeline, and plays on from there if it did. */
  seekTo(takeMs: number): void {
    if (!this.isOpen) return;
    this.#moveTo(takeMs);
    if (this.store.getState().isPlaying) this.#hold();
    this.tick();
  }

  seekBy(offsetMs: number): void {
    this.seekTo(this.#positionMs + offsetMs);
  }

  mix(trackId: string, change: Partial<Channel>): void {
    this.store.setState(({ mixer }) => ({
      mixer: { ...mixer, [trackId]: { ...channelOf(mixer, trackId), ...change } },
    }));
    for (const loaded of this.#loaded.values()) this.#setVolume(loaded.trackId, loaded.media);
  }

  /** Lets a track play, or leaves it out. @returns false when as many as can be play already */
  setPlayed(trackId: string, isPlayed: boolean): boolean {
    const { played } = this.store.getState();
    const others = played.filter((id) => id !== trackId);
    if (isPlayed && others.length >= maxTracksPlayed) return false;
    this.store.setState({ played: isPlayed ? [...others, trackId] : others });
    this.#plan();
    return true;
  }

  /** Looks after everything once; called by a timer while a take is open. */
  tick(): void {
    const nowMs = this.#now();
    const elapsedMs = nowMs - this.#tickedAtMs;
    this.#tickedAtMs = nowMs;
    const { isPlaying, isWaiting, lengthMs } = this.store.getState();
    const active = this.#active();
    if (!isPlaying) this.#holdStill(active);
    else if (isWaiting) this.#waitFor(active, nowMs);
    else this.#follow(active, elapsedMs);
    if (this.#positionMs >= lengthMs && isPlaying && !this.store.getState().isWaiting) {
      this.#positionMs = lengthMs;
      this.pause();
    }
    this.#plan();
    if (Math.abs(this.store.getState().positionMs - this.#positionMs) >= 1)
      this.store.setState({ positionMs: this.#positionMs });
  }

  /** Everything plays: the leader says where, and the others are brought there. */
  #follow(active: readonly Loaded[], elapsedMs: number): void {
    const running = active.filter(({ media }) => !media.paused && !media.ended);
    for (const loaded of active) {
      const isStalled = loaded.media.readyState < canPlay && !loaded.media.ended;
      loaded.stalled = isStalled ? loaded.stalled + 1 : 0;
    }
    if (running.some(({ stalled }) => stalled >= stalledTicks)) {
      this.#hold();
      return;
    }
    const leader = this.#leaderOf(running, this.#positionMs + elapsedMs);
    this.#leader = leader?.placed.file ?? null;
    // Where no file is, the clock goes on by itself.
    this.#positionMs =
      leader === undefined || leader.media.seeking
        ? this.#positionMs + elapsedMs
        : leader.placed.startMs + leader.media.currentTime * 1000;
    if (leader !== undefined && leader.media.playbackRate !== 1) leader.media.playbackRate = 1;
    for (const loaded of running) if (loaded !== leader && !loaded.media.seeking) this.#steer(loaded);
    for (const loaded of running) this.#learnDelay(loaded);
    // What was given up and is there by now.
    for (const loaded of active) if (loaded.media.paused) this.#join(loaded);
    this.#keepReady(active);
  }

  /** The one that led before; or else whoever is nearest to where the take is, and not who has just begun. */
  #leaderOf(running: readonly Loaded[], expectedMs: number): Loaded | undefined {
    const offMs = ({ media, placed }: Loaded): number =>
      Math.abs(placed.startMs + media.currentTime * 1000 - expectedMs);
    const [nearest] = [...running].sort((a, b) => offMs(a) - offMs(b));
    return running.find(({ placed }) => placed.file === this.#leader) ?? nearest;
  }

  /** How long a browser takes from being told to play until it does: the next part is told so much earlier. */
  #learnDelay(loaded: Loaded): void {
    const { media, placed, started } = loaded;
    if (started === null || this.#now() - started.atMs < settledAfterMs) return;
    loaded.started = null;
    if (media.ended) return;
    const driftMs = placed.startMs + media.currentTime * 1000 - this.#positionMs;
    if (started.isBeside) this.#changeStartDelay(this.#startDelayMs - driftMs);
    else if (placed.file === this.#leader)
      this.#changeStartDelay(
        this.#now() - started.atMs - (media.currentTime * 1000 - started.fromMs) + besideDelayMs,
      );
  }

  #changeStartDelay(ms: number): void {
    this.#startDelayMs = Math.min(maxStartDelayMs, Math.max(0, ms));
  }

  /** Begins beside the others, who go on meanwhile. */
  #join(loaded: Loaded): void {
    const { media, placed } = loaded;
    if (media.ended || media.seeking || media.readyState < canPlay) return;
    const driftMs = media.currentTime * 1000 - this.#secondsIn(placed) * 1000;
    if (Math.abs(driftMs) <= joinFromMs) this.#start(loaded, true);
    else media.currentTime = this.#secondsIn(placed) + joinAheadMs / 1000;
  }

  /** What does not play stands at its beginning: it is the next part, or will be taken away. */
  #keepReady(active: readonly Loaded[]): void {
    for (const loaded of this.#loaded.values()) {
      const { placed, media } = loaded;
      if (active.some((one) => one.placed.file === placed.file)) continue;
      const aheadMs = placed.startMs - this.#positionMs;
      const isNext = aheadMs > 0 && aheadMs <= maxStartDelayMs + tickMs;
      const { isPlaying, isWaiting } = this.store.getState();
      if (isNext && isPlaying && !isWaiting) {
        this.#startIn(loaded, aheadMs - this.#startDelayMs);
        continue;
      }
      if (!media.paused) media.pause();
      if (this.#positionMs < placed.startMs) this.#place(media, 0);
    }
  }

  /** A tick is too coarse for the moment at which a part begins. */
  #startIn(loaded: Loaded, ms: number): void {
    const { media } = loaded;
    if (!media.paused || loaded.timer !== null || media.readyState < canPlay || media.seeking) return;
    if (ms > tickMs) return;
    loaded.timer = setTimeout(
      () => {
        loaded.timer = null;
        this.#start(loaded, true);
      },
      Math.max(0, ms),
    );
  }

  #halt(loaded: Loaded): void {
    if (loaded.timer !== null) clearTimeout(loaded.timer);
    loaded.timer = null;
    loaded.started = null;
    loaded.media.pause();
  }

  #steer({ placed, media, started }: Loaded): void {
    // It is not yet known where it will be.
    if (started?.isBeside === true) return;
    const driftMs = placed.startMs + media.currentTime * 1000 - this.#positionMs;
    const correction = correctionOf(driftMs, media.playbackRate);
    if (correction.kind === 'seek') media.currentTime = this.#secondsIn(placed);
    const rate = correction.kind === 'seek' ? 1 : correction.rate;
    if (media.playbackRate !== rate) media.playbackRate = rate;
  }

  /** Stands still until all is there. */
  #hold(): void {
    for (const loaded of this.#loaded.values()) this.#halt(loaded);
    this.#waitingSinceMs = this.#now();
    this.store.setState({ isWaiting: true });
  }

  #waitFor(active: readonly Loaded[], nowMs: number): void {
    this.#holdStill(active);
    const isReady = ({ media }: Loaded): boolean =>
      media.ended || (media.readyState >= canPlay && !media.seeking);
    const isOver = nowMs - (this.#waitingSinceMs ?? nowMs) > waitAtMostMs;
    // Its element is not there yet: it comes with the next drawing of the window.
    const isMissing = this.#due().some((file) => !this.#loaded.has(file));
    if ((isMissing || !active.every(isReady)) && !isOver) return;
    this.#waitingSinceMs = null;
    this.store.setState({ isWaiting: false });
    // One that has ended would begin again.
    for (const loaded of active) if (isReady(loaded) && !loaded.media.ended) this.#start(loaded, false);
  }

  /** @param isBeside others play already */
  #start(loaded: Loaded, isBeside: boolean): void {
    const { media, placed } = loaded;
    loaded.stalled = 0;
    loaded.started = { atMs: this.#now(), fromMs: media.currentTime * 1000, isBeside };
    media.playbackRate = 1;
    media.play().catch((thrown: unknown) => {
      const name = thrown instanceof Error ? thrown.name : '';
      if (name === 'NotSupportedError') this.fail(placed.file);
      // A browser wants a click before it plays anything; a pause that came first is nothing.
      if (name === 'NotAllowedError') this.pause();
    });
  }

  /** Everything is where it belongs, and does not move. What follows is at its beginning. */
  #holdStill(active: readonly Loaded[]): void {
    for (const { placed, media } of active) {
      if (!media.paused) media.pause();
      this.#place(media, this.#secondsIn(placed));
    }
    this.#keepReady(active);
  }

  #place(media: PlayedMedia, seconds: number): void {
    // One seek after the other: a slider that is dragged asks for hundreds.
    if (media.seeking || media.readyState === 0) return;
    const isAtEnd = media.ended && seconds >= media.currentTime;
    if (!isAtEnd && Math.abs(media.currentTime - seconds) * 1000 > stillToleranceMs)
      media.currentTime = seconds;
  }

  #secondsIn({ startMs }: PlacedFile): number {
    return Math.max(0, this.#positionMs - startMs) / 1000;
  }

  #moveTo(takeMs: number): void {
    const { lengthMs } = this.store.getState();
    this.#positionMs = Math.min(lengthMs, Math.max(0, takeMs));
    this.store.setState({ positionMs: this.#positionMs });
    this.#plan();
  }

  /** Files that play at this moment, as far as they can be played. */
  #due(): string[] {
    const { failed, played, tracks } = this.store.getState();
    return tracks.flatMap((track) => {
      const file = played.includes(track.id) ? (fileAt(track, this.#positionMs)?.file ?? null) : null;
      return file === null || failed.includes(file) ? [] : [file];
    });
  }

  #active(): Loaded[] {
    return this.#due().flatMap((file) => this.#loaded.get(file) ?? []);
  }

  /** Says which files have to have a media element; the window makes them, and takes the others away. */
  #plan(): void {
    const { loaded: before, played, tracks } = this.store.getState();
    const loaded: Record<string, readonly PlacedFile[]> = {};
    for (const track of tracks) {
      if (played.includes(track.id)) loaded[track.id] = filesToLoad(track, this.#positionMs);
    }
    const nameOf = (plan: PlaybackState['loaded']): string =>
      JSON.stringify(Object.entries(plan).map(([id, files]) => [id, files.map(({ media }) => media)]));
    if (nameOf(loaded) !== nameOf(before)) this.store.setState({ loaded });
  }

  #setVolume(trackId: string, media: PlayedMedia): void {
    const volume = volumeOf(this.store.getState().mixer, trackId);
    media.muted = volume === 0;
    media.volume = volume;
  }
}

/** Files of which another one is played than before. */
function changedMedia(before: readonly TakeTrack[], now: readonly TakeTrack[]): ReadonlySet<string> {
  const known = new Map(
    before.flatMap(({ files }) => files.map(({ file, media }) => [file, media] as const)),
  );
  const placed = now.flatMap(({ files }) => files);
  return new Set(placed.filter(({ file, media }) => known.get(file) !== media).map(({ file }) => file));
}
