import { refusalToContinueCopied } from '../contract/copy-availability.js';
import { PlateauError, toPlateauError } from '../contract/errors.js';
import type { Marker } from '../contract/manifest.js';
import { formatDuration } from '../format/time.js';
import { ReplayBuffer } from '../replay/replay-buffer.js';
import { handingOver } from '../take/continued-media.js';
import type { Take } from '../take/take.js';
import type { EventReporter } from '../telemetry/event-reporter.js';
import type { CommandLane } from './command-lane.js';
import { joinForReplay } from './join-for-replay.js';
import { type MovableTake, moveTake, type TakeMove } from './move-take.js';
import { enterTracks } from './open-take.js';
import type { RecorderRoom } from './recorder-room.js';
import { RoomView } from './room-view.js';
import type { TakeChecks } from './take-checks.js';

/** What a producer's controls work on; asked at each command. */
export interface Controlled {
  readonly room: () => RecorderRoom;
  /** Null while none is recorded. */
  readonly recording: () =>
    | (MovableTake &
        Pick<
          Take,
          'addMarker' | 'addTrack' | 'clock' | 'noteMissing' | 'participantChanged' | 'setPaused'
        > & {
          readonly handOver: Pick<Take['handOver'], 'begin' | 'isUnderWay'>;
          readonly parts: Pick<Take['parts'], 'split'>;
        })
    | null;
  readonly report: () => EventReporter;
  readonly lane: () => CommandLane;
  /** Aborted when the program has to end. */
  readonly hurry: () => AbortSignal;
  readonly checks: () => TakeChecks;
}

/** What a producer does with a take that runs: marks moments, pauses it, lets it go on. */
export class TakeControls extends RoomView {
  /** The last minutes, whether or not a take is recorded. */
  readonly replay: ReplayBuffer;
  readonly #controlled: Controlled;

  /** @param controlled asked at each command */
  constructor(controlled: Controlled) {
    super(controlled.room);
    this.#controlled = controlled;
    const { checks, hurry, report, room } = controlled;
    this.replay = new ReplayBuffer({
      ...{ room, report, hurry, onChanged: () => this.emit('room') },
      // As a promise, whatever is refused.
      joinToCopy: async (...asked) => joinForReplay(room(), report(), asked),
      onSaved: (saved) => {
        const checked = checks().stop(saved, () => undefined);
        checked
          .then((stopped) => stopped.checked)
          .catch((thrown: unknown) => {
            const { code, hint, message } = toPlateauError(thrown);
            report().error(code, message, null, { hint });
          });
      },
    });
  }

  /**
   * Marks the moment of the take that was `agoMs` ago; what lies before the take is its beginning.
   *
   * @throws PlateauError `invalidState` while none is recorded
   */
  addMarker(label: string, agoMs = 0): Marker {
    const marker = this.#take('set a marker').addMarker(label, agoMs);
    this.#controlled.report().info('marker', label === '' ? 'Marker' : `Marker: ${label}`);
    return marker;
  }

  /** Writes into the event log who ended the take from outside: a reader may not have been there. */
  noteInterrupt(message: string): void {
    this.#controlled.report().warning('takeInterrupted', message);
  }

  /**
   * Pauses the take, or lets it go on: what comes in between is in no file, and what follows stands right behind what was
   * before.
   *
   * @returns where that stands on the take's timeline, in milliseconds
   * @throws PlateauError `invalidState` while none is recorded, or when it is so already
   */
  setPaused(isPaused: boolean): Promise<{ takeMs: number }> {
    // A failure is an answer, as of every command that waits for its turn.
    return this.#controlled.lane().run(() => Promise.resolve().then(() => this.#setPaused(isPaused)));
  }

  /**
   * Somebody who was not armed is recorded from now on: their files begin at this moment, as those of a late joiner. Of
   * somebody who is recorded it does nothing.
   *
   * @throws PlateauError `invalidState` while none is recorded, and in copy mode
   */
  armInTake(identity: string): Promise<void> {
    return this.#controlled.lane().run(() => Promise.resolve().then(() => this.#arm(identity)));
  }

