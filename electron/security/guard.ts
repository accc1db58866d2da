import { app, type Session, type WebContents } from 'electron';
import { appOrigin } from './app-address.js';
import { isOfOrigin } from './ipc-sender.js';
import { isAllowed } from './permissions.js';

/** Applies to every web contents that this program ever creates, whoever creates it. */
export function guardEveryWebContents(): void {
  app.on('web-contents-created', (_event, contents) => guardWebContents(contents));
}

/** The page stays what it is: it goes nowhere, opens nothing and embeds nothing. */
function guardWebContents(contents: WebContents): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  contents.on('will-navigate', (event) => event.preventDefault());
  contents.on('will-frame-navigate', (event) => event.preventDefault());
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
}

/** No permission but those of `isAllowed`, no request that leaves this machine, no download but the page's own. */
export function guardSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, decide, { requestingUrl }) => {
    decide(isAllowed(permission, requestingUrl));
  });
  session.setPermissionCheckHandler((_contents, permission, origin) => isAllowed(permission, origin));
  session.setDevicePermissionHandler(() => false);
  session.webRequest.onBeforeRequest(
    { urls: ['http://*/*', 'https://*/*', 'ws://*/*', 'wss://*/*', 'ftp://*/*', 'file://*/*'] },
    (_details, decide) => decide({ cancel: true }),
  );
  session.on('will-download', (event, item) => {
    if (!isOfOrigin(item.getURL().replace(/^blob:/, ''), appOrigin)) event.preventDefault();
  });
}
