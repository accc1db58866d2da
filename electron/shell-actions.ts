/** What menu and tray can do. */
export interface ShellActions {
  readonly showWindow: () => void;
  readonly startTake: () => void;
  readonly stopTake: () => void;
  readonly addMarker: () => void;
  readonly quit: () => void;
}
