/** What Electron 9 lacks of what the shell uses, in terms of what it has. */
import { PassThrough, Readable } from 'node:stream';
import electron, { type IpcMainEvent, type Protocol, type WebContents } from 'electron';
import { addMissing, OldRequest, type OldResponse } from './node-globals.js';

type Serve = (request: OldRequest) => OldResponse | Promise<OldResponse>;

/** The protocol module as Electron 9 has it. */
interface OldProtocol {
  registerStreamProtocol(
    scheme: string,
    serve: (
      request: { url: string; method: string; headers: Record<string, string> },
      answer: (response: { statusCode: number; headers: Record<string, string>; data: Readable }) => void,
    ) => void,
  ): void;
}

/** What serves each scheme, for a test to ask: this version plays no video over a scheme of one's own. */
const served = new Map<string, Serve>();

function streamOf(body: unknown): Readable {
  if (body instanceof Readable) return body;
  const stream = new PassThrough();
  stream.end(body ?? undefined);
  return stream;
}

function addHandle(protocol: Protocol): void {
  const old = protocol as unknown as OldProtocol;
  addMissing(protocol, {
    handle: (scheme: string, serve: Serve) => {
      served.set(scheme, serve);
      old.registerStreamProtocol(scheme, ({ url, method, headers }, answer) => {
        void Promise.resolve(serve(new OldRequest(url, method, headers))).then((response) => {
          answer({
            statusCode: response.status,
            headers: response.headers.all(),
            data: streamOf(response.body),
          });
        });
      });
    },
  });
}

/** Electron 9 sends no frame along: subframes cannot be told apart there, which a unit test does instead. */
function addSenderFrame(event: IpcMainEvent): void {
  addMissing(event, { senderFrame: { url: event.sender.getURL(), parent: null } });
}

function addWindowOpenHandler(contents: WebContents): void {
  const events = contents as unknown as NodeJS.EventEmitter;
  addMissing(contents, {
    setWindowOpenHandler: (decide: () => { action: string }) => {
      events.on('new-window', (event: { preventDefault(): void }) => {
        if (decide().action === 'deny') event.preventDefault();
      });
    },
  });
}

/** Answers as the scheme's handler does: status, a header, and the body in base64. */
async function askScheme(url: string, range: string): Promise<unknown> {
  const serve = served.get(url.slice(0, url.indexOf(':')));
  if (serve === undefined) throw new Error(`Nobody serves ${url}`);
  const { status, headers, body } = await serve(new OldRequest(url, 'GET', { Range: range }));
  const chunks: Buffer[] = [];
  for await (const chunk of streamOf(body)) chunks.push(chunk as Buffer);
  return {
    status,
    contentRange: headers.get('Content-Range'),
    base64: Buffer.concat(chunks).toString('base64'),
  };
}

export function addElectronApi(): void {
  addMissing(globalThis, { askScheme });
  const { app, ipcMain } = electron;
  // Without it this version crashes when it quits under Xvfb.
  app.disableHardwareAcceleration();
  // Root has no sandbox on Linux: Chromium refuses to start. Who runs the tests as themselves keeps it.
  if (process.getuid?.() === 0) app.enableSandbox = () => undefined;
  app.on('web-contents-created', (_event, contents) => addWindowOpenHandler(contents));

  app.on('session-created', (opened) => {
    addHandle(opened.protocol);
    addMissing(opened, { setDevicePermissionHandler: () => undefined });
  });

  const on = ipcMain.on.bind(ipcMain);
  ipcMain.on = (channel, listener) =>
    on(channel, (event, ...args: unknown[]) => {
      addSenderFrame(event);
      listener(event, ...args);
    });
  const handle = ipcMain.handle.bind(ipcMain);
  ipcMain.handle = (channel, listener) => {
    handle(channel, (event, ...args: unknown[]) => {
      addSenderFrame(event as unknown as IpcMainEvent);
      return listener(event, ...args) as unknown;
    });
  };
}
