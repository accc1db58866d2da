import type { PlateauError } from '../contract/errors.js';
import type { ConnectionState } from '../contract/snapshot.js';
import type { ParticipantInfo } from '../livekit/room-listener.js';
import type { RoomSession } from '../livekit/room-session.js';
import type { VideoLayer } from '../pipeline/memory-governor.js';
import { RecorderEmitter } from './recorder-events.js';
import type { ArmedSelection, RecorderRoom } from './recorder-room.js';

/** What can be seen of a recorder's room. */
export class RoomView extends RecorderEmitter {
  readonly #room: () => RecorderRoom;

  /** @param room asked at each question */
  constructor(room: () => RecorderRoom) {
    super();
    this.#room = room;
  }

  /** Frames that arrived for nobody, and native objects still alive: all 0 after a disconnect. */
  get resourceLeaks(): RecorderRoom['resourceLeaks'] {
    return this.#room().resourceLeaks;
  }

  /** Everybody in the room, apart from hidden participants. */
  get participants(): readonly ParticipantInfo[] {
    return this.#room().session?.participants() ?? [];
  }

  /** Tracks that are to be received and are not, and why. */
  get missing(): RoomSession['missing'] {
    return this.#room().session?.missing ?? [];
  }

  /** What they publish, and whether it is subscribed. */
  get publications(): ReturnType<RoomSession['publications']> {
    return this.#room().session?.publications() ?? [];
  }

  /** Whether the room is joined, or being found again. */
  get connection(): ConnectionState {
    return this.#room().connection;
  }

  /** Why the server is not reached at the moment, while it is tried again; null when it is. */
  get unreachable(): PlateauError | null {
    return this.#room().unreachable;
  }

  /** The room that is joined, and its server. */
  get joined(): RecorderRoom['joined'] {
    return this.#room().joined;
  }

  /** As {@link RecorderRoom.isForTwo}. */
  get isForTwo(): boolean {
    return this.#room().isForTwo;
  }

  /** Whether the room is over, and nobody waits for it to open again. */
  get hasRoomEnded(): boolean {
    return this.#room().hasEnded;
  }

  /** Asks for a layer of every camera that has several: what it is wanted for is the caller's concern. */
  requestLayer(layer: VideoLayer): void {
    this.#room().session?.requestLayer(layer);
  }

  /** Subscribes to what is to be recorded, where that was not known before the room was joined. Between takes. */
  rearm(armed: ArmedSelection): void {
    this.#room().rearm(armed);
  }

  /** Waits for a room that has ended to open again, and joins it then. */
  awaitRoom(): void {
    this.#room().session?.awaitRoom();
  }
}
