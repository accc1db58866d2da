import { extname, join, sep } from 'node:path';

/** What the page is made of. A file of any other kind is not served, whatever lies in the folder. */
const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** A file of the built page, and what browsers are told that it is: they must not guess. */
export interface PageFile {
  /** Absolute. */
  readonly path: string;
  readonly contentType: string;
}

/**
 * The file of the page that a path names; it may not exist.
 *
 * @param folder absolute path of the built page
 * @param components of the path, decoded and plain; none for the page itself
 * @returns null for what is no part of a page
 */
export function pageFileOf(folder: string, components: readonly string[]): PageFile | null {
  const path = join(folder, ...(components.length === 0 ? ['index.html'] : components));
  const contentType = contentTypes[extname(path)];
  // Components are checked already; this holds even should that check have a hole.
  if (contentType === undefined || !path.startsWith(folder + sep)) return null;
  return { path, contentType };
}

/**
 * Decodes a component of an address's path.
 *
 * @returns null for anything that could lead to another folder, on any platform
 */
export function plainComponent(encoded: string): string | null {
  try {
    const name = decodeURIComponent(encoded);
    return name === '' || name === '.' || name === '..' || /[/\\\p{Cc}]/u.test(name) ? null : name;
  } catch {
    return null;
  }
}
