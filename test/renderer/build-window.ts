import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { build, type InlineConfig } from 'vite';
import rendererConfig from '../../renderer.vite.config.js';

/** What tests of the window write: its build, and pictures to be looked at. */
export const artefactFolder = path.join(import.meta.dirname, '..', '..', '.artefacts', 'window');

/** Which fonts the browser finds: the same on every machine, whatever is installed. Where there is no fontconfig nobody reads it. */
export const fontsFile = path.join(artefactFolder, 'fonts.conf');

/** Builds the window as it is shipped, and the fake recorder that stands behind it. */
export async function buildWindow(): Promise<void> {
  const outDir = path.join(artefactFolder, 'build');
  await mkdir(outDir, { recursive: true });
  await writeFile(fontsFile, fontConfiguration());
  const environment = process.env['NODE_ENV'];
  // Vitest's own says `test`, for which React is built to debug itself.
  process.env['NODE_ENV'] = 'production';
  try {
    const quiet: InlineConfig = { configFile: false, logLevel: 'warn' };
    await build({ ...rendererConfig, ...quiet, build: { ...rendererConfig.build, outDir } });
    await build({
      ...quiet,
      build: {
        outDir: path.join(artefactFolder, 'fake'),
        lib: {
          entry: path.join(import.meta.dirname, 'fake-console.ts'),
          formats: ['iife'],
          name: 'fakeConsole',
          fileName: () => 'fake-console.js',
        },
      },
    });
  } finally {
    if (environment === undefined) delete process.env['NODE_ENV'];
    else process.env['NODE_ENV'] = environment;
  }
}

function fontConfiguration(): string {
  const folder = path.dirname(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json'));
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${path.join(folder, 'ttf')}</dir>
  <cachedir>${path.join(artefactFolder, 'fonts')}</cachedir>
  <match target="pattern">
    <test name="family" qual="any"><string>monospace</string></test>
    <edit name="family" mode="append_last" binding="same"><string>DejaVu Sans Mono</string></edit>
  </match>
  <match target="pattern">
    <edit name="family" mode="append_last" binding="same"><string>DejaVu Sans</string></edit>
  </match>
  <match target="font">
    <edit name="antialias" mode="assign"><bool>true</bool></edit>
    <edit name="hintstyle" mode="assign"><const>hintslight</const></edit>
    <edit name="rgba" mode="assign"><const>none</const></edit>
  </match>
</fontconfig>
`;
}

/** Once before all tests of the window, which show the same build. */
export const setup = buildWindow;
