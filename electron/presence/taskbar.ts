import { app, type BrowserWindow, nativeImage } from 'electron';
import type { Presence } from './presence.js';

/** Shows in title, task bar and dock that a take is recorded, or how far it is saved. */
export function updateTaskbar(window: BrowserWindow, presence: Presence, recordingBadgeFile: string): void {
  window.setTitle(presence.title);
  window.setProgressBar(presence.progress ?? -1);
  if (process.platform === 'win32') {
    const badge = presence.isRecording ? nativeImage.createFromPath(recordingBadgeFile) : null;
    window.setOverlayIcon(badge, presence.isRecording ? 'Recording' : '');
  }
  app.dock?.setBadge(presence.isRecording ? 'REC' : '');
}
