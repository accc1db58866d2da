/**
 * Commands that change one thing, one after the other in the order in which they came: each is judged against the
 * state that it finds. Nothing is bounded here: whoever hands a command over sees to its deadline.
 */
export class CommandLane {
  #last: Promise<unknown> = Promise.resolve();
  #length = 0;

  /** Commands that are under way or wait for their turn. */
  get length(): number {
    return this.#length;
  }

  /** Runs a command, in this very turn when no other one is under way. @returns what it comes to; rejects as it does */
  run<Value>(command: () => Promise<Value>): Promise<Value> {
    const begun = this.#length === 0 ? command() : this.#last.then(command);
    this.#length += 1;
    // Over before its caller hears of it: what the caller does next finds the lane free.
    const running = begun.finally(() => {
      this.#length -= 1;
    });
    this.#last = running.catch(() => undefined);
    return running;
  }
}
