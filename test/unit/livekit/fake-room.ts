import { EventEmitter } from 'node:events';
import { type DisconnectReason, type Room, RoomEvent } from '@livekit/rtc-node';
import type { RoomSdk, SessionStreams } from '../../../src-main/livekit/room-session-options.js';

/** A Room that no server stands behind: a test decides when, and how, joining ends. */
export class FakeRoom extends EventEmitter {
  readonly name = 'studio';
  readonly remoteParticipants = new Map<string, unknown>();
  disconnects = 0;
  /** What it was joined with. */
  options: object | undefined;
  /** What leaving it waits for: the SDK has no limit of its own. */
  leaving: Promise<void> = Promise.resolve();
  readonly #joining = deferred();

  connect(_url?: string, _token?: string, options?: object): Promise<void> {
    this.options = options;
    return this.#joining.promise;
  }

  disconnect(): Promise<void> {
    this.disconnects += 1;
    return this.leaving;
  }

  /** The server lets it in. */
  accept(): void {
    this.#joining.resolve();
  }

  /** The server cannot be reached, or refuses: its words decide which. */
  refuse(message: string): void {
    this.#joining.reject(new Error(message));
  }

  /** The connection ends by itself. */
  drop(reason: DisconnectReason): void {
    this.emit(RoomEvent.Disconnected, reason);
  }
}

/** Hands out fake rooms, one for each attempt to connect, and no native streams. */
export class FakeSdk implements RoomSdk {
  readonly rooms: FakeRoom[] = [];
  /** Called with each room as soon as it is made. */
  onRoom: (room: FakeRoom) => void = () => undefined;
  /** The process stood still for so many milliseconds. */
  standStill: (ms: number) => void = () => undefined;
  /** The SDK's log says that the session hears nothing any more. */
  stall: () => void = () => undefined;
  /** Whether anybody listens for that. */
  isWatched = false;
  openedStreams = 0;
  closedStreams = 0;

  createRoom(): Room {
    const room = new FakeRoom();
    this.rooms.push(room);
    this.onRoom(room);
    // Only what a session uses of it is there.
    return room as unknown as Room;
  }

  openStreams(
    _loopLateAfterMs: Readonly<Record<'audio' | 'video', number>>,
    _onError: (thrown: unknown) => void,
    onStandstill: (ms: number) => void,
  ): SessionStreams {
    this.openedStreams += 1;
    this.standStill = onStandstill;
    // Only what a track does with it that nobody receives.
    const context: unknown = { dispatcher: {} };
    return {
      context: context as SessionStreams['context'],
      orphanedFrames: 0,
      openStreams: 0,
      drainMaxLoopLateMs: () => 0,
      close: () => {
        this.closedStreams += 1;
        return Promise.resolve();
      },
    };
  }

  readonly watchForStall = (onStalled: () => void): (() => void) => {
    this.stall = onStalled;
    this.isWatched = true;
    return () => {
      this.isWatched = false;
    };
  };

  /** The room of the latest attempt. */
  get latest(): FakeRoom {
    const room = this.rooms.at(-1);
    if (room === undefined) throw new Error('no room was asked for yet');
    return room;
  }
}

function deferred(): { promise: Promise<void>; resolve: () => void; reject: (error: Error) => void } {
  let resolve: () => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
