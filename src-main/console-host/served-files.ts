import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { mediaTypeOf, parseRange } from '../console/take-media.js';

/** What the page is made of. A file of any other kind is not served, whatever lies in the folder. */
const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** The decoded components of a path; null when one of them could lead anywhere else. */
export function pathComponents(path: string): readonly string[] | null {
  const components: string[] = [];
  for (const part of path.split('/').filter((text) => text !== '')) {
    let name: string;
    try {
      name = decodeURIComponent(part);
    } catch {
      return null;
    }
    if (name === '.' || name === '..' || /[/\\\p{Cc}]/u.test(name)) return null;
    components.push(name);
  }
  return components;
}

/** Serves a file of the built page. */
export async function servePage(
  response: ServerResponse,
  folder: string,
  components: readonly string[],
): Promise<void> {
  const path = join(folder, ...(components.length === 0 ? ['index.html'] : components));
  const contentType = contentTypes[extname(path)];
  const body =
    contentType === undefined || !path.startsWith(folder + sep)
      ? null
      : await readFile(path).catch(() => null);
  if (body === null || contentType === undefined) {
    answer(response, 404);
    return;
  }
  response.writeHead(200, { 'Content-Type': contentType, 'Content-Length': body.length }).end(body);
}

/** Serves a take's file, or the part that a player asks for. */
export async function serveMedia(
  request: IncomingMessage,
  response: ServerResponse,
  path: string | null,
): Promise<void> {
  const contentType = path === null ? null : mediaTypeOf(path);
  if (path === null || contentType === null) {
    answer(response, 404);
    return;
  }
  const { size: sizeBytes } = await stat(path);
  const range = parseRange(request.headers.range ?? null, sizeBytes);
  if (range === 'unsatisfiable') {
    response.setHeader('Content-Range', `bytes */${sizeBytes}`);
    answer(response, 416);
    return;
  }
  const part = range === 'whole' ? { firstByte: 0, lastByte: sizeBytes - 1 } : range;
  if (range !== 'whole')
    response.setHeader('Content-Range', `bytes ${part.firstByte}-${part.lastByte}/${sizeBytes}`);
  response.writeHead(range === 'whole' ? 200 : 206, {
    'Content-Type': contentType,
    'Content-Length': Math.max(0, part.lastByte - part.firstByte + 1),
    'Accept-Ranges': 'bytes',
  });
  if (request.method === 'HEAD' || sizeBytes === 0) {
    response.end();
    return;
  }
  // A player that seeks hangs up: that is no failure of anybody.
  await pipeline(createReadStream(path, { start: part.firstByte, end: part.lastByte }), response).catch(
    () => undefined,
  );
}

/** Answers with a status and no body. */
export function answer(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end();
}
