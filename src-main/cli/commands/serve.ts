import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { interruptedExitCode, PlateauError } from '../../contract/errors.js';
import { inTime } from '../../process/deadline.js';
import { startDetached } from '../../process/start-child.js';
import { readPath } from '../options/read-path.js';
import type { CommandConsole } from '../output/command-console.js';
import { serveEnd } from '../output/serve-end.js';
import { Interrupts, interruptText, untilAborted } from '../run/interrupts.js';
import { LinkPage } from '../run/link-page.js';

/** The options of `plateau serve`, as commander hands them over. */
export interface ServeOptions {
  readonly port?: string;
  readonly out?: string;
  readonly userData?: string;
  readonly open?: boolean;
}

/** How long the SDK's threads may take to end, in milliseconds. */
const endPatienceMs = 3_000;
/** A port of TCP has 16 bits. */
const maxPort = 65_535;
const rendererFolder = fileURLToPath(new URL('../../../src-renderer', import.meta.url));

/**
 * `plateau serve`: the console in a browser, on this machine only, until Ctrl-C. A take that this ends is told of, as a window
 * would have.
 *
 * @returns the exit code: 0, or that of the take which was ended with it
 * @throws PlateauError `usage` for a wrong port, or when the page was not built
 */
export async function serve(
  options: ServeOptions,
  console: CommandConsole,
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const port = readPort(options.port);
  if (!existsSync(join(rendererFolder, 'index.html'))) {
    throw new PlateauError(
      'usage',
      'The console’s page is missing from this installation.',
      'In a clone, start it with `npm run plateau -- serve`, which builds it.',
    );
  }
  const { ConsoleService } = await import('../../console/console-service.js');
  const { MemorySecretStore } = await import('../../console/secret-store.js');
  const { ConsoleHost, mediaBaseUrl } = await import('../../console-host/console-host.js');
  const { shutDownLivekit } = await import('../../livekit/shut-down.js');
  const { newKey } = await import('../../console-host/session-keys.js');

  let linkPage: LinkPage | null = null;
  const interrupts = new Interrupts(() => {
    linkPage?.remove();
    console.sayNow('Ended at once: fragmented files play.', null);
    process.exit(interruptedExitCode);
  });
  interrupts.listen();
  const mediaKey = newKey();
  const service = await ConsoleService.open({
    host: {
      kind: 'browser',
      keepsSecrets: false,
      hasFileManager: false,
      canRestart: false,
      mediaBaseUrl: mediaBaseUrl(mediaKey),
    },
    userDataFolder: resolve(options.userData ?? userDataFolder(environment)),
    defaultOutputFolder: resolve('takes'),
    secrets: new MemorySecretStore(),
    desktop: null,
  });
  const { problem } = service.state;
  if (problem !== null) console.say(`warning: ${problem.message} ${problem.hint}`);
  if (options.out !== undefined) {
    await service.run('updateSettings', { outputFolder: resolve(options.out) });
  }
  let links = 0;
  let exitCode: number;
  try {
    const host = await ConsoleHost.start({
      service,
      rendererFolder,
      port,
      mediaKey,
      onLink: (url) => {
        links += 1;
        linkPage?.remove();
        console.emit('link', { url });
        console.say(links === 1 ? `The console is at ${url}` : `For another window: ${url}`);
        if (links === 1) {
          console.say('The link works once, in a browser on this machine. Ctrl-C ends.');
        }
      },
    });
    if (options.open === true) {
      linkPage = await LinkPage.write(host.link);
      openInBrowser(linkPage.url);
    }
    await untilAborted(interrupts.shutdownSignal);
    const interrupt = interruptText(interrupts.shutdownSignal);
    if (interrupt !== null && service.isTakeRunning) console.say(interrupt);
    if (service.isTakeRunning) console.say('A take is running: it is stopped and finalized...');
    if (service.isDelivering) console.say('MP4 files are being made: the next start goes on with them.');
    const { endedTakes } = service.state;
    await service.close();
    await host.close();
    const end = serveEnd(endedTakes, service.state.endedTakes);
    for (const line of end.lines) console.say(line);
    ({ exitCode } = end);
  } finally {
    linkPage?.remove();
    await service.close();
    await inTime(shutDownLivekit(), endPatienceMs);
  }
  console.emit('result', { exitCode, error: null });
  return exitCode;
}

function readPort(text: string | undefined): number {
  if (text === undefined) return 0;
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= maxPort) return port;
  throw new PlateauError(
    'usage',
    `--port is not a number from 0 to ${maxPort}.`,
    'Leave it out for any that is free.',
  );
}

/** Where programs keep their settings on this platform. */
function userDataFolder(environment: NodeJS.ProcessEnv): string {
  if (process.platform === 'win32')
    return join(environment['APPDATA'] ?? join(homedir(), 'AppData', 'Roaming'), 'Plateau');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Plateau');
  return join(readPath(environment['XDG_CONFIG_HOME'] || '~/.config'), 'plateau');
}

/** A machine without a desktop has nothing to open it with: the link was printed. */
function openInBrowser(url: string): void {
  const opener = process.platform === 'darwin' ? 'open' : 'xdg-open';
  const [command, args] = process.platform === 'win32' ? ['cmd', ['/c', 'start', '', url]] : [opener, [url]];
  startDetached(command, args);
}
