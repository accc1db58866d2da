import { rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { privateTemporaryFolder, temporaryFolderError } from '../../process/user-folders.js';

/**
 * A page that leads to a link, in a file that only this user can read. Every user of a machine can read the command lines of
 * all programs: a browser gets the page's path there, and not the link with its token.
 */
export class LinkPage {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /**
   * Writes the page. The caller removes it.
   *
   * @param link an address of Plateau's own, of characters that mean nothing in HTML
   * @throws PlateauError `outputUnwritable` when there is no folder for temporary files
   */
  static async write(link: string): Promise<LinkPage> {
    const path = join(privateTemporaryFolder(), `open-${crypto.randomUUID()}.html`);
    try {
      await writeFile(path, htmlOf(link), { mode: 0o600, flag: 'wx' });
    } catch (thrown) {
      throw temporaryFolderError(thrown);
    }
    return new LinkPage(path);
  }

  /** What a browser is started with. */
  get url(): string {
    return pathToFileURL(this.#path).href;
  }

  /** The link was used, or leads nowhere any more. */
  remove(): void {
    rmSync(this.#path, { force: true });
  }
}

function htmlOf(link: string): string {
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Plateau</title>',
    '<meta name="referrer" content="no-referrer">',
    `<meta http-equiv="refresh" content="0;url=${link}"></head>`,
    `<body><p><a href="${link}">Open the console</a></p></body></html>`,
    '',
  ].join('\n');
}
