import { fileURLToPath } from 'node:url';
import { createTracker, type TrackedFace } from 'fer-cnn/faces';
import sharp from 'sharp';
import { activate } from '../../src/cli/backend';
import { race, timed, type Contender } from '../support/measure';
import { decode, type Pixels } from '../support/scenes';
import type { Bench } from '../support/section';

const ASTRONAUT = fileURLToPath(new URL('../../examples/pictures/astronaut.jpg', import.meta.url));

const [WIDTH, HEIGHT, FRAMES] = [640, 480, 30];

/** Frames of a webcam: a face that moves to and fro by a pixel a frame. */
function makeFrames(): Promise<Pixels[]> {
  const wide = sharp(ASTRONAUT).resize(WIDTH + FRAMES, HEIGHT, { fit: 'cover', position: 'top' });
  return Promise.all(
    Array.from({ length: FRAMES }, async (_, i) => {
      const left = i < FRAMES / 2 ? i : FRAMES - i;
      const image = wide.clone().extract({ left, top: 0, width: WIDTH, height: HEIGHT });
      return decode(await image.png().toBuffer());
    }),
  );
}

/** A frame of a webcam, from its pixels to the label beside the face. */
function following(name: string, frames: readonly Pixels[], detectEvery: number): Contender {
  const tracker = createTracker(undefined, { detectEvery });
  let time = 0;
  return {
    name,
    async measure() {
      let faces: TrackedFace[] | undefined;
      const measured = await timed(async () => {
        for (const frame of frames) faces = await tracker.update(frame, (time += 1000 / 30));
      });
      if (faces?.length !== 1) throw new Error(`expected one face in a frame, found ${faces?.length}`);
      return { ms: measured.ms / frames.length, cpu: measured.cpu / frames.length };
    },
    close: () => tracker.dispose(),
  };
}

/** A webcam's frame end to end on WASM. */
export const webcam: Bench = {
  name: 'webcam',
  async *run(context) {
    await activate('wasm');
    const frames = await makeFrames();
    const contenders = [
      following('faces detected in every third frame (the default)', frames, 3),
      following('in every frame', frames, 1),
    ];
    const note = `A frame of ${WIDTH} × ${HEIGHT} pixels on WASM, from its pixels to the smoothed label of its face; means of ${FRAMES} frames.`;
    yield await race('A webcam frame', contenders, context, note);
  },
};
