import { arch, cpus, platform, release, totalmem } from 'node:os';
import { caps } from '../contract/limits.js';
import type { Profile } from '../contract/profile.js';
import type { Session } from '../contract/session.js';
import { rtcNodeVersion } from '../livekit/sdk-version.js';

interface SessionSubject {
  readonly room: string;
  readonly profile: Profile;
  readonly audioOnly: boolean;
  readonly ffmpegVersion: string;
  readonly plateauVersion: string;
}

/**
 * The first line of a take's telemetry: machine, versions and caps, as they are while it is recorded. No
 * host name, user or path: a report is meant to be sent around.
 */
export function telemetryHeader(subject: SessionSubject, at: Date): Session {
  const processors = cpus();
  // Electron adds itself to Node's versions; elsewhere it is not there, whatever its types say.
  const versions: Readonly<Record<string, string | undefined>> = process.versions;
  return {
    schema: 'plateau.session/1',
    at: at.toISOString(),
    machine: {
      platform: platform(),
      osRelease: release(),
      architecture: arch(),
      cpuModel: processors[0]?.model.trim() ?? 'unknown',
      logicalCpuCount: processors.length,
      memoryTotalBytes: totalmem(),
    },
    versions: {
      plateau: subject.plateauVersion,
      node: process.versions.node,
      rtcNode: rtcNodeVersion(),
      ffmpeg: subject.ffmpegVersion,
      electron: versions['electron'] ?? null,
    },
    caps: { ...caps },
    room: subject.room,
    profile: subject.profile,
    audioOnly: subject.audioOnly,
  };
}
