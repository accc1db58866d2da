import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { protocol, type Session } from 'electron';
import { mediaTypeOf, parseRange } from '#engine/console/take-media.js';
import { appScheme, contentSecurityPolicy, mediaScheme } from './app-address.js';
import { appFileOf } from './app-file.js';
import { takeFileOf } from './media-request.js';

/** Has to be called before the application is ready. */
export function registerSchemes(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: appScheme, privileges: { standard: true, secure: true, supportFetchAPI: true } },
    { scheme: mediaScheme, privileges: { standard: true, secure: true, stream: true } },
  ]);
}

export interface ProtocolOptions {
  readonly rendererFolder: string;
  readonly takeFilePath: (takeName: string, file: string) => Promise<string | null>;
}

/** Serves the page and the files of takes to one session; everything else there is no address for. */
export function serveProtocols(session: Session, options: ProtocolOptions): void {
  session.protocol.handle(appScheme, (request) => serveApp(request, options.rendererFolder));
  session.protocol.handle(mediaScheme, (request) => serveMedia(request, options.takeFilePath));
}

const everyAnswer = { 'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'no-referrer' } as const;

async function serveApp(request: Request, folder: string): Promise<Response> {
  const file = appFileOf(request.url, folder);
  if (file === null || request.method !== 'GET') return nothing(404);
  try {
    const body = await readFile(file.path);
    return new Response(body, {
      headers: {
        ...everyAnswer,
        'Content-Type': file.contentType,
        'Content-Security-Policy': contentSecurityPolicy,
        'Cross-Origin-Opener-Policy': 'same-origin',
      },
    });
  } catch {
    return nothing(404);
  }
}

async function serveMedia(
  request: Request,
  takeFilePath: ProtocolOptions['takeFilePath'],
): Promise<Response> {
  const name = takeFileOf(request.url);
  const contentType = name === null ? null : mediaTypeOf(name.file);
  if (name === null || contentType === null || request.method !== 'GET') return nothing(404);
  try {
    const path = await takeFilePath(name.takeName, name.file);
    if (path === null) return nothing(404);
    const { size: sizeBytes } = await stat(path);
    return bytesOf(path, sizeBytes, contentType, request.headers.get('Range'));
  } catch {
    return nothing(404);
  }
}

function bytesOf(path: string, sizeBytes: number, contentType: string, rangeHeader: string | null): Response {
  const range = parseRange(rangeHeader, sizeBytes);
  if (range === 'unsatisfiable') return nothing(416, { 'Content-Range': `bytes */${sizeBytes}` });
  const headers = { ...everyAnswer, 'Content-Type': contentType, 'Accept-Ranges': 'bytes' };
  if (range === 'whole') {
    return new Response(bodyOf(path), { headers: { ...headers, 'Content-Length': String(sizeBytes) } });
  }
  const { firstByte, lastByte } = range;
  return new Response(bodyOf(path, firstByte, lastByte), {
    status: 206,
    headers: {
      ...headers,
      'Content-Length': String(lastByte - firstByte + 1),
      'Content-Range': `bytes ${firstByte}-${lastByte}/${sizeBytes}`,
    },
  });
}

/** Read as the player asks for more, so that a long take is never in memory. */
function bodyOf(path: string, start?: number, end?: number): ReadableStream<Uint8Array> {
  const options = start === undefined || end === undefined ? {} : { start, end };
  return Readable.toWeb(createReadStream(path, options)) as ReadableStream<Uint8Array>;
}

function nothing(status: number, headers: Record<string, string> = {}): Response {
  return new Response(null, { status, headers: { ...everyAnswer, ...headers } });
}
