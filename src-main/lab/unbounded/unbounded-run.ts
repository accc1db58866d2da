import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, freemem, tmpdir } from 'node:os';
import { join } from 'node:path';
import { PlateauError } from '../../contract/errors.js';
import type { Fault } from '../../contract/faults.js';
import type { Source } from '../../contract/recording.js';
import type { UnboundedSnapshot, UnboundedStopReason } from '../../contract/unbounded.js';
import { findFfmpeg } from '../../ffmpeg/ffmpeg-binary.js';
import { formatBytes } from '../../format/bytes.js';
import { formatQuantity } from '../../format/number.js';
import { unboundedStopTexts } from '../../format/unbounded-text.js';
import { tokenProvider } from '../../livekit/connect/token-provider.js';
import { temporaryFolderError } from '../../process/user-folders.js';
import type { Recorder } from '../../recorder/recorder.js';
import { leastStopBytes, peopleFor, stopLimitBytes } from './safety-stop.js';
import { UnboundedHandle } from './unbounded-handle.js';
import type { Impairments, UnboundedFigures } from './unbounded-messages.js';

type UnboundedFault = Extract<Fault, { name: 'unbounded' }>;

/** What a recorder without caps left behind: one sentence and its figures. */
export interface UnboundedOutcome {
  readonly message: string;
  readonly details: Readonly<Record<string, string | number>>;
}

const megabyte = 1_000_000;
/** For a camera that declares no size. */
const fallbackSize = { width: 1280, height: 720 } as const;

/** The recorder without caps beside a take: who it records, where it may stop, and its latest figures. */
export class UnboundedRun {
  readonly #recorder: Recorder;
  readonly #source: Source | null;
  #handle: UnboundedHandle | null = null;
  #figures: UnboundedSnapshot | null = null;
  /** Resolves when the latest one is gone, with its files. */
  #gone: Promise<void> = Promise.resolve();

  /** @param source the room, with the means to make a second token; null refuses the mode */
  constructor(recorder: Recorder, source: Source | null) {
    this.#recorder = recorder;
    this.#source = source;
  }

  /** Of the one that runs, or ran last in this take. */
  get figures(): UnboundedSnapshot | null {
    return this.#figures;
  }

  /** A new take begins with nothing beside it. */
  forget(): void {
    if (this.#handle === null) this.#figures = null;
  }

  /**
   * Starts it; resolves when it is in the room.
   *
   * @param onOver it has ended by itself: its time, its safety stop, or a failure
   * @throws PlateauError when it cannot be started
   */
  async begin(fault: UnboundedFault, impairments: Impairments, onOver: () => void): Promise<void> {
    const { take } = this.#recorder;
    const everybody = this.#candidates();
    const people = everybody.slice(0, peopleFor(everybody.length, cpus().length));
    if (take === null || people.length === 0) {
      throw new PlateauError('invalidState', 'No camera is being recorded.', 'Wait for a frame first.');
    }
    const stopAtBytes = this.#limit(fault.stopAtMegabytes * megabyte);
    const { url, token } = await this.#secondConnection();
    const ffmpeg = await findFfmpeg();
    const folder = await mkdtemp(join(tmpdir(), 'plateau-unbounded-')).catch((thrown: unknown) => {
      throw temporaryFolderError(thrown);
    });
    this.#figures = {
      state: 'running',
      stopReason: null,
      stopAtBytes,
      people: people.length,
      ofPeople: new Set(this.#recorder.encoders.map(({ identity }) => identity)).size,
      ...{ rssBytes: 0, peakRssBytes: 0, queuedFrames: 0, queuedBytes: 0, peakQueuedFrames: 0 },
      ...{ receivedFrames: 0, writtenFrames: 0 },
    };
    const handle = new UnboundedHandle((figures) => this.#note(figures));
    this.#handle = handle;
    this.#gone = handle.ended.then(async ({ reason }) => {
      this.#handle = null;
      if (this.#figures !== null) this.#figures = { ...this.#figures, state: 'stopped', stopReason: reason };
      await rm(folder, { recursive: true, force: true }).catch(() => undefined);
      onOver();
    });
    await handle.start({
      type: 'start',
      ...{ url, token, people, folder, stopAtBytes },
      ffmpegPath: ffmpeg.path,
      profile: take.profile,
      endsAfterMs: fault.seconds * 1000,
    });
    handle.applyImpairments(impairments);
  }

  /** Shares the take's trouble with the one that runs; nothing when none does. */
  applyImpairments(impairments: Impairments): void {
    this.#handle?.applyImpairments(impairments);
  }

  /** Ends it, unless it has ended; resolves with what is to be said of it. */
  async end(reason: UnboundedStopReason): Promise<UnboundedOutcome> {
    await this.#handle?.stop(reason);
    await this.#gone;
    const figures = this.#figures;
    if (figures === null) return { message: 'The recorder without caps ended', details: {} };
    const { stopReason, peakRssBytes, stopAtBytes, peakQueuedFrames } = figures;
    return {
      message: `Recorder without caps ended (${unboundedStopTexts[stopReason ?? reason]}): peak ${formatBytes(peakRssBytes)}, safety stop at ${formatBytes(stopAtBytes)}, up to ${formatQuantity(peakQueuedFrames, 'frame')} queued`,
      details: { reason: stopReason ?? reason, peakRssBytes, stopAtBytes, peakQueuedFrames },
    };
  }

  #note(figures: UnboundedFigures): void {
    const known = this.#figures;
    if (known === null) return;
    this.#figures = {
      ...known,
      ...figures,
      peakRssBytes: Math.max(known.peakRssBytes, figures.rssBytes),
      peakQueuedFrames: Math.max(known.peakQueuedFrames, figures.queuedFrames),
    };
  }

  /** Participants in the take whose camera is subscribed, the largest frames first. */
  #candidates(): { readonly identity: string; readonly width: number; readonly height: number }[] {
    const recorded = new Set(this.#recorder.encoders.map(({ identity }) => identity));
    return this.#recorder.publications
      .filter(
        ({ identity, role, isSubscribed }) => role === 'camera' && isSubscribed && recorded.has(identity),
      )
      .map(({ identity, declaredSize }) => ({ identity, ...(declaredSize ?? fallbackSize) }))
      .sort((a, b) => b.width * b.height - a.width * a.height);
  }

  #limit(askedBytes: number): number {
    const freeBytes = freeMemoryBytes();
    const stopAtBytes = stopLimitBytes(askedBytes, freeBytes);
    if (stopAtBytes !== null) return stopAtBytes;
    throw new PlateauError(
      'invalidState',
      `Only ${formatBytes(freeBytes)} of memory is free; half of that must be at least ${formatBytes(leastStopBytes)}.`,
      'Close other programs first. The take is not affected.',
    );
  }

  async #secondConnection(): Promise<{ readonly url: string; readonly token: string }> {
    if (this.#source === null || 'token' in this.#source.credentials) {
      throw new PlateauError(
        'missingCredentials',
        'A second connection with the same token would remove the recorder from the room.',
        'Join with an API key and secret, or open the demo room.',
      );
    }
    return { url: this.#source.url, token: await tokenProvider(this.#source)() };
  }
}

/** Also below a limit that a container sets; older versions of Node cannot tell. */
function freeMemoryBytes(): number {
  if (!('availableMemory' in process)) return freemem();
  const availableBytes = process.availableMemory();
  return availableBytes > 0 ? Math.min(freemem(), availableBytes) : freemem();
}
