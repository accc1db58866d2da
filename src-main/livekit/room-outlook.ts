import type { PlateauError } from '../contract/errors.js';
import type { RoomAnswer, RoomLookup } from './connect/room-lookup.js';
import { isRoomMissing } from './connect/room-search.js';
import type { RoomListener } from './room-listener.js';

/** What is heard of a room and its server from outside. */
export type OutlookListener = Pick<
  RoomListener,
  'onServerUnreachable' | 'onServerAnswers' | 'onJoinedUnasked'
>;

/**
 * What is known of a room and its server without being in it, and what of that a person has to hear: that the server does not
 * answer, that it does again, and that joining may have opened the room. Each is told once until it changes.
 */
export class RoomOutlook {
  readonly #lookup: Pick<RoomLookup, 'canLook' | 'ask'> | null;
  readonly #listener: OutlookListener;
  /** Until a server says that it does not know the room: then joining does not make it. */
  #joiningOpensRooms = true;
  /** The server has said whether the room is open: there is no need to join to find out. */
  #hasSaid = false;
  #isUnreachable = false;
  #isClosed = false;
  /** Why it is not known whether the room is open; null when it is known, or nobody asked. */
  #unasked: string | null = null;
  /** That Plateau's own joining may open the room. */
  #isOpeningTold = false;

  /** @param lookup null where nobody asks */
  constructor(lookup: Pick<RoomLookup, 'canLook' | 'ask'> | null, listener: OutlookListener) {
    this.#lookup = lookup;
    this.#listener = listener;
  }

  /**
   * Asks the server whether the room is open. Never rejects.
   *
   * @returns null where nobody asks
   */
  async ask(): Promise<RoomAnswer | null> {
    const answer = (await this.#lookup?.ask()) ?? null;
    this.#unasked = null;
    if (answer?.kind === 'open' || answer?.kind === 'closed') {
      this.#hasSaid = true;
      this.#answered();
    } else if (answer !== null) {
      this.#unasked = answer.kind === 'unknown' ? answer.why : answer.error.message;
    }
    return answer;
  }

  /**
   * Why a room that is waited for is not joined now; null when it is to be joined. A server that answered before and does
   * not now may come back without the room, and joining would open it.
   */
  reasonToStayOut(answer: RoomAnswer | null): PlateauError | null {
    return answer?.kind === 'unreachable' && this.#hasSaid ? answer.error : null;
  }

  /** How a room that is not open is waited for. @returns whether it is joined for that, which may open it */
  beginWaiting(): boolean {
    const isInside = this.#joiningOpensRooms && this.#lookup?.canLook !== true;
    if (isInside) this.#isOpeningTold = true;
    return isInside;
  }

  /** An attempt to join failed. @param isRepeated it is tried again, so that nobody else tells of it */
  failed(error: PlateauError, isRepeated: boolean): void {
    if (isRoomMissing(error)) {
      this.#joiningOpensRooms = false;
      this.#answered();
    } else if (isRepeated && error.code === 'serverUnreachable' && !this.#isUnreachable) {
      this.#isUnreachable = true;
      this.#listener.onServerUnreachable(error);
    }
  }

  /** The room was joined. @param isAlone nobody else is in it: it may not have been open */
  joined(isAlone: boolean): void {
    this.#answered();
    const why = this.#unasked;
    this.#unasked = null;
    if (why === null || !isAlone || !this.#joiningOpensRooms || this.#isOpeningTold) return;
    this.#isOpeningTold = true;
    this.#listener.onJoinedUnasked(why);
  }

  /** Tells nothing any more, although an answer may be on its way. */
  close(): void {
    this.#isClosed = true;
  }

  #answered(): void {
    if (!this.#isUnreachable || this.#isClosed) return;
    this.#isUnreachable = false;
    this.#listener.onServerAnswers();
  }
}
