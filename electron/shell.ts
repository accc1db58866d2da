import { join } from 'node:path';
import { app, type BrowserWindow, Notification, powerMonitor, safeStorage, session } from 'electron';
import { ConsoleService } from '#engine/console/console-service.js';
import { LossWatch } from '#engine/contract/loss-watch.js';
import { shutDownLivekit } from '#engine/livekit/shut-down.js';
import { inTime } from '#engine/process/deadline.js';
import { consoleProcesses } from './host/console-processes.js';
import { askAboutWork, askBeforeQuitting, desktopActionsOf } from './host/desktop-actions.js';
import { provideFfmpeg } from './host/packaged-programs.js';
import { QuitFlow } from './host/quit-flow.js';
import { restartProgram } from './host/restart.js';
import { openSecretStore } from './host/safe-storage-secrets.js';
import { surviveUncaughtErrors } from './host/uncaught-errors.js';
import { connectPage } from './ipc/ipc.js';
import { type Alert, Alerts } from './presence/alerts.js';
import { setApplicationMenu } from './presence/menu.js';
import type { ShellActions } from './presence/presence.js';
import { isLossy, presenceOf } from './presence/presence.js';
import { StayAwake } from './presence/stay-awake.js';
import { updateTaskbar } from './presence/taskbar.js';
import { RecorderTray } from './presence/tray.js';
import { mediaBaseUrl } from './security/app-address.js';
import { guardSession } from './security/guard.js';
import { serveProtocols } from './security/protocols.js';
import { createConsoleWindow, openPage } from './window/window.js';

/** How long the threads of the SDK may take to end, in milliseconds. */
const sdkPatienceMs = 5_000;
const forcedEndCode = 130;

/** Opens engine, window and everything around them. */
export async function openShell(): Promise<void> {
  const folder = app.getAppPath();
  const resource = (name: string): string => join(folder, 'resources', name);
  const isDeveloping = !app.isPackaged;
  await provideFfmpeg(process.env, app.isPackaged);

  let window: BrowserWindow | null = null;
  let quitFlow: QuitFlow | null = null;
  const service = await openService(
    () => window,
    () => void quitFlow?.restart(),
  );
  const pageSession = session.fromPartition('persist:console');
  guardSession(pageSession);
  serveProtocols(pageSession, {
    rendererFolder: join(folder, 'dist', 'src-renderer'),
    takeFilePath: (takeName, file) => service.takeFilePath(takeName, file),
  });
  window = createConsoleWindow({
    session: pageSession,
    preloadFile: join(folder, 'dist', 'electron', 'preload.cjs'),
    iconFile: resource('icon.png'),
    stateFile: join(app.getPath('userData'), 'window.json'),
    isDeveloping,
  });

  quitFlow = quitFlowOf(service, window);
  const actions = shellActionsOf(service, window, quitFlow);
  surviveUncaughtErrors((message) => notify({ title: 'Plateau: unexpected error', body: message }, actions));
  listenForTheEnd(quitFlow, window, actions);
  const relay = connectPage(window.webContents, service);
  followVisibility(window, (isVisible) => relay.setVisible(isVisible));
  showPresence(service, window, actions, { resource, isDeveloping });
  await openPage(window);
}

async function openService(window: () => BrowserWindow | null, restart: () => void): Promise<ConsoleService> {
  const userDataFolder = app.getPath('userData');
  const secrets = await openSecretStore(safeStorage, join(userDataFolder, 'secrets.json'));
  return ConsoleService.open({
    host: {
      kind: 'electron',
      keepsSecrets: secrets.isEncrypted,
      hasFileManager: true,
      canRestart: true,
      mediaBaseUrl,
    },
    userDataFolder,
    defaultOutputFolder: join(app.getPath('videos'), 'Plateau'),
    secrets,
    desktop: desktopActionsOf(window, restart),
    probe: consoleProcesses,
  });
}

function quitFlowOf(service: ConsoleService, window: BrowserWindow): QuitFlow {
  return new QuitFlow({
    isTakeRunning: () => service.isTakeRunning,
    isFinalizing: () => service.state.recorder === 'finalizing',
    ask: () => {
      bringToFront(window);
      return askBeforeQuitting(window);
    },
    isWorking: () => service.isChecking || service.isDelivering,
    askAboutWork: () => {
      bringToFront(window);
      const { isChecking, isDelivering } = service;
      return askAboutWork(window, { isChecking, isDelivering });
    },
    // Minimized it is still found without a tray, which not every Linux desktop has.
    stepAside: () => window.minimize(),
    finishTake: () => service.finishTake(),
    showProblem: () => bringToFront(window),
    closeEngine: () => closeEngine(service),
    exit: () => app.quit(),
    restart: () => restartProgram(process.env),
  });
}

