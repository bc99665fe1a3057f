import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import '@tensorflow/tfjs-backend-wasm';
import { classifyFaces } from 'fer-cnn/faces';
import type { Page } from 'playwright-core';
import { ROOT } from '../environments/app';

/** The photo that every project gets. It shows several faces. */
const PHOTO = join(ROOT, 'examples/pictures/portraits.jpg');

/** What a project has to say about a face: its class, and the probability in percent. */
export interface Answer {
  readonly className: string;
  readonly percent: number;
}

interface ServedFaces {
  faces: { predictions: { className: string; probability: number }[] }[];
}

const toAnswers = ({ faces }: ServedFaces): Answer[] =>
  faces.map(({ predictions: [best] }) => ({
    className: best!.className,
    percent: Math.round(best!.probability * 100),
  }));

/** The faces of the photo as Node finds them. */
export const expectedFaces = async (): Promise<Answer[]> => toAnswers({ faces: await classifyFaces(PHOTO) });

/** Gives the photo to a page and reads the list that the page makes of it. */
export async function askPage(page: Page, url: string): Promise<Answer[]> {
  const problems: string[] = [];
  page.on('pageerror', ({ message }) => problems.push(message));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  page.setDefaultTimeout(300_000);
  try {
    await page.goto(url, { waitUntil: 'networkidle' });
    await page.setInputFiles('input[type=file]', PHOTO);
    await page.locator('output', { hasText: /^(?!Choose|Looking)/ }).waitFor(); // without eval, which extensions forbid
    const status = await page.textContent('output');
    if (!status?.startsWith('Faces found')) throw new Error(`The page says: ${status}`);
    return (await page.locator('li').allTextContents()).map((text) => {
      const [, className, percent] = /^\s*(\w+), (\d+) %\s*$/.exec(text)!;
      return { className: className!, percent: Number(percent) };
    });
  } catch (error) {
    throw new Error([(error as Error).message, ...problems].join('\n'), { cause: error });
  } finally {
    await page.close();
  }
}

/** Posts the photo to a server, and something that is none, which has to be refused. */
export async function askServer(url: string): Promise<Answer[]> {
  const post = (body: BodyInit, headers = {}) => fetch(url, { method: 'POST', body, headers });
  const bad = [
    await post('no image'),
    await post('"package.json"', { 'content-type': 'application/json' }), // a string that would be a path
  ];
  for (const { status } of bad) if (status !== 400) throw new Error(`${url} answers ${status} to what is no image`);
  const tooLarge = await post(new Uint8Array(10_000_001)).catch(() => undefined); // it may cut the connection rather than read on
  if (tooLarge && tooLarge.status !== 413) throw new Error(`${url} answers ${tooLarge.status} to more than 10 MB`);
  const response = await post(new Uint8Array(await readFile(PHOTO)));
  if (!response.ok) throw new Error(`${url} answers ${response.status}: ${await response.text()}`);
  return toAnswers((await response.json()) as ServedFaces);
}

/** How two lists of faces differ; undefined if they agree up to three percent. */
export function difference(expected: readonly Answer[], found: readonly Answer[]): string | undefined {
  const isSame = ({ className, percent }: Answer, i: number) =>
    className === found[i]?.className && Math.abs(percent - found[i].percent) <= 3;
  if (expected.length === found.length && expected.every(isSame)) return undefined;
  return `expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`;
}
