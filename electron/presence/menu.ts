import { Menu, type MenuItemConstructorOptions } from 'electron';
import type { Presence } from './presence.js';
import type { ShellActions } from './presence.js';

const ids = {
  start: 'startTake',
  stop: 'stopTake',
  pause: 'pauseTake',
  resume: 'resumeTake',
  marker: 'addMarker',
} as const;

/**
 * Sets the application's menu. Its accelerators have a modifier: the page has the single keys, which must
 * not fire while somebody types.
 *
 * @returns what makes it offer what the recorder can do now
 */
export function setApplicationMenu(
  actions: ShellActions,
  isDeveloping: boolean,
): (presence: Presence) => void {
  const menu = Menu.buildFromTemplate(template(actions, isDeveloping));
  Menu.setApplicationMenu(menu);
  const enable = (id: string, isEnabled: boolean): void => {
    const item = menu.getMenuItemById(id);
    if (item !== null) item.enabled = isEnabled;
  };
  return ({ mayStart, mayStop, mayMark, mayPause, mayResume }) => {
    enable(ids.start, mayStart);
    enable(ids.stop, mayStop);
    enable(ids.marker, mayMark);
    enable(ids.pause, mayPause);
    enable(ids.resume, mayResume);
  };
}

function template(actions: ShellActions, isDeveloping: boolean): MenuItemConstructorOptions[] {
  const isMac = process.platform === 'darwin';
  // Not the role: quitting has to ask first, and its own accelerator must not go round that.
  const quit: MenuItemConstructorOptions = {
    label: 'Quit Plateau',
    accelerator: 'CmdOrCtrl+Q',
    click: actions.quit,
  };
  const applicationMenu: MenuItemConstructorOptions = {
    label: 'Plateau',
    submenu: [{ role: 'about' }, { type: 'separator' }, { role: 'hide' }, { role: 'hideOthers' }, quit],
  };
  return [
    ...(isMac ? [applicationMenu] : []),
    {
      label: '&Recording',
      submenu: [
        {
          id: ids.start,
          label: 'Start',
          accelerator: 'CmdOrCtrl+Shift+R',
          enabled: false,
          click: actions.startTake,
        },
        {
          id: ids.stop,
          label: 'Stop and Save',
          accelerator: 'CmdOrCtrl+Shift+S',
          enabled: false,
          click: actions.stopTake,
        },
        { id: ids.pause, label: 'Pause', enabled: false, click: actions.pauseTake },
        { id: ids.resume, label: 'Resume', enabled: false, click: actions.resumeTake },
        {
          id: ids.marker,
          label: 'Add Marker',
          accelerator: 'CmdOrCtrl+Shift+M',
          enabled: false,
          click: actions.addMarker,
        },
        ...(isMac ? [] : [{ type: 'separator' as const }, quit]),
      ],
    },
    { role: 'editMenu' },
    {
      label: '&View',
      submenu: [
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
        ...(isDeveloping ? [{ type: 'separator' as const }, { role: 'toggleDevTools' as const }] : []),
      ],
    },
    { role: 'windowMenu' },
  ];
}
