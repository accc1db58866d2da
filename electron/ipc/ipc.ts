import { ipcMain, type IpcMainEvent, type IpcMainInvokeEvent, type WebContents } from 'electron';
import type { ConsoleService } from '#engine/console/console-service.js';
import { EventRelay } from '#engine/console/event-relay.js';
import { callSchema, deliveredSchema, type EventBatch } from '#engine/contract/envelope.js';
import { appOrigin } from '../security/app-address.js';
import { isTrustedSender } from '../security/ipc-sender.js';
import { channels } from './channels.js';

/**
 * Connects a window's page with the engine. Here it is made sure that it is the page that sends, and that it sends
 * messages of the envelope; the engine parses what is inside of them. Anything else is ignored, or refused when an
 * answer is waited for.
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
      if (!contents.isDestroyed()) contents.send(channels.events, { batch, events } satisfies EventBatch);
    },
  });
  service.subscribe((event) => relay.push(event));

  ipcMain.handle(channels.call, (event, message: unknown) => {
    const call = callSchema.safeParse(message);
    if (!isFromPage(event) || !call.success) throw new Error('Refused.');
    return service.handle(call.data.call, call.data.input);
  });
  ipcMain.on(channels.listen, (event) => {
    if (isFromPage(event)) relay.listen();
  });
  ipcMain.on(channels.delivered, (event, message: unknown) => {
    const answer = deliveredSchema.safeParse(message);
    if (isFromPage(event) && answer.success) relay.delivered(answer.data.delivered);
  });
  // A page that is loaded anew listens anew. Loading alone says nothing: a refused navigation begins it too.
  contents.on('render-process-gone', () => relay.silence());
  return relay;
}
