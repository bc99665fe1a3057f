import { basename } from 'node:path';

/** The photos that programs of the guides name, and which sample image a reader of the site gets for each. */
export const PHOTOS: Readonly<Record<string, string>> = {
  'photo.jpg': 'astronaut.jpg',
  'face.jpg': 'collins.png',
  'group.jpg': 'portraits.jpg',
  'a.jpg': 'collins.png',
  'b.png': 'drawn-happy.png',
};

/** What a program of the guides needs that a page does not have. */
const NEEDS =
  /fer-cnn\/(?:node|interchange)|node:|\bprocess\.|require\(|\b(?:document|navigator|window|self|indexedDB)\b|example\.org|^export |^declare |(?:saveModel|setWasmPaths|loadImageFolder|loadFer2013|loadModel|loadClassifier)\('?(?:runs|\/)|loadImageFolder|saveModel|setWasmPaths|@vladmandic|tfjs-node|vite|rollup|mine|\.csv|\.h5|frame-/m;

const FILES = /'([\w./-]+\.(?:jpe?g|png|webp|svg|mp4|json|bin))'/g;

/** Whether a program of the guides runs in a page as it stands, and prints something. */
export function runsInPage(code: string): boolean {
  const files = Array.from(code.matchAll(FILES), ([, file]) => file!);
  return (
    /^import /m.test(code) && code.includes('console.log') && !NEEDS.test(code) && files.every((file) => file in PHOTOS)
  );
}

/** A program of the guides that runs in a page. */
export interface Block {
  readonly name: string;
  readonly code: string;
}

/**
 * Puts a button behind each block of a document that runs in a page.
 *
 * @returns The document, and these blocks.
 */
export function addButtons(text: string, source: string): { text: string; blocks: Block[] } {
  const blocks: Block[] = [];
  const changed = text.replaceAll(/^```(?:ts|js)\n([^]*?)^```$/gm, (fence, code: string) => {
    if (!runsInPage(code)) return fence;
    const name = `${basename(source, '.md').toLowerCase()}-${blocks.length + 1}`;
    blocks.push({ name, code });
    return `${fence}\n\n<div class="run"><button type="button" data-run="${name}">Run</button><pre hidden tabindex="0" aria-live="polite"></pre></div>`;
  });
  return { text: changed, blocks };
}
