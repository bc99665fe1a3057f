import * as tf from '@tensorflow/tfjs-core';
import { colorAt, scaleOf } from '../evaluate/color-scale';
import { toGray } from '../image/gray';
import type { PixelData } from '../image/pixels';
import { resize } from '../image/resize';

/** matplotlib's perceptual scale "inferno" (van der Walt and Smith 2015, CC0) at every sixteenth, from black to light yellow. */
const INFERNO =
  '000004 0b0724 210c4a 3d0965 57106e 70196e 89226a a32c61 bb3755 d14545 e35932 f1721e f98d0a fcaa0f f9c932 f2e865 fcffa4';

const STOPS = scaleOf(INFERNO.split(' ').map((hex) => `#${hex}`));
const COLORS = Array.from({ length: 256 }, (_, i) => colorAt(STOPS, i / 255));

/** Share of the heat's colour in the picture where the map is 1; in proportion elsewhere. */
const OPACITY = 0.75;

/**
 * Lays a heat map over a picture: the picture in gray, and the more of the heat's colour in it, the higher the map.
 *
 * @param image [1, h, w, c] 0..255; borrowed until the promise settles.
 * @param map [rows, columns] 0..1; borrowed until the promise settles.
 * @returns h × w pixels of RGBA, opaque.
 */
export async function overlay(image: tf.Tensor4D, map: tf.Tensor2D): Promise<PixelData> {
  const [, height, width] = image.shape;
  const [gray, heat] = tf.tidy(() => [toGray(image), resize(tf.reshape(map, [1, ...map.shape, 1]), [height, width])]);
  try {
    const [grays, heats] = await Promise.all([gray!.data<'float32'>(), heat!.data<'float32'>()]);
    const data = new Uint8ClampedArray(height * width * 4).fill(255);
    heats.forEach((value, i) => {
      const color = COLORS[Math.round(255 * Math.min(1, Math.max(0, value)))]!;
      const share = OPACITY * value;
      for (let c = 0; c < 3; c++) data[4 * i + c] = grays[i]! * (1 - share) + color[c]! * share;
    });
    return { data, width, height, channels: 4 };
  } finally {
    tf.dispose([gray!, heat!]);
  }
}
