import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ManifestFile } from './contract/manifest.js';
import type { Profile } from './contract/profile.js';
import type { EventReporter } from './recorder-events.js';

export interface FinaliseRequest {
  readonly folder: string;
  readonly profile: Profile;
  readonly ffmpegPath: string;
  readonly takeDurationMs: number;
  readonly entries: readonly ManifestFile[];
  readonly report: EventReporter;
  readonly onProgress: (fraction: number) => void;
}

export async function finaliseFiles(request: FinaliseRequest): Promise<ManifestFile[]> {
  return Promise.all(
    request.entries.map(async (entry) => ({
      ...entry,
      state: 'fragmented' as const,
      durationMs: request.takeDurationMs,
      sizeBytes: (await stat(join(request.folder, entry.file))).size,
    })),
  );
}
