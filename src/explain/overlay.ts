import * as tf from '@tensorflow/tfjs-core';
import { colorAt, scaleOf } from '../evaluate/color-scale';
import { toGray } from '../image/gray';
import type { PixelData } from '../image/pixels';
import { resize } from '../image/resize';

/** matplotlib's color map "inferno" (van der Walt and Smith 2015, CC0), every sixteenth color from black to light yellow. */
const INFERNO =
  '000004 0b0724 210c4a 3d0965 57106e 70196e 89226a a32c61 bb3755 d14545 e35932 f1721e f98d0a fcaa0f f9c932 f2e865 fcffa4';

const STOPS = scaleOf(INFERNO.split(' ').map((hex) => `#${hex}`));
const COLORS = Array.from({ length: 256 }, (_, i) => colorAt(STOPS, i / 255));

/** The opacity of the overlay where the map is 1; proportional elsewhere. */
const OPACITY = 0.75;

/**
 * Draws a heat map over the image in gray. Higher values are more opaque.
 *
 * @param image [1, h, w, c] 0..255; borrowed until the promise settles.
 * @param map [rows, columns] 0..1; borrowed until the promise settles.
 * @returns h × w opaque RGBA pixels.
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
