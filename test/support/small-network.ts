import { within } from '../../src/errors';
import { DEFAULT_PREPROCESSING } from '../../src/image/preprocess';
import { createShallowCnn } from '../../src/models/shallow';
import { decodeModel } from '../../src/storage/decode';
import { encodeModel } from '../../src/storage/encode';
import { createGolden, type Golden, type GoldenPicture } from '../../src/cli/golden';
import { useBackend } from './backends';
import type { Site } from './browser';

/** The golden picture in colour, which has to be turned gray and shrunk. */
const inColour = ({ pictures }: Golden): GoldenPicture => pictures.find(({ shape }) => shape[2] === 3)!;

/** A small network as it lies on a server at `small/`, and what it gives for a golden picture on the plain CPU backend. */
export async function storeSmallNetwork(): Promise<{ site: Site; picture: GoldenPicture }> {
  await useBackend('cpu');
  const network = createShallowCnn({ conv: { filters: [4, 6] }, dense: { units: [16] }, seed: 5 });
  const encoded = await within('small', () => encodeModel(network, { card: { name: 'small' }, dtype: 'float16' }));
  const { model } = await within('small', () => decodeModel(encoded));
  const picture = inColour(await createGolden(model, DEFAULT_PREPROCESSING));
  network.dispose();
  model.dispose();
  const site = {
    '/small/model.json': JSON.stringify(encoded.modelJson),
    '/small/card.json': JSON.stringify(encoded.card),
    '/small/weights.bin': new Uint8Array(encoded.weights),
  };
  return { site, picture };
}
