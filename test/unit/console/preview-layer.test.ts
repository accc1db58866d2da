import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { followPreviewLayer } from '../../../src-main/console/preview-layer.js';
import type { TakeMode } from '../../../src-main/contract/recording.js';
import type { Settings } from '../../../src-main/contract/settings.js';
import type { RecorderState } from '../../../src-main/contract/snapshot.js';
import type { Recorder } from '../../../src-main/recorder/recorder.js';

class Room extends EventEmitter {
  state: RecorderState = 'ready';
  take: { readonly mode: TakeMode } | null = null;
  readonly asked: string[] = [];

  requestLayer(layer: string): void {
    this.asked.push(layer);
  }
}

let room: Room;
let settings: Pick<Settings, 'takeMode'>;

beforeEach(() => {
  vi.useFakeTimers();
  room = new Room();
  settings = { takeMode: 'encode' };
  followPreviewLayer(room as unknown as Recorder, () => settings);
});

afterEach(() => {
  vi.useRealTimers();
});

/** Five snapshots a second. */
function pass(seconds: number): string[] {
  room.asked.length = 0;
  for (let shots = 0; shots < 5 * seconds; shots += 1) {
    vi.advanceTimersByTime(200);
    room.emit('snapshot');
  }
  return [...room.asked];
}

it('asks for nothing where takes are encoded: that is the memory governor’s', () => {
  expect(pass(20)).toEqual([]);
  room.state = 'recording';
  expect(pass(20)).toEqual([]);
});

it('asks for the lowest layer where takes are copied, again and again, and takes it back', () => {
  settings = { takeMode: 'copy' };
  expect(pass(1)).toEqual(['low']);
  expect(pass(11)).toEqual(['low', 'low']);
  room.state = 'recording';
  expect(pass(5)).toEqual(['low']);
  settings = { takeMode: 'encode' };
  expect(pass(20)).toEqual(['high']);
});

it('begins anew with each room', () => {
  settings = { takeMode: 'copy' };
  expect(pass(1)).toEqual(['low']);
  room.state = 'idle';
  expect(pass(1)).toEqual([]);
  room.state = 'connecting';
  expect(pass(10)).toEqual([]);
  room.state = 'ready';
  room.emit('state', 'ready');
  expect(room.asked).toEqual(['low']);
});

it('asks for the lowest layer while a take is copied that nobody has chosen to be, and for the highest after it', () => {
  settings = { ...settings, takeMode: 'auto' };
  expect(pass(1)).toEqual([]);
  room.take = { mode: 'copy' };
  expect(pass(1)).toEqual(['low']);
  room.take = null;
  expect(pass(1)).toEqual(['high']);
});
