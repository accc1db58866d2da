import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { z } from 'zod';
import { findFfmpeg } from '#engine/ffmpeg/ffmpeg-binary.js';
import { livekitServerVersion } from '#engine/lab/server/livekit-server-binary.js';

/** Where figures were measured: they mean nothing without it. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly ramBytes: number;
  readonly os: string;
  readonly node: string;
  readonly ffmpeg: string;
  readonly rtcNode: string;
  readonly livekitServer: string;
}

export async function describeMachine(): Promise<Machine> {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown processor',
    cores: availableParallelism(),
    ramBytes: totalmem(),
    os: `${distribution()} (${type()} ${release()})`,
    node: process.version,
    ffmpeg: (await findFfmpeg()).version,
    rtcNode: pinnedVersion('@livekit/rtc-node'),
    livekitServer: livekitServerVersion,
  };
}

function distribution(): string {
  try {
    return /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? type();
  } catch {
    return type();
  }
}

/** From package.json, which pins the exact version. */
function pinnedVersion(name: string): string {
  const path = new URL('../../../package.json', import.meta.url);
  const { dependencies } = z
    .object({ dependencies: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync(path, 'utf8')));
  return dependencies[name] ?? 'unknown';
}
