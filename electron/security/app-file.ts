import { extname, join, sep } from 'node:path';
import { appHost, appScheme } from './app-address.js';

/** What the page is made of. A file of any other kind is not served, whatever lies in the folder. */
const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

export interface AppFile {
  readonly path: string;
  readonly contentType: string;
}

/**
 * The file of the page that an address names; null when it names none.
 *
 * @param folder absolute path of the built page
 */
export function appFileOf(url: string, folder: string): AppFile | null {
  const components = pathComponents(url, appScheme, appHost);
  if (components === null) return null;
  const path = join(folder, ...(components.length === 0 ? ['index.html'] : components));
  const contentType = contentTypes[extname(path)];
  // Components are checked already; this holds even should that check have a hole.
  if (contentType === undefined || !path.startsWith(folder + sep)) return null;
  return { path, contentType };
}

/**
 * The decoded components of an address's path; null for another scheme or host, and for anything that
 * could mean another folder on any platform.
 */
export function pathComponents(url: string, scheme: string, host: string): readonly string[] | null {
  // URL would resolve `..` and turn backslashes before they can be refused.
  const match = /^([a-z-]+):\/\/([a-z]+)\/([^?#]*)/.exec(url);
  if (match?.[1] !== scheme || match[2] !== host || match[3] === undefined) return null;
  if (match[3] === '') return [];
  const components = match[3].split('/').map(decoded);
  return components.every(isPlainName) ? components : null;
}

function decoded(component: string): string | null {
  try {
    return decodeURIComponent(component);
  } catch {
    return null;
  }
}

function isPlainName(name: string | null): name is string {
  return name !== null && name !== '' && name !== '.' && name !== '..' && !/[/\\\p{Cc}]/u.test(name);
}
