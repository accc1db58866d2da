import { createStore, type StoreApi } from 'zustand/vanilla';
import { type ArmInput, refusalToArmInTake } from '../../src-main/contract/arm-availability.js';
import { refusalOf, settingRefusal } from '../../src-main/contract/command-availability.js';
import type {
  CommandInput,
  CommandName,
  CommandOutput,
  ConsoleApi,
  ConsoleState,
} from '../../src-main/contract/console.js';
import { refusalToShowCaps } from '../../src-main/contract/copy-availability.js';
import type { ErrorReport, Result } from '../../src-main/contract/errors.js';
import type { Marker } from '../../src-main/contract/manifest.js';
import type { Settings } from '../../src-main/contract/settings.js';
import type { LinkStatus } from '../transport/console-link.js';

/** What has just happened, in one sentence; it goes by itself, with X, and when a take begins. */
export interface Toast {
  readonly id: number;
  /** What it is about: a later one about the same stands in its place. Null of one that stands for itself. */
  readonly subject: string | null;
  readonly level: 'info' | 'success' | 'warning' | 'error';
  readonly text: string;
  /** What can be done about it: to see more of it, or to take it back. */
  readonly action:
    | { readonly kind: 'showTakes'; readonly takeName: string }
    | { readonly kind: 'restoreTake'; readonly trashId: string }
    | { readonly kind: 'restoreMarker'; readonly takeName: string; readonly marker: Marker }
    | null;
}

export interface SessionState {
  readonly link: LinkStatus;
  /** Null until the recorder has answered for the first time. */
  readonly console: ConsoleState | null;
  /** Commands that have not answered yet. */
  readonly pending: ReadonlySet<CommandName>;
  /** What the latest command failed with, and which one it was. */
  readonly problem: { readonly command: CommandName; readonly error: ErrorReport } | null;
  readonly toasts: readonly Toast[];
}

const maxToasts = 3;

/** How long a notification is shown. What is still wrong has a banner, or stands in the list of takes. */
export const toastMs: Readonly<Record<Toast['level'], number>> = {
  info: 7_000,
  success: 7_000,
  warning: 20_000,
  error: 60_000,
};

/** What changes slowly, and the commands that change it. */
export class Session {
  readonly store: StoreApi<SessionState> = createStore(() => ({
    link: 'connecting',
    console: null,
    pending: new Set<CommandName>(),
    problem: null,
    toasts: [],
  }));
  readonly #api: ConsoleApi;
  #nextToastId = 1;

  constructor(api: ConsoleApi) {
    this.#api = api;
  }

  /** Runs a command; a failure is shown to the person, unless the caller says that it does so itself. */
  async run<Name extends CommandName>(
    name: Name,
    input: CommandInput<Name>,
    options: { readonly isQuiet?: boolean } = {},
  ): Promise<Result<CommandOutput<Name>>> {
    this.#setPending(name, true);
    if (options.isQuiet !== true) this.store.setState({ problem: null });
    try {
      const result = await this.#api.call(name, input);
      if (!result.ok && options.isQuiet !== true) {
        this.store.setState({ problem: { command: name, error: result.error } });
      }
      return result;
    } finally {
      this.#setPending(name, false);
    }
  }

  /**
   * Asks for everything: at the start, and after the recorder was out of reach.
   *
   * @returns whether it answered
   */
  async refresh(): Promise<boolean> {
    const result = await this.run('getState', {}, { isQuiet: true });
    if (result.ok) this.store.setState({ console: result.value });
    return result.ok;
  }

  /** Whether somebody can be armed, or disarmed, now. */
  mayArm(input: ArmInput): boolean {
    return disabledReasonToArm(input, this.store.getState()) === null;
  }

  async dismissProblem(): Promise<void> {
    this.store.setState({ problem: null });
    const { console } = this.store.getState();
    if (console !== null && console.problem !== null) await this.run('dismissProblem', {});
  }

  /** Takes away what is told: the failure above the view, or else the newest notification. */
  async dismissMessage(): Promise<void> {
    const state = this.store.getState();
    const newest = state.toasts[state.toasts.length - 1];
    if (shownProblem(state) !== null) await this.dismissProblem();
    else if (newest !== undefined) this.dismissToast(newest.id);
  }

  notify(
    level: Toast['level'],
    text: string,
    action: Toast['action'] = null,
    subject: Toast['subject'] = null,
  ): void {
    const toast = { id: this.#nextToastId, subject, level, text, action };
    this.#nextToastId += 1;
    this.store.setState(({ toasts }) => {
      const others = toasts.filter((other) => subject === null || other.subject !== subject);
      return { toasts: [...others.slice(-(maxToasts - 1)), toast] };
    });
  }

  /** What was said of the take before, or of another room, is not said of the next. */
  dismissToasts(): void {
    if (this.store.getState().toasts.length > 0) this.store.setState({ toasts: [] });
  }

  dismissToast(id: number): void {
    this.store.setState(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) }));
  }

  #setPending(name: CommandName, isPending: boolean): void {
    const pending = new Set(this.store.getState().pending);
    if (isPending) pending.add(name);
    else pending.delete(name);
    this.store.setState({ pending });
  }
}

/**
 * The failure to show: what the engine reports, or else what the latest command came back with. That a command
 * did not reach a lost recorder is said once, of the recorder.
 */
export function shownProblem({ link, console, problem }: SessionState): ErrorReport | null {
  return console?.problem ?? (link === 'open' ? (problem?.error ?? null) : null);
}

type DecidingSession = Pick<SessionState, 'link' | 'console' | 'pending'>;

/** Why a command cannot be given now, as a sentence for its tooltip; null when it can. */
export function disabledReasonFor(command: CommandName, session: DecidingSession): string | null {
  const console = reachable(session);
  if (console === null) return outOfReach;
  return refusalOf(command, console, session.pending)?.reason ?? null;
}

/** Why somebody cannot be armed or disarmed now, as a sentence for its tooltip; null when they can. */
export function disabledReasonToArm(input: ArmInput, session: DecidingSession): string | null {
  const console = reachable(session);
  if (console === null) return outOfReach;
  const refusal = refusalOf('arm', console, session.pending) ?? refusalToArmInTake(console, input);
  return refusal?.reason ?? null;
}

/** Why a setting cannot be changed now, as a sentence for its tooltip; null when it can. */
export function disabledReasonForSetting(name: keyof Settings, session: DecidingSession): string | null {
  const console = reachable(session);
  return console === null ? outOfReach : (settingRefusal(name, console, session.pending)?.reason ?? null);
}

/** Why the show of the Lab cannot begin now, or null. Without a room it opens the demo room first. */
export function disabledReasonForShow(session: DecidingSession): string | null {
  const isIdle = session.console?.recorder === 'idle';
  // Nobody opens a room in which it cannot begin.
  const refusal = session.console === null ? null : refusalToShowCaps(session.console);
  if (refusal !== null) return refusal.reason;
  return disabledReasonFor(isIdle ? 'connectDemo' : 'startShow', session);
}

const outOfReach = 'Recorder not responding.';

/** What was heard last of a recorder that is out of reach decides nothing. */
function reachable({ link, console }: DecidingSession): ConsoleState | null {
  return link === 'open' ? console : null;
}
