import { setTimeout as wait } from 'node:timers/promises';
import { readManifest } from '#engine/storage/manifest-file.js';
import type { Cleanup } from '../bench/cleanup.js';
import { runCommand } from '../fixtures/command.js';
import { type FaultLab, record } from './fault-lab.js';
import type { FaultTry } from './fault-row.js';
import { isWhole, truthsOf } from './take-truth.js';

/** kill -9 of the recorder at a random moment; what is left is recovered. */
export async function killRecorder(lab: FaultLab, cleanup: Cleanup): Promise<FaultTry> {
  const { command, out, take, untilRecorded } = await record(lab, cleanup);
  // An encoder's start takes the machine as much as seconds of recording.
  await untilRecorded(8);
  await wait(Math.random() * 1000);
  command.signal('SIGKILL');
  const killedAtMs = Date.now();
  await command.ended;
  const folder = await take();
  const recovered = await runCommand(['recover', out, '--json']);
  const manifest = await readManifest(folder);
  const livedMs = killedAtMs - Date.parse(manifest.startedAt);
  const lostMs = manifest.files.map(({ durationMs }) => livedMs - (durationMs ?? 0));
  const truths = await truthsOf(folder, manifest);
  return {
    lostSeconds: Math.max(0, ...lostMs) / 1000,
    unaccountedFrames: truths.reduce((sum, one) => sum + one.unaccountedFrames, 0),
    isRecovered: recovered.code === 0 && isWhole(manifest, lab.people.length),
    remark: lostMs.map((ms) => Math.round(ms)).join(' '),
  };
}
