import { appOrigin } from './app-address.js';
import { isOfOrigin } from './ipc-sender.js';

/** What the console's page may ask for: copying a path, and a player over the whole screen. */
const allowedPermissions: ReadonlySet<string> = new Set(['clipboard-sanitized-write', 'fullscreen']);

/** Whether a page gets a permission of the browser. */
export function isAllowed(permission: string, url: string): boolean {
  return allowedPermissions.has(permission) && isOfOrigin(url, appOrigin);
}