/**
 * Ends the engine, and the threads of the SDK: one that still calls while Electron takes its environment down crashes the
 * program at its end.
 */
async function closeEngine(service: ConsoleService): Promise<void> {
  await service.close();
  await inTime(shutDownLivekit(), sdkPatienceMs);
}

function shellActionsOf(service: ConsoleService, window: BrowserWindow, quitFlow: QuitFlow): ShellActions {
  // What fails stands in the state, and the page shows it.
  return {
    showWindow: () => bringToFront(window),
    startTake: () => void service.run('startTake', {}),
    stopTake: () => void service.run('stopTake', {}),
    pauseTake: () => void service.run('pauseTake', {}),
    resumeTake: () => void service.run('resumeTake', {}),
    addMarker: () => void service.run('addMarker', { label: '', agoMs: 0 }),
    quit: () => void quitFlow.request(),
  };
}

/** Whatever wants to end this program is led through the one way out. */
function listenForTheEnd(quitFlow: QuitFlow, window: BrowserWindow, actions: ShellActions): void {
  const hold = (event: { preventDefault: () => void }, end: () => Promise<void>): void => {
    if (quitFlow.hasEnded) return;
    event.preventDefault();
    void end();
  };
  app.on('second-instance', actions.showWindow);
  app.on('activate', actions.showWindow);
  app.on('before-quit', (event) => hold(event, () => quitFlow.request()));
  window.on('close', (event) => hold(event, () => quitFlow.request()));
  app.on('window-all-closed', () => app.quit());
  // The operating system ends the session: nobody is left to ask.
  // Electron's types leave out the event that its documentation promises.
  powerMonitor.on('shutdown', (event?: { preventDefault: () => void }) => {
    if (event !== undefined) hold(event, () => quitFlow.end());
  });
  window.on('query-session-end', (event) => hold(event, () => quitFlow.end()));
  let signals = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      signals += 1;
      if (signals > 1) app.exit(forcedEndCode);
      else void quitFlow.end();
    });
  }
}

function followVisibility(window: BrowserWindow, tell: (isVisible: boolean) => void): void {
  const shown = (): void => tell(true);
  const hidden = (): void => tell(false);
  window.on('show', shown);
  window.on('restore', shown);
  window.on('hide', hidden);
  window.on('minimize', hidden);
}

interface PresenceParts {
  readonly resource: (name: string) => string;
  readonly isDeveloping: boolean;
}

/** Menu, tray, task bar, power and notifications follow the engine's state. */
function showPresence(
  service: ConsoleService,
  window: BrowserWindow,
  actions: ShellActions,
  { resource, isDeveloping }: PresenceParts,
): void {
  const updateMenu = setApplicationMenu(actions, isDeveloping);
  const tray = new RecorderTray(
    { idle: resource('tray.png'), recording: resource('tray-recording.png') },
    actions,
  );
  const awake = new StayAwake();
  const alerts = new Alerts();
  const losses = new LossWatch();
  let isTakeLossy = false;
  const follow = (): void => {
    const presence = presenceOf(service.state, losses.alarm, isTakeLossy);
    awake.isNeeded = service.isTakeRunning || service.isChecking;
    updateMenu(presence);
    tray.update(presence);
    if (!window.isDestroyed()) updateTaskbar(window, presence, resource('badge-recording.png'));
  };
  service.subscribe((event) => {
    const isLossNew = event.type === 'snapshot' && losses.accept(event.snapshot);
    const wasTakeLossy = isTakeLossy;
    if (event.type === 'snapshot') isTakeLossy = isLossy(event.snapshot);
    if (event.type === 'state' || isLossNew || isTakeLossy !== wasTakeLossy) follow();
    const alert = alerts.of(event) ?? (isLossNew ? alerts.ofLosses(losses.alarm) : null);
    if (alert !== null && !window.isDestroyed() && !window.isFocused()) notify(alert, actions);
  });
  follow();
}

/** Kept while it is shown: a notification that is collected does not hear the click. */
const shownNotifications = new Set<Notification>();

function notify({ title, body }: Alert, actions: ShellActions): void {
  if (!Notification.isSupported()) return;
  const notification = new Notification({ title, body });
  shownNotifications.add(notification);
  notification.on('click', () => actions.showWindow());
  notification.on('close', () => shownNotifications.delete(notification));
  notification.show();
}

function bringToFront(window: BrowserWindow): void {
  if (window.isDestroyed()) return;
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}
