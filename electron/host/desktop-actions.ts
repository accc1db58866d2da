import { type BrowserWindow, dialog, shell } from 'electron';
import type { DesktopActions } from '#engine/console/desktop-actions.js';
import type { QuitAnswer } from './quit-flow.js';

/**
 * What a console may ask of this desktop.
 *
 * @param window the dialog belongs to it, and blocks nothing else
 * @param restart ends the program, and starts it anew
 */
export function desktopActionsOf(window: () => BrowserWindow | null, restart: () => void): DesktopActions {
  return {
    chooseFolder: async (current) => {
      const owner = window();
      const options = {
        title: 'Folder for takes',
        defaultPath: current,
        properties: ['openDirectory' as const, 'createDirectory' as const],
      };
      const { canceled, filePaths } = await (owner === null
        ? dialog.showOpenDialog(options)
        : dialog.showOpenDialog(owner, options));
      return canceled ? null : (filePaths[0] ?? null);
    },
    // Opens the file manager and never the file: what a take holds came from strangers.
    reveal: (path) => {
      shell.showItemInFolder(path);
      return Promise.resolve();
    },
    restart: () => {
      // The page is to hear of it before the engine goes.
      setImmediate(restart);
      return Promise.resolve();
    },
  };
}

const answers: readonly QuitAnswer[] = ['keepRecording', 'stopAndSave', 'cancel'];

/** Asks what is to become of the take that is recorded. */
export async function askBeforeQuitting(window: BrowserWindow): Promise<QuitAnswer> {
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    title: 'Plateau',
    message: 'A take is being recorded.',
    detail:
      'Keep recording takes the window out of the way; the take goes on. ' +
      'Stop and save finalizes the take, then quits.',
    buttons: ['Keep recording', 'Stop and save', 'Cancel'],
    defaultId: 0,
    cancelId: 2,
    noLink: true,
  });
  return answers[response] ?? 'cancel';
}

/** What the next start takes up again. */
export interface LeftWork {
  /** A take that has ended is being checked. */
  readonly isChecking: boolean;
  /** MP4 files are being made, or wait for their turn. */
  readonly isDelivering: boolean;
}

/** Somebody quits while work goes on that can wait. @returns whether they quit all the same */
export async function askAboutWork(window: BrowserWindow, left: LeftWork): Promise<boolean> {
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    title: 'Plateau',
    ...textOf(left),
    defaultId: 1,
    cancelId: 1,
    noLink: true,
  });
  return response === 0;
}

function textOf({ isChecking, isDelivering }: LeftWork): {
  message: string;
  detail: string;
  buttons: string[];
} {
  if (!isDelivering)
    return {
      message: 'A take is still being checked.',
      detail: 'Its files play. Plateau checks them when it is started again.',
      buttons: ['Quit', 'Keep checking'],
    };
  return {
    message: isChecking
      ? 'A take is being checked, and MP4 files are being made.'
      : 'MP4 files are being made.',
    detail: 'Takes play as they are. Plateau goes on where it was when it is started again.',
    buttons: ['Quit', 'Keep working'],
  };
}
