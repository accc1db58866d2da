import { dropCauseNames, dropCauses, droppedFrames } from '../../contract/drop-causes.js';
import { gradeOfStamp, type LossGrade } from '../../contract/losses.js';
import type { ManifestFile } from '../../contract/manifest.js';
import { participantNameOf } from '../../contract/participant-name.js';
import type { Report } from '../../contract/report.js';
import type { CompleteStamp } from '../../contract/stamps.js';
import { formatBytes } from '../../format/bytes.js';
import {
  type FileCondition,
  fileConditionOf,
  type FileOfTake,
  fileWordOf,
} from '../../format/file-state-text.js';
import { absent } from '../../format/number.js';
import { formatDuration } from '../../format/time.js';
import { number, table, text } from './html-table.js';
import { markup, type SafeMarkup } from './safe-markup.js';

/** What became of every frame of every stream. */
export function framesSection({ streams }: Report): SafeMarkup {
  if (streams.length === 0) return markup`<p>No stream was recorded.</p>`;
  const causes = dropCauseNames.filter((cause) =>
    streams.some(({ accounting }) => accounting.dropped[cause] > 0),
  );
  return markup`${table(
    'received = written + dropped + queued; frames for video, 10 ms frames for audio',
    [
      text('stream'),
      text('medium'),
      number('received'),
      number('written'),
      number('dropped'),
      number('queued'),
      text('balance'),
      ...causes.map((cause) => number(dropCauses[cause].label)),
    ],
    streams.map(({ file, medium, accounting, isBalanced }) => [
      file,
      medium,
      accounting.received,
      accounting.written,
      droppedFrames(accounting.dropped),
      accounting.queued,
      isBalanced ? '✓' : markup`<b class="bad">✗ not balanced</b>`,
      ...causes.map((cause) => accounting.dropped[cause]),
    ]),
  )}<p class="soft small">${causes.length === 0 ? 'Nothing was dropped.' : causes.map((cause) => `${dropCauses[cause].label}: ${dropCauses[cause].explanation}`).join(' ')}</p>`;
}

const stateSigns: Readonly<Record<FileCondition, string>> = {
  verified: '✓',
  unproven: '!',
  fragmented: '!',
  damaged: '✗',
  recording: '…',
  unchecked: '…',
};

function stateOf(file: FileOfTake<ManifestFile['state']>): string {
  const condition = fileConditionOf(file);
  return `${stateSigns[condition]} ${fileWordOf(file)}`;
}

/** The signs and colors of what is said of a content. */
export const contentSigns: Readonly<Record<LossGrade, { sign: string; look: string }>> = {
  complete: { sign: '✓', look: 'flat' },
  smallLosses: { sign: '!', look: 'undecided' },
  losses: { sign: '✗', look: 'bad' },
};

function completeSign(stamp: CompleteStamp | null): SafeMarkup | string {
  if (stamp === null) return absent;
  const { sign, look } = contentSigns[gradeOfStamp(stamp)];
  return stamp.isEarned
    ? `${sign} complete`
    : markup`<span class="${look}">${sign} ${stamp.problem ?? 'not complete'}</span>`;
}

/** The recorded files, as the manifest has them. */
export function filesSection({ files }: Report): SafeMarkup {
  if (files.length === 0) return markup`<p>No file was recorded.</p>`;
  return table(
    'From the manifest',
    [
      text('file'),
      text('participant'),
      text('state'),
      text('complete'),
      number('duration'),
      number('size'),
      text('codecs'),
      number('missed'),
      number('repeated'),
      number('empty slots'),
      text('SHA-256'),
    ],
    files.map((file) => [
      file.file,
      participantNameOf(file),
      markup`${stateOf(file)}${file.problem === null ? null : `: ${file.problem}`}`,
      completeSign(file.stamps?.complete ?? null),
      file.durationMs === null ? absent : formatDuration(file.durationMs),
      formatBytes(file.sizeBytes),
      [file.videoCodec, file.audioCodec].filter((codec) => codec !== null).join(', '),
      file.missedFrames,
      file.repeatedFrames ?? absent,
      file.emptySlots ?? absent,
      file.sha256 === null ? absent : markup`<code>${file.sha256.slice(0, 16)}…</code>`,
    ]),
  );
}
