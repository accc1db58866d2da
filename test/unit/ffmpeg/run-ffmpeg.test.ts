import { realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  causeOf,
  ffmpegFailure,
  runFfmpegToExit,
  withoutPrivateParts,
} from '../../../src-main/ffmpeg/run-ffmpeg.js';
import { TextTail } from '../../../src-main/process/text-tail.js';

function tailOf(...lines: string[]): TextTail {
  const tail = new TextTail();
  for (const line of lines) tail.add(line);
  return tail;
}

/** Node stands in for ffmpeg: what matters here is how a process is treated. */
function runNode(
  script: string,
  options: { signal?: AbortSignal; onStdoutLine?: (line: string) => void } = {},
) {
  return runFfmpegToExit({ ffmpegPath: process.execPath, arguments: ['-e', script], ...options });
}

describe('runFfmpegToExit', () => {
  it('returns the exit code and the last lines', async () => {
    const { exitCode, stderr } = await runNode('console.error("first\\nlast"); process.exit(3)');
    expect(exitCode).toBe(3);
    expect(stderr.lines).toEqual(['first', 'last']);
  });

  it('repeats no folder of a file that it was given, not even one with spaces', async () => {
    const url = 'file:/home/ada lovelace/Show #12/x.mp4';
    const { stderr } = await runFfmpegToExit({
      ffmpegPath: process.execPath,
      arguments: ['-e', `console.error('${url}: Input/output error')`, url],
    });
    expect(stderr.lines).toEqual(['x.mp4: Input/output error']);
  });

  it('means a relative program from here, also when it runs in another folder', async () => {
    const lines: string[] = [];
    await runFfmpegToExit({
      ffmpegPath: relative(process.cwd(), process.execPath),
      arguments: ['-p', 'process.cwd()'],
      folder: realpathSync(tmpdir()),
      onStdoutLine: (line) => lines.push(line),
    });
    expect(lines).toEqual([realpathSync(tmpdir())]);
  });

  it('says that a program is missing', async () => {
    const run = runFfmpegToExit({ ffmpegPath: 'plateau-no-such-program', arguments: [] });
    await expect(run).rejects.toMatchObject({ code: 'ffmpegMissing' });
  });

  it('ends the process when it is abandoned, also one that ignores being asked', async () => {
    const abort = new AbortController();
    const script = 'process.on("SIGTERM", () => {}); console.log("up"); setInterval(() => {}, 1000)';
    const run = runNode(script, { signal: abort.signal, onStdoutLine: () => abort.abort() });
    await expect(run).rejects.toMatchObject({ code: 'ffmpegFailed' });
  });

  it.skipIf(process.platform === 'win32')('is not reached by a Ctrl-C in the terminal', async () => {
    // The terminal sends it to the group of the program in front: a run is in a group of its own.
    const script = `
      const { execFileSync } = require('node:child_process');
      console.log(execFileSync('ps', ['-o', 'pgid=', '-p', String(process.pid)]).toString().trim());
      console.log(process.pid);
    `;
    const lines: string[] = [];
    await runNode(script, { onStdoutLine: (line) => lines.push(line) });
    const [group, pid] = lines;
    expect(group).toMatch(/^\d+$/);
    expect(group).toBe(pid);
  });

  it('does not start when it was abandoned before', async () => {
    await expect(runNode('process.exit(0)', { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'ffmpegFailed',
    });
  });
});

describe('the cause of an end', () => {
  it('is what failed first, not what newer versions say of each part that ends with it', () => {
    const tail = tailOf(
      '[libx264 @ 0x2a367980] [error] Error setting preset/tune nope/(null).',
      '[vost#0:0/libx264 @ 0x55a98cd89b40] [enc:libx264 @ 0x55a98cd1c700] [error] Error while opening encoder.',
      '[vf#0:0 @ 0x2a34ef00] [error] Error sending frames to consumers: Invalid argument',
      '[vf#0:0 @ 0x2a34ef00] [error] Terminating thread with return code -22 (Invalid argument)',
      '[vost#0:0/libx264 @ 0x2a367500] [error] Could not open encoder before EOF',
      '[vost#0:0/libx264 @ 0x2a367500] [error] Task finished with error code: -22 (Invalid argument)',
      '[out#0/mp4 @ 0x2a36ad80] [error] Nothing was written into output file, because at least one of its streams received no packets.',
    );
    expect(causeOf(tail)).toBe('[vost#0:0/libx264] [enc:libx264] Error while opening encoder.');
    const opening = tailOf(
      '[in#0 @ 0x729cb40] [error] Error opening input: No such file or directory',
      '[error] Error opening input file file:ada.mkv.',
      '[fatal] Error opening input files: No such file or directory',
    );
    expect(causeOf(opening)).toBe('[in#0] Error opening input: No such file or directory');
    // Nothing else is better than nothing.
    expect(causeOf(tailOf('[error] Could not open encoder before EOF'))).toBe(
      'Could not open encoder before EOF',
    );
  });

  it('names a cause rather than its repetition', () => {
    expect(causeOf(tailOf('pipe:0: Invalid data', '    Last message repeated 5 times'))).toBe(
      'pipe:0: Invalid data',
    );
  });
});

describe('what a person is told', () => {
  it('holds no folders and no addresses', () => {
    expect(withoutPrivateParts('[mp4 @ 0x55f0c8] /home/ada/takes/x.mp4: Permission denied')).toBe(
      '[mp4] x.mp4: Permission denied',
    );
    expect(withoutPrivateParts('C:\\Users\\ada\\x.mp4: bad')).toBe('x.mp4: bad');
    expect(withoutPrivateParts('[out#0/mp4 @ 0x2a] /home/ada/x.mp4: bad')).toBe('[out#0/mp4] x.mp4: bad');
  });

  it('names a full disk as such', () => {
    const error = ffmpegFailure(
      'recording',
      1,
      tailOf('av_write_frame(): No space left on device', 'Conversion failed!'),
    );
    expect(error.code).toBe('diskFull');
    expect(ffmpegFailure('recording', null, tailOf('x')).message).toBe(
      'ffmpeg was killed while recording: x',
    );
  });
});
