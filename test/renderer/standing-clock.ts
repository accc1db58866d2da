/** A page whose time does not pass by itself: what it draws is a matter of what was done to it, not of how long that took. */
export interface StandingClock {
  /**
   * Lets so much time pass, timer by timer; after each of them the page draws and answers as it would have.
   *
   * Resolves when the page stands still.
   */
  elapse(ms: number): Promise<void>;
}

interface Timer {
  atMs: number;
  readonly everyMs: number | null;
  readonly run: () => void;
}

/** Above all that the browser gives to timers of its own. */
const firstId = 1_000_000;
/** So many times in a row nothing changes: what React draws because of a size comes a frame after the size. */
const quietFrames = 3;

/**
 * Puts a clock that stands at a moment in the place of the page's own. Frames are drawn as ever, and a timer of 0 ms, which
 * waits for nothing, comes as ever.
 */
export function stopClock(page: typeof globalThis & Window, momentMs: number): StandingClock {
  const RealDate = page.Date;
  const realTimeout = page.setTimeout.bind(page);
  const realClear = page.clearTimeout.bind(page);
  const timers = new Map<number, Timer>();
  let sinceMs = 0;
  let nextId = firstId;

  class StandingDate extends RealDate {
    constructor(...parts: ConstructorParameters<DateConstructor> | []) {
      if (parts.length === 0) super(momentMs + sinceMs);
      else super(...parts);
    }
    static override now(): number {
      return momentMs + sinceMs;
    }
  }
  const add = (handler: TimerHandler, ms: number, args: unknown[], everyMs: number | null): number => {
    const id = nextId;
    nextId += 1;
    const run = (): void => {
      if (typeof handler === 'function') (handler as (...given: unknown[]) => void)(...args);
    };
    timers.set(id, { atMs: sinceMs + ms, everyMs, run });
    return id;
  };
  const clear = (id: number | undefined): void => {
    if (id !== undefined && !timers.delete(id)) realClear(id);
  };
  Object.assign(page, {
    Date: StandingDate,
    setTimeout: (handler: TimerHandler, ms = 0, ...args: unknown[]) =>
      ms <= 0 ? realTimeout(handler, 0, ...args) : add(handler, ms, args, null),
    setInterval: (handler: TimerHandler, ms = 0, ...args: unknown[]) =>
      add(handler, Math.max(1, ms), args, Math.max(1, ms)),
    clearTimeout: clear,
    clearInterval: clear,
  });
  Object.defineProperty(page.performance, 'now', { value: () => sinceMs });

  const frame = (): Promise<void> =>
    new Promise((resolve) => {
      // A task behind the frame: by then it is laid out, and what its sizes have led to is drawn.
      page.requestAnimationFrame(() => realTimeout(resolve, 0));
    });
  const settle = async (): Promise<void> => {
    let changes = 0;
    const observer = new MutationObserver(() => {
      changes += 1;
    });
    observer.observe(page.document, {
      ...{ attributes: true, characterData: true, childList: true, subtree: true },
    });
    for (let quiet = 0; quiet < quietFrames;) {
      const before = changes;
      await frame();
      quiet = changes === before ? quiet + 1 : 0;
    }
    observer.disconnect();
  };
  const nextUntil = (untilMs: number): [number, Timer] | undefined =>
    [...timers]
      .filter(([, { atMs }]) => atMs <= untilMs)
      .sort(([oneId, one], [otherId, other]) => one.atMs - other.atMs || oneId - otherId)[0];
  return {
    elapse: async (ms) => {
      await settle();
      const untilMs = sinceMs + ms;
      let hasRun = false;
      for (let due = nextUntil(untilMs); due !== undefined; due = nextUntil(untilMs)) {
        const [id, timer] = due;
        sinceMs = timer.atMs;
        if (timer.everyMs === null) timers.delete(id);
        else timer.atMs += timer.everyMs;
        timer.run();
        hasRun = true;
        // What was promised by it, and what React draws for it, comes before the next.
        await new Promise((resolve) => realTimeout(resolve, 0));
      }
      sinceMs = untilMs;
      // It stands still already, and no moment has gone by.
      if (hasRun || ms > 0) await settle();
    },
  };
}
