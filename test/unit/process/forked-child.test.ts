import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { ForkedChild } from '../../../src-main/process/forked-child.js';

const reportSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('said'), text: z.string() }),
]);
type Report = z.infer<typeof reportSchema>;
type Said = Extract<Report, { type: 'said' }>;
interface Request {
  readonly say?: string;
  readonly die?: string;
  readonly rubbish?: boolean;
}

/** Says that it is ready, and does what it is told. */
const echo = `
  process.send?.({ type: 'ready' });
  process.on('disconnect', () => process.exit(0));
  process.on('message', (message) => {
    const { say, die, rubbish } = Object(message);
    if (say !== undefined) process.send?.({ type: 'said', text: say });
    if (rubbish === true) process.send?.({ type: 'unheard of' });
    if (die !== undefined) {
      process.stderr.write(\`Fatal: \${die}\\n\`, () => process.exit(7));
    }
  });
`;
let folder: string;

const isReady = (report: Report): report is Exclude<Report, Said> => report.type === 'ready';
const isSaid = (report: Report): report is Said => report.type === 'said';
const patienceMs = 15_000;
const children: ForkedChild<Request, Report>[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-fork-'));
  await writeFile(join(folder, 'echo.mjs'), echo);
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => child.kill()));
});

function forked(entry = 'echo.mjs'): {
  child: ForkedChild<Request, Report>;
  reports: Report[];
} {
  const reports: Report[] = [];
  const child = new ForkedChild<Request, Report>({
    entry: pathToFileURL(join(folder, entry)),
    subject: 'The echo',
    hint: 'Call again.',
    reportSchema,
    onReport: (report) => reports.push(report),
  });
  children.push(child);
  return { child, reports };
}

it('hands over what the child tells, parsed, to whoever waits and to the listener', async () => {
  const { child, reports } = forked();
  await child.waitFor(isReady, patienceMs);
  const said = child.waitFor(isSaid, patienceMs);
  await child.send({ say: 'hello' });
  expect(await said).toEqual({ type: 'said', text: 'hello' });
  expect(reports).toEqual([{ type: 'ready' }, { type: 'said', text: 'hello' }]);
});

it('calls the end of the child what its owner calls it', async () => {
  const options = { subject: 'The echo', hint: 'Call again.', reportSchema, onReport: () => undefined };
  const entry = pathToFileURL(join(folder, 'echo.mjs'));
  const child = new ForkedChild<Request, Report>({ entry, ...options, code: 'receiverEnded' });
  children.push(child);
  await child.waitFor(isReady, patienceMs);
  const waiting = child.waitFor(isSaid, null);
  await child.send({ die: 'no more' });
  await expect(waiting).rejects.toMatchObject({ code: 'receiverEnded', exitCode: 3 });
});

it('tells who waits that the child has ended, with its last line', async () => {
  const { child } = forked();
  await child.waitFor(isReady, patienceMs);
  const waiting = child.waitFor(isSaid, null);
  await child.send({ die: 'no more' });
  const failure = { code: 'internal', message: 'The echo has ended: Fatal: no more.', hint: 'Call again.' };
  await expect(waiting).rejects.toMatchObject(failure);
  await child.ended;
  await expect(child.send({ say: 'hello' })).rejects.toMatchObject(failure);
  await expect(child.waitFor(isSaid, null)).rejects.toMatchObject(failure);
});

it('tells who waits that the child does not answer in time', async () => {
  const { child } = forked();
  await child.waitFor(isReady, patienceMs);
  await expect(child.waitFor(isSaid, 20)).rejects.toThrow('The echo has not answered in 0.02 s.');
});

it('kills a child that tells what nobody understands', async () => {
  const { child, reports } = forked();
  await child.waitFor(isReady, patienceMs);
  const waiting = child.waitFor(isSaid, patienceMs);
  await child.send({ rubbish: true });
  await expect(waiting).rejects.toThrow('The echo has ended');
  await child.ended;
  expect(child.signalCode).toBe('SIGKILL');
  expect(reports).toEqual([{ type: 'ready' }]);
});

it('rejects for a file that is not there', async () => {
  const { child } = forked('missing.mjs');
  await expect(child.waitFor(isReady, patienceMs)).rejects.toThrow('The echo has ended');
});

it('ends a child by closing its channel, and once only', async () => {
  const { child } = forked();
  await child.waitFor(isReady, patienceMs);
  await child.end([{ ask: () => child.disconnect(), patienceMs }]);
  await child.ended;
  expect(child.signalCode).toBeNull();
  await child.end([{ ask: () => child.disconnect(), patienceMs }]);
});

it.each([
  [
    "throw Object.assign(new Error('EMFILE: too many open files, open x'), { code: 'EMFILE' });",
    'tooManyOpenFiles',
    /open files/,
  ],
  ["throw new TypeError('It is broken.');", 'internal', /has ended: TypeError: It is broken\./],
] as const)('is told by what ended it before it could say a word: %s', async (code, expected, message) => {
  const entry = join(folder, 'broken.mjs');
  await writeFile(entry, code);
  const child = new ForkedChild<Request, Report>({
    ...{ entry: pathToFileURL(entry), subject: 'The child', hint: 'Try again.', reportSchema },
    onReport: () => undefined,
  });
  children.push(child);
  await expect(child.waitFor(isReady, patienceMs)).rejects.toMatchObject({
    code: expected,
    message: expect.stringMatching(message) as string,
  });
});
