import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { artefactFolder } from '../build-window.js';
import { difference } from './compare.js';
import { decodePng, encodePng, type Picture, textOf } from './png.js';
import { inFewColors, type KeptPicture, reduced } from './reduced.js';

/** `npm run test:images -- --update` sets it: what differs is written down as what is right. */
export const updateVariable = 'PLATEAU_UPDATE_IMAGES';

const folder = path.join(import.meta.dirname, '..', 'baseline');
const madeWithFile = path.join(folder, 'made-with.json');
/** What differs, to be looked at; emptied when a run begins. */
const differentFolder = path.join(artefactFolder, 'different');

interface MadeWith {
  readonly chromium: string;
  readonly platform: string;
  readonly fonts: string;
}

/** The images that the window's are held against. */
export interface Baseline {
  /** Why there is nothing to hold them against here; null where there is. */
  readonly reason: string | null;
  /** @returns what is wrong with it; null when nothing is, and when it is not compared here */
  check(dress: string, scene: string, screenshot: Buffer): string | null;
  /** @returns images that belong to none of these, as `dress/scene`; when the baseline is written they are removed */
  strangers(known: ReadonlySet<string>): string[];
}

/**
 * Images of one Chromium are not those of another, nor of another system's: they are compared where they were made with
 * the same major version, kind of system and fonts.
 */
export function openBaseline(chromiumVersion: string): Baseline {
  const here = madeHere(chromiumVersion);
  const isUpdated = process.env[updateVariable] === '1';
  const foreign = differenceOf(here);
  rmSync(differentFolder, { recursive: true, force: true });
  if (isUpdated) {
    if (foreign !== null) rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    if (foreign !== null) writeFileSync(madeWithFile, `${JSON.stringify(here, null, 2)}\n`);
  }
  return {
    reason: isUpdated ? null : foreign,
    check: (dress, scene, screenshot) => {
      if (foreign !== null && !isUpdated) return null;
      const file = path.join(folder, dress, `${scene}.png`);
      const kept = existsSync(file) ? readFileSync(file) : null;
      const source = createHash('sha256').update(screenshot).digest('hex').slice(0, 32);
      // Byte for byte what the kept one was made of.
      if (kept !== null && textOf(kept).split(' ')[0] === source) return null;
      const actual = reduced(decodePng(screenshot));
      const found = kept === null ? null : difference(pictureIn(kept), actual);
      if (kept !== null && found === null) return null;
      if (isUpdated) {
        mkdirSync(path.dirname(file), { recursive: true });
        writeFileSync(file, fileOf(actual, source));
        return null;
      }
      if (kept === null || found === null)
        return `${dress}: there is no image to compare with (npm run test:images -- --update)`;
      const different = path.join(differentFolder, `${scene}-${dress}`);
      mkdirSync(differentFolder, { recursive: true });
      writeFileSync(`${different}-expected.png`, kept);
      writeFileSync(`${different}-actual.png`, screenshot);
      writeFileSync(`${different}-difference.png`, fileOf(found.shown, ''));
      const where = path.relative(process.cwd(), different);
      return `${dress}: ${found.pixels} of ${actual.width * actual.height} pixels differ: see ${where}-*.png`;
    },
    strangers: (known) => {
      const found = readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.png'))
        .map((name) => name.split(path.sep).join('/').slice(0, -'.png'.length))
        .filter((name) => !known.has(name));
      if (!isUpdated) return found;
      for (const name of found) rmSync(path.join(folder, `${name}.png`));
      return [];
    },
  };
}

/** What it was made of, how many of its colors are its own, and how near the others are, stand in the file. */
function fileOf(picture: Picture, source: string): Buffer {
  const kept = inFewColors(picture);
  return encodePng(kept, kept.own, `${source} ${kept.own.size} ${kept.near}`);
}

function pictureIn(file: Buffer): KeptPicture {
  const [, ownColors, near] = textOf(file).split(' ');
  const { palette, ...picture } = decodePng(file);
  return { ...picture, own: new Set(palette.slice(0, Number(ownColors))), near: Number(near) };
}

function madeHere(chromiumVersion: string): MadeWith {
  const fonts = createRequire(import.meta.url)('dejavu-fonts-ttf/package.json') as { version: string };
  return {
    chromium: chromiumVersion.split('.')[0] ?? '',
    platform: `${process.platform} ${process.arch}`,
    fonts: `DejaVu ${fonts.version}`,
  };
}

function differenceOf(here: MadeWith): string | null {
  if (!existsSync(madeWithFile)) return 'there are none (npm run test:images -- --update)';
  const made = JSON.parse(readFileSync(madeWithFile, 'utf8')) as MadeWith;
  const told = ({ chromium, platform, fonts }: MadeWith): string =>
    `Chromium ${chromium} on ${platform} with ${fonts}`;
  return told(made) === told(here) ? null : `they were made by ${told(made)}, and this is ${told(here)}`;
}
