import { mediaHost, mediaScheme } from './app-address.js';
import { pathComponents } from './app-file.js';

export interface TakeFileName {
  readonly takeName: string;
  readonly file: string;
}

/** The take and the file that `plateau-media://takes/<take>/<file>` names; null when it names none. */
export function takeFileOf(url: string): TakeFileName | null {
  const [takeName, file, ...rest] = pathComponents(url, mediaScheme, mediaHost) ?? [];
  if (takeName === undefined || file === undefined || rest.length > 0) return null;
  return { takeName, file };
}
