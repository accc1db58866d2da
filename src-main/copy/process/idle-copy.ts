import type { Manifest } from '../../contract/manifest.js';
import type { ParticipantInfo } from '../../livekit/room-listener.js';
import { TakeClock } from '../../pipeline/take-clock.js';
import { TakeMoments } from '../../take/take-moments.js';
import { TakeParticipants } from '../../take/take-participants.js';
import {
  type CopiedTakeOptions,
  type CopyChild,
  enterRoom,
  leavePatienceMs,
  roomEndMs,
  startProcess,
} from './copied-take.js';
import type { CopyReport, Happening } from './copy-reports.js';
import type { CopyRequest } from './copy-requests.js';
import { RemoteReplay } from './remote-replay.js';
import { momentNow } from './shared-clock.js';

/** How a replay buffer comes into its room while nothing is recorded. */
export interface IdleCopyOptions extends Pick<
  CopiedTakeOptions,
  'armed' | 'mediaKeys' | 'report' | 'token' | 'url'
> {
  readonly replay: NonNullable<CopiedTakeOptions['replay']>;
  readonly ffmpegPath: string;
  /** Null for as many as this machine carries. */
  readonly maxFiles: number | null;
  /** What is known of somebody at the moment; undefined when they are not in the room. */
  readonly participantOf: (identity: string) => ParticipantInfo | undefined;
  /** It receives nothing any more, and holds nothing. @param why in a sentence */
  readonly onGone: (why: string) => void;
}

/** What is sent while nothing is recorded, received and kept in memory by a process of its own: files of it are written when it is saved. */
export class IdleCopy {
  readonly #startedAt = new Date();
  readonly #clock = new TakeClock();
  readonly #moments = new TakeMoments(this.#clock);
  readonly replay: RemoteReplay;
  readonly #options: IdleCopyOptions;
  readonly #child: CopyChild;
  readonly #participants: TakeParticipants;
  #isOver = false;
  #rssBytes = 0;

  private constructor(options: IdleCopyOptions, start: typeof startProcess) {
    this.#options = options;
    this.#participants = new TakeParticipants(options.participantOf);
    this.#child = start((report) => this.#receive(report));
    this.replay = new RemoteReplay(this.#child);
    void this.#child.ended.then(() => {
      this.#gone(this.#child.failure().message);
    });
  }

  /**
   * Starts the process, joins the room, and keeps what comes. The caller closes it.
   *
   * @param start tests hand in one that starts no process
   * @throws PlateauError as joining to copy a take does
   */
  static async join(options: IdleCopyOptions, start = startProcess): Promise<IdleCopy> {
    const idle = new IdleCopy(options, start);
    try {
      await idle.#join();
    } catch (thrown) {
      await idle.close();
      throw thrown;
    }
    return idle;
  }

  /** What a manifest has of it. */
  get run(): {
    readonly audioOnly: boolean;
    readonly moments: TakeMoments;
    readonly startedAt: Date;
    readonly participants: Pick<Manifest, 'participants' | 'participantsNotListed'>;
  } {
    const { participants, participantsNotListed } = this.#participants.entries;
    return {
      ...{ audioOnly: this.#options.armed.audioOnly, moments: this.#moments, startedAt: this.#startedAt },
      participants: { participants, participantsNotListed },
    };
  }

  /** The process, for the lock of what is saved. */
  get processId(): number | undefined {
    return this.#child.pid;
  }

  /** Its resident memory; 0 once it has ended. */
  get processRssBytes(): number {
    return this.#rssBytes;
  }

  /** Somebody has another name now, and so have their files. */
  participantChanged(participant: ParticipantInfo): void {
    this.#participants.changed(participant);
    this.#send({ type: 'rename', identity: participant.identity, name: participant.name });
  }

  /** Ends the process, and what it holds is gone; what is being saved is written before. Idempotent; never rejects. */
  async close(): Promise<void> {
    this.#isOver = true;
    await this.replay.settled();
    await this.#child.end([{ ask: () => this.#child.disconnect(), patienceMs: leavePatienceMs }]);
  }

  async #join(): Promise<void> {
    const { armed, ffmpegPath, maxFiles, replay } = this.#options;
    await enterRoom(this.#child, this.#options);
    this.#send({
      ...{ type: 'begin', startUs: this.#clock.timelineStartUs, sent: momentNow(), folder: null },
      ...{ first: { number: 1, atMs: 0 }, ffmpegPath, maxFiles, armed, replay },
    });
  }

  readonly #send = (request: CopyRequest): void => {
    // One that is gone is told by its end.
    this.#child.send(request).catch(() => undefined);
  };

  #receive(report: CopyReport): void {
    if (report.type === 'tokenWanted') void this.#giveToken();
    if (report.type !== 'state') return;
    this.replay.take(report.replay);
    this.#rssBytes = report.rssBytes;
    for (const happening of report.happenings) this.#happened(happening);
    this.#send({ type: 'taken' });
  }

  async #giveToken(): Promise<void> {
    // Without one it goes on with the one that it has.
    const token = await this.#options.token().catch(() => null);
    if (token !== null) this.#send({ type: 'token', token });
  }

  /** What is said of tracks and files is said of no take: what is missing stands in the manifest of what is saved. */
  #happened(happening: Happening): void {
    if (happening.type === 'came')
      this.#participants.came(happening.track, this.#clock.nowMs(), happening.lateMs);
    else if (happening.type === 'lost') {
      // The end of a meeting ends the room's own session as well; then it is closed.
      const { message } = happening.error;
      setTimeout(() => this.#gone(message), roomEndMs).unref();
    }
  }

  #gone(why: string): void {
    this.#rssBytes = 0;
    this.replay.gone();
    if (this.#isOver) return;
    this.#isOver = true;
    this.#options.onGone(why);
    void this.close();
  }
}
