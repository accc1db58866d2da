import { errorExitCodes } from '../../contract/errors.js';
import type { VerifyMode } from '../../finalize/verify.js';
import type { TakeVerification } from '../../finalize/verify-take.js';
import { absent, formatPercent } from '../../format/number.js';
import { formatTimecode } from '../../format/time.js';
import { type CommandConsole, fitted } from '../output/command-console.js';
import { printable } from '../output/printable.js';
import { textTable } from '../output/text-table.js';

/**
 * `plateau verify`: checks every file of a take against its manifest.
 *
 * @returns 0 when all is as it should be, 7 otherwise
 */
export async function verify(folder: string, mode: VerifyMode, console: CommandConsole): Promise<number> {
  const { verifyTake } = await import('../../finalize/verify-take.js');
  const verification = await verifyTake(folder, mode, {
    onProgress: (fraction) => {
      console.showLive([fitted(`Verifying ${formatPercent(fraction)}`, console.columns)]);
    },
  });
  console.showLive([]);
  for (const line of verificationLines(verification)) console.say(line);
  const exitCode = verification.ok ? 0 : errorExitCodes.verificationFailed;
  console.emit('result', { exitCode, ...verification });
  return exitCode;
}

/** File by file, and what is wrong in sentences. */
export function verificationLines(verification: TakeVerification): string[] {
  const rows = verification.files.map((file) => [
    printable(file.file),
    file.ok ? 'ok' : 'NOT OK',
    file.durationMs === null ? absent : formatTimecode(file.durationMs, true),
    String(file.videoFrames),
    String(file.audioFrames),
  ]);
  const findings = [
    ...verification.findings.map(({ message }) => `  ${printable(message)}`),
    ...verification.files.flatMap(({ file, findings: found }) =>
      found.map(({ message }) => `  ${printable(file)}: ${printable(message)}`),
    ),
  ];
  return [
    `Take ${printable(verification.takeName)}: ${verification.ok ? 'every file is intact' : 'not every file is intact'}`,
    ...textTable(
      [
        { title: 'file', align: 'left' },
        { title: 'result', align: 'left' },
        { title: 'duration', align: 'right' },
        { title: 'frames decoded', align: 'right' },
        { title: 'audio frames decoded', align: 'right' },
      ],
      rows,
    ),
    ...findings,
  ];
}
