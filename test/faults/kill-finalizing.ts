import { readdir } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { readManifest } from '#engine/storage/manifest-file.js';
import type { Cleanup } from '../bench/cleanup.js';
import { runCommand } from '../fixtures/command.js';
import { type FaultLab, record } from './fault-lab.js';
import type { FaultTry } from './fault-row.js';
import { isWhole, truthsOf } from './take-truth.js';

/** Within this time the files of a short take are finished: milliseconds. */
const finalizingMs = 1_500;

/** kill -9 of the recorder at a random moment of its stop; what is left is recovered. */
export async function killFinalizing(lab: FaultLab, cleanup: Cleanup): Promise<FaultTry> {
  const { command, out, take, untilRecorded } = await record(lab, cleanup);
  await untilRecorded(4);
  const folder = await take();
  command.signal('SIGINT');
  while ((await readManifest(folder)).state === 'recording') await wait(5);
  await wait(Math.random() * finalizingMs);
  command.signal('SIGKILL');
  await command.ended;
  const state = (await readManifest(folder)).state;
  const recovered = await runCommand(['recover', out, '--json']);
  const manifest = await readManifest(folder);
  const truths = await truthsOf(folder, manifest);
  const litter = (await readdir(folder)).filter((name) => name.startsWith('.') || name.includes('.part'));
  return {
    lostSeconds: Math.max(0, ...truths.map(({ missingSeconds }) => missingSeconds)),
    unaccountedFrames: truths.reduce((sum, one) => sum + one.unaccountedFrames, 0),
    isRecovered: recovered.code === 0 && isWhole(manifest, lab.people.length) && litter.length === 0,
    remark: `was ${state}${litter.length === 0 ? '' : `, left ${litter.join(' ')}`}`,
  };
}
