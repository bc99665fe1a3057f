import * as tf from '@tensorflow/tfjs-core';

/** Share of red, green and blue in the brightness (ITU-R BT.601), as Pillow, OpenCV and JPEG use it. */
const LUMA = [0.299, 0.587, 0.114];

const WHITE = 255;

/**
 * Makes images gray. Transparent ones are laid over white, which is how a page or a viewer shows them; this file is the
 * only place where transparency is dealt with, so that it is the same for every kind of input.
 *
 * @param images [n, h, w, c] float32 0..255 with c = 1 (returned as it is), 3 (RGB) or 4 (RGB and straight, not
 *   premultiplied alpha); borrowed.
 * @returns [n, h, w, 1] float32 0..255; the caller's.
 */
export function toGray(images: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => {
    const [n, h, w, channels] = images.shape;
    if (channels === 1) return tf.clone(images);
    const pixels = tf.reshape(images, [n * h * w, channels]);
    if (channels === 3) return tf.reshape(tf.matMul(pixels, tf.tensor2d(LUMA, [3, 1])), [n, h, w, 1]);
    const gray = tf.matMul(pixels, tf.tensor2d([...LUMA, 0], [4, 1]));
    const opacity = tf.matMul(pixels, tf.tensor2d([0, 0, 0, 1 / 255], [4, 1]));
    return tf.reshape(tf.add(tf.mul(tf.sub(gray, WHITE), opacity), WHITE), [n, h, w, 1]);
  });
}

/**
 * Lays transparent images over white and leaves any others as they are.
 *
 * @param images [..., h, w, c] float32 0..255, c = 1, 3 or 4 (RGBA, straight alpha); borrowed.
 * @returns [..., h, w, c] float32 0..255, c = 1 or 3; the caller's.
 */
export function overWhite<T extends tf.Tensor>(images: T): T {
  const { shape } = images;
  const channels = shape.at(-1)!;
  if (channels !== 4) return tf.clone(images);
  return tf.tidy(() => {
    const pixels = tf.reshape(images, [-1, channels]);
    const colors = tf.matMul(pixels, tf.eye(channels, 3)); // a slice copies the whole image on WASM, value by value
    const opacity = tf.matMul(pixels, tf.tensor2d([...Array.from({ length: 9 }, () => 0), 1, 1, 1], [channels, 3]));
    const opaque = tf.add(tf.mul(tf.sub(colors, WHITE), tf.div(opacity, 255)), WHITE);
    return tf.reshape(opaque, [...shape.slice(0, -1), 3]) as T;
  });
}
