import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const packageSchema = z.object({ name: z.literal('@livekit/rtc-node'), version: z.string() });

/** rtc-node's version, from the package that is loaded; null when it cannot be read. */
export function rtcNodeVersion(): string | null {
  try {
    // Its package.json is not exported: it stands above the entry.
    let folder = dirname(fileURLToPath(import.meta.resolve('@livekit/rtc-node')));
    for (let level = 0; level < 4; level += 1, folder = dirname(folder)) {
      const found = versionIn(folder);
      if (found !== null) return found;
    }
  } catch {
    // Bundled, or resolved by other means: a take is recorded all the same.
  }
  return null;
}

function versionIn(folder: string): string | null {
  try {
    const parsed = packageSchema.safeParse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
    return parsed.success ? parsed.data.version : null;
  } catch {
    return null;
  }
}
