import { type PageFile, pageFileOf, plainComponent } from '#engine/console/page-files.js';
import { appHost, appScheme } from './app-address.js';

/**
 * The file of the page that an address names; null when it names none.
 *
 * @param folder absolute path of the built page
 */
export function appFileOf(url: string, folder: string): PageFile | null {
  const components = pathComponents(url, appScheme, appHost);
  return components === null ? null : pageFileOf(folder, components);
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
  const components = match[3].split('/').map(plainComponent);
  return components.every((name) => name !== null) ? components : null;
}
