import { type Content, gradeOfStamp, type LossGrade } from '../../src-main/contract/losses.js';
import type { TakeEntry } from '../../src-main/contract/takes.js';
import { contentLabel, missingText } from '../../src-main/format/content-text.js';

/** How a statement looks: green, amber, red. */
export type ContentTone = 'good' | 'warning' | 'bad';

const tones: Readonly<Record<LossGrade, ContentTone>> = {
  complete: 'good',
  smallLosses: 'warning',
  losses: 'bad',
};

/** What is said of a take's content, in a few words, and how that looks; null where it is not known. */
export interface ContentStatement {
  readonly tone: ContentTone;
  readonly label: string;
  readonly explanation: string;
}

const explanations: Readonly<Record<LossGrade, string>> = {
  complete: 'At most 0.1 % of video or audio is missing, and there is no gap.',
  smallLosses:
    'Something that should be in the files is missing: at most 1 %, and no gap of more than a second.',
  losses:
    'More than 1 % of what should be in a file is missing, a gap of more than a second, or a track that is in no file.',
};

/** The statement about the content of a take or a file. */
export function stateContent(content: Content): ContentStatement {
  const { grade } = content;
  return { tone: tones[grade], label: contentLabel(content), explanation: explanations[grade] };
}

/** How a notification about a take looks: red and amber wait until they are seen. @param content null where it is not known */
export function levelOfContent(content: Content | null): 'success' | 'warning' | 'error' {
  if (content === null || content.grade === 'complete') return 'success';
  return content.grade === 'losses' ? 'error' : 'warning';
}

/** What the files of a take lack, in a sentence; null when nothing does, or it is not known. */
export function takeLossText({ content, losses }: Pick<TakeEntry, 'content' | 'losses'>): string | null {
  return losses === null || losses === undefined ? null : missingText(losses, content?.missingTracks);
}

/** How the stamp of one file looks. */
export function toneOf(stamp: Parameters<typeof gradeOfStamp>[0]): ContentTone {
  return tones[gradeOfStamp(stamp)];
}
