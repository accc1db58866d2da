/**
 * A state that only goes forward: what has ended cannot begin again, whichever of two callers comes last. Steps may
 * be left out, none is taken twice. For something that can begin again, make a new one.
 *
 * The model is `UpgradeState` of livekit/egress (pkg/gstreamer/state.go).
 */
export class ForwardState<State extends string> {
  readonly #order: readonly State[];
  #current: State;

  /** @param order every state, the first one first; each named once */
  constructor(...order: readonly [State, ...State[]]) {
    this.#order = order;
    this.#current = order[0];
  }

  /** The state at the moment. */
  get current(): State {
    return this.#current;
  }

  /**
   * Goes forward to `state`.
   *
   * @returns false when it is reached already, or a later one: whoever gets false has nothing left to do
   */
  advance(state: State): boolean {
    if (this.hasReached(state)) return false;
    this.#current = state;
    return true;
  }

  /** Whether `state`, or a later one, is reached. */
  hasReached(state: State): boolean {
    return this.#order.indexOf(this.#current) >= this.#order.indexOf(state);
  }
}
