import { setTimeout as wait } from 'node:timers/promises';
import { readManifest } from '#engine/storage/manifest-file.js';
import type { Cleanup } from '../bench/cleanup.js';
import { childPids, processName, signalProcess } from '../bench/proc.js';
import { type FaultLab, record } from './fault-lab.js';
import type { FaultTry } from './fault-row.js';
import { isWhole, truthsOf } from './take-truth.js';

/** kill -9 of one ffmpeg at a random moment; the take goes on, and is stopped some seconds later. */
export async function killEncoder(lab: FaultLab, cleanup: Cleanup): Promise<FaultTry> {
  const { command, take, untilRecorded } = await record(lab, cleanup);
  await untilRecorded(8);
  await wait(Math.random() * 1000);
  const pids = childPids(command.pid ?? NaN).filter((pid) => processName(pid) === 'ffmpeg');
  const pid = pids[Math.floor(Math.random() * pids.length)];
  if (pid === undefined) throw new Error('no encoder is running');
  signalProcess(pid, 'SIGKILL');
  await untilRecorded(12);
  command.signal('SIGINT');
  await command.ended;
  const folder = await take();
  const manifest = await readManifest(folder);
  const truths = await truthsOf(folder, manifest);
  const replaced = manifest.files.filter(({ segments }) => segments.length === 2);
  return {
    lostSeconds: Math.max(0, ...truths.map(({ missingSeconds }) => missingSeconds)),
    unaccountedFrames: truths.reduce((sum, one) => sum + one.unaccountedFrames, 0),
    isRecovered: isWhole(manifest, lab.people.length) && replaced.length === 1,
    remark: replaced
      .map(
        ({ video }) =>
          `lost with the encoder ${video.dropped.encoderLost}, failed ${video.dropped.sinkFailed}`,
      )
      .join(' '),
  };
}
