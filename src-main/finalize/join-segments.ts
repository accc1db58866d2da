import { stat, writeFile } from 'node:fs/promises';
import { PlateauError } from '../contract/errors.js';
import type { StreamGap, StreamPackets } from '../contract/stamps.js';
import { codecNames, evenCanvas } from '../ffmpeg/ffmpeg-arguments.js';
import { runFfmpeg } from '../ffmpeg/run-ffmpeg.js';
import { sha256OfFile } from '../storage/checksum.js';
import { syncFile } from '../storage/sync-to-disk.js';
import type { AssembleRequest } from './assembly.js';
import type { Finding } from './finding.js';
import { joinArguments, type JoinInput } from './join-arguments.js';
import type { MeasuredSegments } from './measure-segments.js';
import { PacketProof } from './packet-proof.js';
import { concatList, type TimelinePlan } from './timeline-plan.js';
import { verifyFile } from './verify.js';

/** The shares of the work in the time it takes, for the progress. */
const joinedFraction = 0.8;

/** Joins them into a file of its own. @throws PlateauError `ffmpegFailed`, `ffmpegMissing` */
export async function concatSegments(
  request: AssembleRequest,
  plan: TimelinePlan,
  lateMs: number,
  listFiles: readonly string[],
  temporary: string,
): Promise<void> {
  const inputs: JoinInput[] = [];
  for (const [index, list] of [plan, ...(plan.video === null ? [] : [plan.video])].entries()) {
    const listFile = listFiles[index] ?? '';
    await writeFile(listFile, concatList(list));
    inputs.push({ listFile, offsetUs: Math.round(list.entries[0]?.positionUs ?? 0) });
  }
  const onStdoutLine = (line: string): void => {
    const timeUs = /^out_time_us=(\d+)/.exec(line)?.[1];
    if (timeUs !== undefined) request.onProgress?.(Math.min(1, Number(timeUs) / plan.endUs) * joinedFraction);
  };
  const args = joinArguments(request, inputs, lateMs, temporary);
  // The list names its files from its folder: the folder's own path may hold what a list cannot spell.
  const { ffmpegPath, folder, signal, silenceLimitMs } = request;
  const run = { ffmpegPath, arguments: args, folder, signal, onStdoutLine, silenceLimitMs };
  await runFfmpeg(run, 'finalizing a file');
}

/** What is known of a joined file. */
export interface Joined {
  readonly durationMs: number;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly packets: StreamPackets;
  readonly worstGap: StreamGap | null;
}

/** Reads the joined file back and holds it against the segments. */
export async function proveAndHash(
  request: AssembleRequest,
  plan: TimelinePlan,
  measured: MeasuredSegments,
  temporary: string,
): Promise<Joined | { readonly problem: PlateauError; readonly findings: readonly Finding[] }> {
  const codecs = codecNames(request.profile);
  const expectation = {
    canvas: request.canvas === null ? null : evenCanvas(request.canvas),
    videoCodec: request.canvas === null ? null : codecs.video,
    audioCodec: codecs.audio,
    durationMs: plan.endUs / 1000,
  };
  const { ffmpegPath, signal } = request;
  const dropsBeforeTake = request.profile.container === 'mkv';
  const proof = new PacketProof(plan, measured.segments, measured.traces, dropsBeforeTake);
  const onPacket = proof.add.bind(proof);
  const [verified, sha256] = await Promise.all([
    verifyFile(temporary, expectation, 'quick', { ffmpegPath, signal, onPacket }),
    sha256OfFile(temporary, signal),
    syncFile(temporary),
  ]);
  const difference = proof.difference();
  const findings: Finding[] = [
    ...(difference === null ? [] : [{ code: 'packetsDiffer' as const, message: difference.message }]),
    ...verified.findings,
  ];
  const [first] = findings;
  if (first !== undefined) {
    const problem = new PlateauError(
      'verificationFailed',
      `The finalized file was not accepted: ${first.message}`,
      'The fragmented files were kept and play.',
    );
    return { problem, findings };
  }
  return {
    durationMs: verified.durationMs ?? plan.endUs / 1000,
    sizeBytes: (await stat(temporary)).size,
    sha256,
    packets: verified.packets,
    worstGap: verified.worstGap,
  };
}
