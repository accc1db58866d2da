/**
 * Where in its slot a frame is handed to ffmpeg, in shares of a slot: that says whether it is shown again in the empty slots
 * behind it, or once. Frames that are shown once take the two places in turn. Each is a tenth of a slot (3 ms of 30 fps) from
 * the next, for times are whole milliseconds, and before the slot's middle, from which on it would be rounded up.
 */
export const placesInSlot = { repeated: 0.28, once: [0.1, 0.44] } as const;
/** How far from its place a frame may be: half a millisecond of rounding is 0.03 of a slot at 60 fps. */
const tolerance = 0.05;
/** Above this rate whole milliseconds do not tell the places apart, and every frame is shown again. */
const mostFpsWithPlaces = 60;
/** Marks the frames on their way through the filters. */
const mark = 'lavfi.plateau.once';

/** Whether a frame can be shown once at that rate. */
export function canShowOnce(fps: number): boolean {
  return fps <= mostFpsWithPlaces;
}

/**
 * Filters that make a constant rate of frames that come in some of its slots. `fps` shows a frame again in each slot that is
 * empty, without a copy; behind it, what shows a frame again that was to be shown once is left out: its mark is that of the
 * frame before. (`-fps_mode cfr` has no such choice.)
 *
 * They hold a frame until the next one comes: `-reinit_filter 0` has to keep them when the size of frames changes.
 */
export function constantRateFilters(fps: number): string[] {
  const fill = `fps=${fps}:round=near`;
  if (!canShowOnce(fps)) return [fill];
  const inSlot = `mod(t*${fps},1)`;
  const marks = placesInSlot.once.map(
    (place, index) =>
      `metadata=mode=add:key=${mark}:value=${index + 1}:enable='between(${inSlot},${around(place)})'`,
  );
  return [
    ...marks,
    // What has a mark keeps it.
    `metadata=mode=add:key=${mark}:value=0`,
    fill,
    // Register 0 is the mark of the frame before; register 1 whether this one is another.
    `metadata=mode=select:key=${mark}:value=0:function=expr:expr='st(1,not(eq(VALUE1,ld(0)))+not(VALUE1));st(0,VALUE1);ld(1)'`,
  ];
}

function around(place: number): string {
  return `${(place - tolerance).toFixed(2)},${(place + tolerance).toFixed(2)}`;
}
