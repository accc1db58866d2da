import type { PublicationInfo } from '../livekit/publication-info.js';
import type { TakeOptions } from './take-options.js';

/** Whether a take is to record a track, as it was asked for. */
export function isMeant(
  { audioOnly, isArmed }: Pick<TakeOptions, 'audioOnly' | 'isArmed'>,
  { identity, kind }: Pick<PublicationInfo, 'identity' | 'kind'>,
): boolean {
  return (kind === 'audio' || !audioOnly) && isArmed(identity);
}
