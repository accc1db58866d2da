import { Menu, nativeImage, Tray } from 'electron';
import type { Presence } from './presence.js';
import type { ShellActions } from './presence.js';

export interface TrayIcons {
  readonly idle: string;
  readonly recording: string;
}

/** The icon beside the clock: what the recorder does, and the take's two buttons. */
export class RecorderTray {
  readonly #tray: Tray;
  readonly #icons: TrayIcons;
  readonly #actions: ShellActions;
  #shown = '';

  constructor(icons: TrayIcons, actions: ShellActions) {
    this.#icons = icons;
    this.#actions = actions;
    this.#tray = new Tray(nativeImage.createFromPath(icons.idle));
    this.#tray.on('click', () => actions.showWindow());
  }

  /** Brings icon, tooltip and menu up to date. Costs nothing while they stay the same. */
  update({ label, isRecording, mayStart, mayStop, mayPause, mayResume }: Presence): void {
    // Linux makes a new menu each time; the state changes more often than what stands here.
    const shown = JSON.stringify([label, mayStart, mayStop, mayPause, mayResume]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const { showWindow, startTake, stopTake, pauseTake, resumeTake, quit } = this.#actions;
    this.#tray.setImage(nativeImage.createFromPath(isRecording ? this.#icons.recording : this.#icons.idle));
    this.#tray.setToolTip(`Plateau: ${label}`);
    this.#tray.setContextMenu(
      Menu.buildFromTemplate([
        { label, enabled: false },
        { type: 'separator' },
        { label: 'Show Plateau', click: showWindow },
        { label: 'Start recording', enabled: mayStart, click: startTake },
        mayResume
          ? { label: 'Resume recording', click: resumeTake }
          : { label: 'Pause', enabled: mayPause, click: pauseTake },
        { label: 'Stop and save', enabled: mayStop, click: stopTake },
        { type: 'separator' },
        { label: 'Quit', click: quit },
      ]),
    );
  }
}
