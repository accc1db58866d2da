import type { LosingStream, LossAlarm, LossCause } from '../contract/loss-watch.js';

const causeTexts: Readonly<Record<LossCause, string>> = {
  encoderBehind: 'encoder behind',
  diskBehind: 'disk behind',
  encoderFailed: 'encoder failed',
  savingMemory: 'saving memory',
  recorderBusy: 'recorder busy',
  network: 'lost on the network',
  order: 'timestamps out of order',
};

/** A line of the bar stays readable with as many names. */
const maxNames = 3;

/** `LOSING VIDEO: ADA, BEN - encoder behind`, a line for each medium and cause; the past of it when it is over. */
export function lossTitles({ streams }: LossAlarm): string[] {
  const groups = new Map<string, { media: string; cause: LossCause; isLosing: boolean; names: string[] }>();
  for (const stream of mergedMedia(streams)) {
    const { media, cause, isLosing, name } = stream;
    const key = `${media}|${cause}|${isLosing}`;
    const group = groups.get(key) ?? { media, cause, isLosing, names: [] };
    if (!group.names.includes(name)) group.names.push(name);
    groups.set(key, group);
  }
  const sorted = [...groups.values()].sort((a, b) => Number(b.isLosing) - Number(a.isLosing));
  return sorted.map(({ media, cause, isLosing, names }) => {
    const shown = names.slice(0, maxNames).map((name) => name.toLocaleUpperCase('en'));
    const more = names.length > maxNames ? ` and ${names.length - maxNames} more` : '';
    return `${isLosing ? 'LOSING' : 'LOST'} ${media}: ${shown.join(', ')}${more} – ${causeTexts[cause]}`;
  });
}

/** A file that loses both for one reason is told once. */
function mergedMedia(
  streams: readonly LosingStream[],
): { media: string; cause: LossCause; isLosing: boolean; name: string }[] {
  return streams.flatMap((stream) => {
    const { medium, file, cause, isLosing, name } = stream;
    const other = streams.find(
      (candidate) =>
        candidate.file === file &&
        candidate.medium !== medium &&
        candidate.cause === cause &&
        candidate.isLosing === isLosing,
    );
    if (other !== undefined && medium === 'video') return [];
    const media = other === undefined ? medium.toUpperCase() : 'AUDIO AND VIDEO';
    return [{ media, cause, isLosing, name }];
  });
}
