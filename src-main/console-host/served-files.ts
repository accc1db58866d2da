import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { pageFileOf, plainComponent } from '../console/page-files.js';
import { type ByteRange, mediaTypeOf, parseRange } from '../console/take-media.js';

/** The decoded components of a path; null when one of them could lead anywhere else. */
export function pathComponents(path: string): readonly string[] | null {
  const components: string[] = [];
  for (const part of path.split('/').filter((text) => text !== '')) {
    const name = plainComponent(part);
    if (name === null) return null;
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
  const file = pageFileOf(folder, components);
  const body = file === null ? null : await readFile(file.path).catch(() => null);
  if (file === null || body === null) {
    answer(response, 404);
    return;
  }
  response.writeHead(200, { 'Content-Type': file.contentType, 'Content-Length': body.length }).end(body);
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
  const part = range === 'whole' ? { firstByte: 0, lastByte: sizeBytes - 1 } : pieceOf(range);
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

/**
 * A browser has six connections to a host (HTTP/1.1), and one that plays a long file keeps its own for as long as it plays:
 * a seventh file would never come. A part that is no longer than this is over, and the connection free for another file.
 */
const maxPieceBytes = 2 * 1024 * 1024;

/** The first piece of what a player asks for; it asks for the next one when it needs it (RFC 9110, section 15.3.7). */
function pieceOf({ firstByte, lastByte }: ByteRange): ByteRange {
  return { firstByte, lastByte: Math.min(lastByte, firstByte + maxPieceBytes - 1) };
}

/** Answers with a status and no body. */
export function answer(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end();
}
