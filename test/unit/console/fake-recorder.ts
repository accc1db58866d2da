import { EventEmitter } from 'node:events';
import type { ConnectionState, RecorderState } from '../../../src-main/contract/snapshot.js';

/** What the service uses of a recorder, in whichever state the test says. */
export class FakeRecorder extends EventEmitter {
  /** The one that the service has made. */
  static latest: FakeRecorder | null = null;

  state: RecorderState = 'idle';
  connection: ConnectionState = 'disconnected';
  joined = null;
  take: object | null = null;
  stoppedBy = null;
  participants = [];
  publications = [];
  hasRoomEnded = false;
  /** Nothing is checked. */
  readonly checks = { list: [], done: (): Promise<void> => Promise.resolve() };
  readonly lab = { unbounded: (): null => null };
  /** What was asked of it. */
  readonly acts: string[] = [];
  /** What the latest take was asked to be. */
  requested: object | null = null;
  /** Ends the taking of a folder, the search for ffmpeg and whatever else a start waits for. */
  readiness: Promise<void> = Promise.resolve();
  outcome: () => Promise<object> = () => Promise.resolve({ files: [], notRecorded: [] });

  constructor() {
    super();
    FakeRecorder.latest = this;
  }

  /** What it is asked for, and what it is asked to save. */
  readonly replay = {
    set: (request: { readonly seconds: number } | null): void => {
      this.replaySeconds = request?.seconds ?? null;
    },
    save: (): Promise<{ takeName: string; durationMs: number }> => {
      this.acts.push('saveReplay');
      return Promise.resolve({ takeName: 'a-replay', durationMs: 60_000 });
    },
  };
  replaySeconds: number | null = null;

  endSoon(): void {
    this.acts.push('endSoon');
  }

  setMemoryCeiling(): void {
    this.acts.push('setMemoryCeiling');
  }

  connect(): Promise<void> {
    this.acts.push('connect');
    return Promise.resolve();
  }

  disconnect(): Promise<void> {
    this.acts.push('disconnect');
    return Promise.resolve();
  }

  async startTake(request: object): Promise<string> {
    this.acts.push('startTake');
    this.requested = request;
    await this.readiness;
    return '/takes/a-take';
  }

  stopTake(): Promise<object> {
    this.acts.push('stopTake');
    return this.outcome();
  }

  armInTake(identity: string): Promise<void> {
    this.acts.push(`armInTake ${identity}`);
    return Promise.resolve();
  }

  splitTake(): Promise<{ takeMs: number; part: number }> {
    this.acts.push('splitTake');
    return Promise.resolve({ takeMs: 2_000, part: 2 });
  }

  continueCopied(): Promise<{ takeMs: number; part: number }> {
    this.acts.push('continueCopied');
    return Promise.resolve({ takeMs: 2_000, part: 2 });
  }

  moveTake(): Promise<{ takeMs: number; part: number }> {
    this.acts.push('moveTake');
    return Promise.resolve({ takeMs: 2_000, part: 2 });
  }

  setPaused(isPaused: boolean): Promise<{ takeMs: number }> {
    this.acts.push(`setPaused ${isPaused}`);
    return Promise.resolve({ takeMs: 5 });
  }

  addMarker(label: string): object {
    this.acts.push('addMarker');
    return { takeMs: 0, label };
  }
}
