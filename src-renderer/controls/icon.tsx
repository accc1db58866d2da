const paths = {
  record: 'M12 6a6 6 0 1 0 0 12 6 6 0 0 0 0-12z',
  stop: 'M7 7h10v10H7z',
  pause: 'M8 6v12M16 6v12',
  split: 'M12 3.5v17M8 8.5L4.5 12 8 15.5M16 8.5l3.5 3.5-3.5 3.5',
  replay: 'M5 12a7 7 0 1 0 2-5M7 3v4.5h4.5M12 8.5V12l2.5 1.5',
  marker: 'M6 21V4h11l-2.5 4L17 12H8v9z',
  check: 'M4.5 12.5l5 5 10-11',
  warning: 'M12 3.5L22 20.5H2zM12 10v5M12 17.2v.6',
  error: 'M8 2.5h8l5.5 5.5v8L16 21.5H8L2.5 16V8zM12 7v6M12 15.5v1',
  info: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 11v6M12 7v.6',
  camera: 'M3 7h12v10H3zM15 11l6-3.5v9L15 13z',
  microphone: 'M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3zM6 11a6 6 0 0 0 12 0M12 17v4',
  audio: 'M4 9.5v5h3.5L12 19V5L7.5 9.5zM15.5 9a4 4 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11',
  screen: 'M3 5h18v11H3zM9 20h6M12 16v4',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  participants:
    'M9 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM3 19c0-3.5 2.5-5.5 6-5.5s6 2 6 5.5M16 6a2.5 2.5 0 1 1 0 5M17 13.7c2.4.4 4 2.2 4 5.3',
  folder: 'M3 6h6l2 2.5h10V19H3z',
  copy: 'M8 8h12v12H8zM4 16V4h12',
  play: 'M8 5.5v13l11-6.5z',
  previous: 'M7 6v12M18 6l-8 6 8 6z',
  next: 'M17 6v12M6 6l8 6-8 6z',
  note: 'M5 4h14v11l-5 5H5zM14 20v-5h5M8.5 8.5h7M8.5 12h4',
  trash: 'M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13',
  refresh: 'M19 12a7 7 0 1 1-2-5M17 3v4.5h-4.5',
  close: 'M6 6l12 12M18 6L6 18',
  download: 'M12 4v11M7 11l5 5 5-5M5 20h14',
  image: 'M3 4.5h18v15H3zM3 16l5-5 4 4 3-3 6 5.5M15.5 8.5v.6',
  moon: 'M19 14.5A7.5 7.5 0 0 1 9.5 5 7.5 7.5 0 1 0 19 14.5z',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2.5V5M12 19v2.5M2.5 12H5M19 12h2.5M5.3 5.3L7 7M17 17l1.7 1.7M18.7 5.3L17 7M7 17l-1.7 1.7',
  contrast: 'M12 3.5a8.5 8.5 0 1 0 0 17zM12 3.5a8.5 8.5 0 0 1 0 17',
  help: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM9.3 9.3a2.8 2.8 0 1 1 3.9 2.8c-.8.4-1.2 1-1.2 1.9M12 16.7v.6',
  disk: 'M4 14l3-9h10l3 9v6H4zM4 14h16M16.5 17h.6',
  memory: 'M6 6h12v12H6zM9 2.5V6M15 2.5V6M9 18v3.5M15 18v3.5M2.5 9H6M2.5 15H6M18 9h3.5M18 15h3.5',
  plug: 'M9 3v5M15 3v5M6 8h12v3a6 6 0 0 1-12 0zM12 17v4',
  clock: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 7.5V12l3 2.5',
} as const;

export type IconName = keyof typeof paths;

const filled = new Set<IconName>(['record', 'stop', 'play']);

/** Decoration beside a word that says the same; never the only sign. */
export function Icon({ name }: { readonly name: IconName }): React.JSX.Element {
  return (
    <svg
      className={filled.has(name) ? 'icon icon--filled' : 'icon'}
      viewBox="0 0 24 24"
      aria-hidden="true"
      focusable="false"
    >
      <path d={paths[name]} />
    </svg>
  );
}
