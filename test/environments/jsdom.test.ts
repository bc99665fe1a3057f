// @vitest-environment jsdom
import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { classify } from '../../src';
import { classifyFaces } from '../../src/faces';
import { useBackend } from '../support/backends';

const PHOTO = 'examples/pictures/astronaut.jpg';

describe('in jsdom, where components are tested', () => {
  let bytes: Uint8Array<ArrayBuffer>;

  beforeAll(async () => {
    await useBackend('wasm');
    bytes = new Uint8Array(await readFile(PHOTO));
  });

  it('a file that a test puts into an input has the faces of its bytes', async () => {
    const file = new File([bytes], 'astronaut.jpg', { type: 'image/jpeg' });
    expect(file).not.toHaveProperty('stream'); // jsdom's own class
    const faces = await classifyFaces(file);
    expect(faces).toMatchObject([{ predictions: [{ className: 'happy' }, {}, {}, {}, {}, {}, {}] }]);
    expect(faces).toEqual(await classifyFaces(bytes));
    expect(faces).toEqual(await classifyFaces(PHOTO));
  });

  it('a file that is no image is refused by its name', async () => {
    await expect(classifyFaces(new File(['text'], 'notes.txt'))).rejects.toThrow(
      /^classifyFaces: notes\.txt: expected/,
    );
  });

  it('pixels are classified', async () => {
    const predictions = await classify({ data: new Uint8Array(48 * 48).fill(90), width: 48, height: 48 });
    expect(predictions.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 5);
  });

  it('canvases, which have no pixels there, are refused', async () => {
    const canvas = document.createElement('canvas');
    await expect(classifyFaces(canvas)).rejects.toThrow('expected a canvas whose pixels can be read');
    await expect(classify(canvas)).rejects.toThrow('expected a canvas whose pixels can be read');
  });

  it('images, which jsdom does not load, are refused', async () => {
    await expect(classifyFaces(document.createElement('img'))).rejects.toThrow('received a size of 0 × 0');
  });
});
