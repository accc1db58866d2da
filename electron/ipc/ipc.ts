import { ipcMain, type IpcMainEvent, type IpcMainInvokeEvent, type WebContents } from 'electron';
import type { ConsoleService } from '#engine/console/console-service.js';
import { EventRelay } from '#engine/console/event-relay.js';
import { appOrigin } from '../security/app-address.js';
import { channels } from './channels.js';
import { isTrustedSender } from '../security/ipc-sender.js';

/**
 * Connects a window's page with the engine. What the page sends is parsed by the engine, against the
 * contract; here it is only made sure that it is the page that sends.
 *
 * @returns the relay, which has to be told whether anybody can see the window
 */
export function connectPage(contents: WebContents, service: ConsoleService): EventRelay {
  const isFromPage = ({ sender, senderFrame }: IpcMainEvent | IpcMainInvokeEvent): boolean =>
    senderFrame !== null &&
    isTrustedSender(
      { webContentsId: sender.id, isMainFrame: senderFrame.parent === null, url: senderFrame.url },
      contents.id,
      appOrigin,
    );

  const relay = new EventRelay({
    send: (batch, events) => {
      if (!contents.isDestroyed()) contents.send(channels.events, batch, events);
    },
  });
  service.subscribe((event) => relay.push(event));

  ipcMain.handle(channels.call, (event, name: unknown, input: unknown) => {
    if (!isFromPage(event) || typeof name !== 'string') throw new Error('Refused.');
    return service.handle(name, input);
  });
  ipcMain.on(channels.listen, (event) => {
    if (isFromPage(event)) relay.listen();
  });
  ipcMain.on(channels.delivered, (event, batch: unknown) => {
    if (isFromPage(event) && typeof batch === 'number') relay.delivered(batch);
  });
  // A page that is loaded anew listens anew. Loading alone says nothing: a refused navigation begins it too.
  contents.on('render-process-gone', () => relay.silence());
  return relay;
}