  /**
   * Every file of the take goes on in another one, from the same moment on, which is to come: no frame is lost or doubled
   * there. The files before it are finished and checked while it is recorded.
   *
   * @returns where that is on the take's timeline, in milliseconds, and the number of the part that begins there
   * @throws PlateauError `invalidState` while none is recorded, or when it is being split already
   */
  splitTake(): Promise<{ takeMs: number; part: number }> {
    return this.#controlled.lane().run(() => Promise.resolve().then(() => this.#split()));
  }

  /**
   * The take goes on in another folder, in its next part: no frame is lost or doubled there.
   *
   * @returns where that is on the take's timeline, in milliseconds, and the number of the part that begins there
   * @throws PlateauError `invalidState` while none is recorded; `usage`, `outputUnwritable`, `diskFull` for the folder
   */
  moveTake(outputFolder: string): Promise<TakeMove> {
    const move = (): Promise<TakeMove> => {
      const take = this.#take('go on elsewhere');
      if (take.handOver.isUnderWay) throw handingOver();
      return moveTake(take, outputFolder);
    };
    return this.#controlled.lane().run(() => Promise.resolve().then(move));
  }

  /**
   * What is sent is copied from now on, and nothing is encoded any more: in the next part, which overlaps the one before by some
   * seconds. Does not keep others waiting: joining the room once more may take a while.
   *
   * @returns where the copied part begins on the take's timeline, in milliseconds, and its number
   * @throws PlateauError `invalidState` while none is recorded, or it cannot be copied; as joining the room does. Then the take
   *   goes on as it was
   */
  async continueCopied(): Promise<{ takeMs: number; part: number }> {
    const take = this.#take('copy what is sent');
    const refusal = refusalToContinueCopied({
      isPaused: take.clock.isPaused,
      hasReplay: this.replay.state !== null,
      mode: take.request.mode,
    });
    if (refusal !== null) throw new PlateauError('invalidState', refusal.reason, refusal.hint);
    const { atMs, number } = await take.handOver.begin();
    // Of the room nothing has changed, and its take is another one to look at: with another mode.
    this.emit('room');
    return { takeMs: atMs, part: number };
  }

  #arm(identity: string): void {
    const take = this.#take('add somebody');
    assertEncodes(take, 'joined by somebody who was not armed', 'Stop it and start another one.');
    if (take.request.isArmed(identity)) return;
    take.request.arm?.(identity);
    const { report, room } = this.#controlled;
    report().info('armedInTake', `${identity} is recorded from now on.`, identity);
    enterTracks(take, room().session, identity);
  }

  #split(): { takeMs: number; part: number } {
    const take = this.#take('split a take');
    const { atMs, number } = take.parts.split();
    return { takeMs: atMs, part: number };
  }

  #setPaused(isPaused: boolean): { takeMs: number } {
    const take = this.#take(isPaused ? 'pause a take' : 'resume a take');
    if (take.handOver.isUnderWay) throw handingOver();
    if (take.clock.isPaused === isPaused) {
      throw isPaused
        ? new PlateauError('invalidState', 'The take is paused already.', 'Resume it to go on.')
        : new PlateauError('invalidState', 'The take is not paused.', 'There is nothing to resume.');
    }
    const lengthMs = take.setPaused(isPaused);
    const report = this.#controlled.report();
    if (isPaused) report.info('takePaused', 'Paused: what comes now is in no file.');
    else
      report.info('takeResumed', `Recording goes on after a pause of ${formatDuration(lengthMs)}.`, null, {
        lengthMs,
      });
    // A moment later the clock of a take that goes on is past it.
    return { takeMs: take.clock.jointMs };
  }

  #take(action: string): NonNullable<ReturnType<Controlled['recording']>> {
    const take = this.#controlled.recording();
    if (take !== null) return take;
    throw new PlateauError(
      'invalidState',
      `Cannot ${action} while none is recorded.`,
      'Start a take first, or wait until the one before is finalized.',
    );
  }
}

/**
 * What a copied take lacks.
 *
 * @param what cannot be done with it: follows `cannot be`
 * @throws PlateauError `invalidState`
 */
function assertEncodes({ request }: Pick<MovableTake, 'request'>, what: string, instead: string): void {
  if (request.mode !== 'copy') return;
  throw new PlateauError(
    'invalidState',
    `A take in copy mode cannot be ${what}.`,
    `${instead} Or record with --mode encode.`,
  );
}
