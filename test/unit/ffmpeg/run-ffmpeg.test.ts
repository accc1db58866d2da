import { describe, expect, it } from 'vitest';
import {
  ffmpegFailure,
  LineSplitter,
  runFfmpegToExit,
  StderrTail,
  withoutPrivateParts,
} from '../../../src-main/ffmpeg/run-ffmpeg.js';

function tailOf(...lines: string[]): StderrTail {
  const tail = new StderrTail();
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

  it('does not start when it was abandoned before', async () => {
    await expect(runNode('process.exit(0)', { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'ffmpegFailed',
    });
  });
});

describe('StderrTail', () => {
  it('is bounded and keeps the newest', () => {
    const tail = tailOf(...Array.from({ length: 1_000 }, (_, index) => `line ${index}`));
    expect(tail.lines).toHaveLength(40);
    expect(tail.cause).toBe('line 999');
  });

  it('names a cause rather than its repetition', () => {
    expect(tailOf('pipe:0: Invalid data', '    Last message repeated 5 times').cause).toBe(
      'pipe:0: Invalid data',
    );
  });
});

describe('LineSplitter', () => {
  it('joins lines that come in parts and cuts endless ones', () => {
    const lines: string[] = [];
    const splitter = new LineSplitter((line) => lines.push(line));
    for (const part of ['one\r\ntw', 'o\nthree']) splitter.push(Buffer.from(part));
    splitter.push(Buffer.from('x'.repeat(100_000)));
    splitter.end();
    expect(lines.slice(0, 2)).toEqual(['one', 'two']);
    expect(lines[2]?.length).toBeLessThanOrEqual(1_000);
  });
});

describe('what a person is told', () => {
  it('holds no folders and no addresses', () => {
    expect(withoutPrivateParts('[mp4 @ 0x55f0c8] /home/ada/takes/x.mp4: Permission denied')).toBe(
      '[mp4] x.mp4: Permission denied',
    );
    expect(withoutPrivateParts('C:\\Users\\ada\\x.mp4: bad')).toBe('x.mp4: bad');
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
