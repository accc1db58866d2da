import type { Settings } from '../contract/settings.js';
import type { VideoLayer } from '../pipeline/memory-governor.js';
import type { TakeInfo } from '../recorder/open-take.js';
import type { Recorder } from '../recorder/recorder.js';

/** A request can meet a subscription that the server has not come to, and is lost then: it is made again. Milliseconds. */
const askAgainEveryMs = 5_000;

/**
 * Where takes are copied, what the console subscribes to is for previews and levels alone: the lowest layer of each camera is asked
 * for then, which costs least to decode.
 *
 * @param settings asked a few times a second
 */
export function followPreviewLayer(
  recorder: Pick<Recorder, 'on' | 'requestLayer' | 'state'> & {
    readonly take: Pick<TakeInfo, 'mode'> | null;
  },
  settings: () => Pick<Settings, 'takeMode'>,
): void {
  let asked: { readonly layer: VideoLayer; readonly atMs: number } | null = null;
  const follow = (): void => {
    const isInRoom = recorder.state !== 'idle' && recorder.state !== 'connecting';
    const isCopying = settings().takeMode === 'copy' || recorder.take?.mode === 'copy';
    const layer = isCopying ? 'low' : 'high';
    const atMs = performance.now();
    // Every session begins with the highest, and what an encoded take is asked to do without is the memory governor's.
    const isNew = layer !== (asked?.layer ?? 'high');
    const isDue = layer === 'low' && asked !== null && atMs - asked.atMs >= askAgainEveryMs;
    if (!isInRoom) asked = null;
    else if (isNew || isDue) {
      asked = { layer, atMs };
      recorder.requestLayer(layer);
    }
  };
  recorder.on('state', follow);
  recorder.on('snapshot', follow);
}
