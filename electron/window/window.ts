import { BrowserWindow, screen, type Session } from 'electron';
import { appStartUrl } from '../security/app-address.js';
import { fitToDisplays, minWindowSize } from './window-state.js';
import { readWindowState, writeWindowState } from './window-state.js';

export interface ConsoleWindowOptions {
  readonly session: Session;
  readonly preloadFile: string;
  readonly iconFile: string;
  readonly stateFile: string;
  readonly isDeveloping: boolean;
}

/** Creates the console's window where it was left. It stays hidden until its page is there. */
export function createConsoleWindow(options: ConsoleWindowOptions): BrowserWindow {
  const state = fitToDisplays(readWindowState(options.stateFile), workAreas());
  const window = new BrowserWindow({
    ...(state.position ?? {}),
    width: state.width,
    height: state.height,
    minWidth: minWindowSize.width,
    minHeight: minWindowSize.height,
    show: false,
    title: 'Plateau',
    icon: options.iconFile,
    backgroundColor: '#14171c',
    webPreferences: {
      session: options.session,
      preload: options.preloadFile,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
      devTools: options.isDeveloping,
    },
  });
  if (state.isMaximized) window.maximize();
  window.once('ready-to-show', () => window.show());
  // The title tells what the recorder does; the page's would only name the product.
  window.on('page-title-updated', (event) => event.preventDefault());
  window.on('close', () => rememberState(window, options.stateFile));
  reloadAfterCrash(window);
  return window;
}

/**
 * Loads the page.
 *
 * @throws Error of Electron when the page cannot be loaded
 */
export async function openPage(window: BrowserWindow): Promise<void> {
  try {
    await window.loadURL(appStartUrl);
  } catch (thrown) {
    // Electron blames a load that still runs for another that the guard refused: the page itself is there.
    if (!(thrown instanceof Error && 'url' in thrown) || thrown.url === appStartUrl) throw thrown;
  }
}

function workAreas(): { x: number; y: number; width: number; height: number }[] {
  const primary = screen.getPrimaryDisplay();
  const others = screen.getAllDisplays().filter(({ id }) => id !== primary.id);
  return [primary, ...others].map(({ workArea }) => workArea);
}

function rememberState(window: BrowserWindow, file: string): void {
  const { x, y, width, height } = window.getNormalBounds();
  writeWindowState(file, { position: { x, y }, width, height, isMaximized: window.isMaximized() });
}

const maxReloads = 3;
const reloadWithinMs = 60_000;

/** The take goes on without its page; a page that keeps crashing is left alone. */
function reloadAfterCrash(window: BrowserWindow): void {
  let crashes: number[] = [];
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit' || window.isDestroyed()) return;
    const nowMs = performance.now();
    crashes = [...crashes.filter((atMs) => nowMs - atMs < reloadWithinMs), nowMs];
    // Its own load event says whether it worked; a failure ends up here once more.
    if (crashes.length <= maxReloads) openPage(window).catch(() => undefined);
  });
}
