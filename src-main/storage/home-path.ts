import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * What a shell makes of `~` and `~/takes`: a quoted path, one behind `=` and one in a settings field reach a program as they
 * were written. `~name` is left as it is: whose home that is, only a shell knows.
 */
export function homePath(path: string, home: string = homedir()): string {
  if (path === '~') return home;
  return /^~[/\\]/.test(path) ? join(home, path.slice(2)) : path;
}
