export type QuitAnswer = 'keepRecording' | 'stopAndSave' | 'cancel';

export interface QuitFlowOptions {
  readonly isTakeRunning: () => boolean;
  /** A take that is being saved already needs no question: only patience. */
  readonly isFinalizing: () => boolean;
  readonly ask: () => Promise<QuitAnswer>;
  /** A take that has ended is being checked, or MP4 files are being made: the next start takes that up again. */
  readonly isWorking: () => boolean;
  /** Says so. @returns whether to quit all the same */
  readonly askAboutWork: () => Promise<boolean>;
  /** Takes the window out of the way while the take goes on. */
  readonly stepAside: () => void;
  /** Ends the take, or waits for one that is being finalized. @returns whether every file is verified */
  readonly finishTake: () => Promise<boolean>;
  /** Shows what came of a take that is not as it should be. */
  readonly showProblem: () => void;
  /** Ends the engine: take, room, processes. */
  readonly closeEngine: () => Promise<void>;
  readonly exit: () => void;
  /** Ends the program and starts it anew. */
  readonly restart: () => void;
}

/** How long leaving a room may take before the program ends without it. A take has all the time it needs. */
const leavePatienceMs = 15_000;

/** The one way out: whatever asks for the end comes through here, and no take is lost on the way. */
export class QuitFlow {
  readonly #options: QuitFlowOptions;
  #isAsking = false;
  #ending: Promise<void> | null = null;
  #hasEnded = false;

  constructor(options: QuitFlowOptions) {
    this.#options = options;
  }

  /** The engine is closed: nothing is left to ask for or to save. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Somebody closes the window or quits. While a take is recorded they are asked first. */
  async request(): Promise<void> {
    if (this.#isAsking || this.#ending !== null) return;
    if (!this.#options.isTakeRunning()) return this.#leaveTheWork();
    this.#isAsking = true;
    try {
      if (!(await this.#wantsToStop())) return;
      const isSaved = await this.#options.finishTake();
      if (!isSaved) {
        // Whoever quits now would learn of a damaged take when it is too late to record it again.
        this.#options.showProblem();
        return;
      }
    } finally {
      this.#isAsking = false;
    }
    await this.end();
  }

  /** Ends without a question, after the take is finalized: for signals and the end of the session. */
  end(): Promise<void> {
    this.#ending ??= this.#end(this.#options.exit);
    return this.#ending;
  }

  /** Ends without a question, and starts anew. Nothing happens while a take runs, or while it ends already. */
  async restart(): Promise<void> {
    if (this.#options.isTakeRunning() || this.#ending !== null) return;
    this.#ending = this.#end(this.#options.restart);
    await this.#ending;
  }

  /** No take runs. What goes on can wait for the next start, and whoever quits is told. */
  async #leaveTheWork(): Promise<void> {
    if (this.#options.isWorking()) {
      this.#isAsking = true;
      try {
        if (!(await this.#options.askAboutWork())) return;
      } finally {
        this.#isAsking = false;
      }
      // A take may have begun while the question stood there.
      if (this.#options.isTakeRunning()) return this.request();
    }
    await this.end();
  }

  async #wantsToStop(): Promise<boolean> {
    if (this.#options.isFinalizing()) return true;
    const answer = await this.#options.ask();
    if (answer === 'keepRecording') this.#options.stepAside();
    return answer === 'stopAndSave';
  }

  async #end(leave: () => void): Promise<void> {
    const { isTakeRunning, closeEngine } = this.#options;
    const closed = closeEngine().catch(() => undefined);
    await (isTakeRunning() ? closed : Promise.race([closed, patience()]));
    this.#hasEnded = true;
    leave();
  }
}

function patience(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, leavePatienceMs).unref());
}
