import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors';
import { cropFaces, cropFrames, type CropOptions } from '../../src/image/crop';
import { DEFAULT_MARGINS, type FaceRegion, FER2013_FRAMING } from '../../src/image/region';
import { toGraySize } from '../../src/image/preprocess';
import { BACKENDS, describeOn, expectNoLeaks, useBackend } from '../support/backends';

type Paint = (x: number, y: number) => number;

/** A gray picture, painted at its pixel centres. */
const paint = (height: number, width: number, value: Paint) =>
  tf.tensor3d(
    Float32Array.from({ length: height * width }, (_, i) => value((i % width) + 0.5, Math.floor(i / width) + 0.5)),
    [height, width, 1],
  );

const cropped = (picture: tf.Tensor3D, region: FaceRegion, options: CropOptions) =>
  tf.tidy(() => cropFaces(picture, [region], options).dataSync<'float32'>());

/** Brightness rises by 0.5 for each pixel to the right and 0.25 for each downwards: a crop of it can be told by hand. */
const slope: Paint = (x, y) => 0.5 * x + 0.25 * y;

/** Stripes of one pixel, black and white: averaged to gray, or turned to noise where single pixels are picked. */
const stripes: Paint = (x) => (Math.floor(x) % 2) * 255;

describeOn(BACKENDS, 'cropFaces', () => {
  expectNoLeaks();

  it('gives the pixels of the box where nothing is to be resized', () => {
    const picture = paint(6, 8, (x, y) => 10 * y + x);
    const crop = cropped(picture, { box: { x: 3, y: 2, width: 2, height: 2 } }, { size: [2, 2], margin: 0 });
    expect(crop).toBeAllClose([28.5, 29.5, 38.5, 39.5]);
    picture.dispose();
  });

  it.each([
    { what: 'shrinks by area', size: [6, 8] as const },
    { what: 'enlarges linearly', size: [45, 60] as const },
  ])('$what, as a whole picture is resized', ({ size }) => {
    const picture = paint(30, 40, (x, y) => (x * 37 + y * 91) % 256);
    const whole = tf.tidy(() => toGraySize(tf.expandDims(picture, 0), size).dataSync());
    expect(cropped(picture, { box: { x: 0, y: 0, width: 40, height: 30 } }, { size, margin: 0 })).toBeAllClose(whole, {
      atol: 1e-4,
    });
    picture.dispose();
  });

  it('averages fine structure instead of picking pixels, upright and turned', () => {
    const picture = paint(400, 400, stripes);
    const box = { x: 100, y: 100, width: 200, height: 200 };
    const upright = cropped(picture, { box }, { size: [20, 20], margin: 0 });
    const eyes = { leftEye: [150, 150], rightEye: [250, 190] } as const;
    const turned = cropped(picture, { landmarks: eyes }, { size: [20, 20] });
    for (const crop of [upright, turned]) {
      expect(Math.max(...crop)).toBeLessThan(160);
      expect(Math.min(...crop)).toBeGreaterThan(95);
    }
    picture.dispose();
  });

  it.each([0, 0.3, -0.3, 1.2])('brings eyes that are turned by %f rad to where FER2013 has them', (angle) => {
    const [centreX, centreY, distance] = [160, 130, 60];
    const [dx, dy] = [(Math.cos(angle) * distance) / 2, (Math.sin(angle) * distance) / 2];
    const left = [centreX - dx, centreY - dy] as const;
    const right = [centreX + dx, centreY + dy] as const;
    const spot = (x: number, y: number, [a, b]: readonly [number, number]) =>
      Math.exp(-((x - a) ** 2 + (y - b) ** 2) / 60);
    // The left eye is bright, the right one half as bright.
    const picture = paint(300, 320, (x, y) => 200 * spot(x, y, left) + 100 * spot(x, y, right));
    const size = 48;
    const crop = cropped(picture, { landmarks: { leftEye: left, rightEye: right } }, { size: [size, size] });
    for (const [half, brightness] of [
      [0, 200],
      [1, 100],
    ] as const) {
      let [sum, sumX, sumY] = [0, 0, 0];
      crop.forEach((value, i) => {
        const [x, y] = [(i % size) + 0.5, Math.floor(i / size) + 0.5];
        if (x < size / 2 !== (half === 0)) return;
        sum += value;
        sumX += value * x;
        sumY += value * y;
      });
      const { eyeRow, eyeDistance } = FER2013_FRAMING;
      expect(sumX / sum / size).toBeCloseTo(0.5 + (half - 0.5) * eyeDistance, 2);
      expect(sumY / sum / size).toBeCloseTo(eyeRow, 2);
      expect(sum).toBeGreaterThan(brightness * 10);
    }
    picture.dispose();
  });

  it('turns exactly: a slope stays the slope that the geometry tells', () => {
    const picture = paint(200, 200, slope);
    const [a, b] = [
      [80, 90],
      [120, 110],
    ] as const;
    for (const size of [12, 200]) {
      const crop = cropped(picture, { landmarks: { leftEye: a, rightEye: b } }, { size: [size, size] });
      const side = Math.hypot(40, 20) / FER2013_FRAMING.eyeDistance;
      const [cos, sin] = [40 / Math.hypot(40, 20), 20 / Math.hypot(40, 20)];
      const expected = Array.from({ length: size * size }, (_, i) => {
        const u = (((i % size) + 0.5) / size - 0.5) * side;
        const v = ((Math.floor(i / size) + 0.5) / size - FER2013_FRAMING.eyeRow) * side;
        return slope(100 + cos * u - sin * v, 100 + sin * u + cos * v);
      });
      expect(crop).toBeAllClose(expected, { atol: 0.02 });
    }
    picture.dispose();
  });

  it('takes the eyes in either order, since detectors disagree on which is left', () => {
    const picture = paint(100, 100, (x, y) => (x * 3 + y * 7) % 256);
    const [a, b] = [
      [40, 40],
      [60, 48],
    ] as const;
    const one = cropped(picture, { landmarks: { leftEye: a, rightEye: b } }, {});
    expect(cropped(picture, { landmarks: { leftEye: b, rightEye: a } }, {})).toEqual(one);
    picture.dispose();
  });

  it('puts the default margin around a box, so that a detector’s box is framed as its eyes are', () => {
    const picture = paint(300, 300, slope);
    // Eyes 60 px apart at (120, 120) and (180, 120), and the box that goes with them by the measured shares.
    const side = 60 / FER2013_FRAMING.eyeDistance;
    const top = 120 - FER2013_FRAMING.eyeRow * side;
    const width = FER2013_FRAMING.boxSide * side;
    const box = { x: 150 - width / 2, y: top + FER2013_FRAMING.boxCentreRow * side - width / 2, width, height: width };
    const byBox = cropped(picture, { box }, {});
    const byEyes = cropped(picture, { landmarks: { leftEye: [120, 120], rightEye: [180, 120] } }, {});
    expect(byBox).toBeAllClose(byEyes, { atol: 1e-3 });
    // Half a pixel of the crop from its corner.
    expect(byBox[0]).toBeCloseTo(slope(150 - (side * 47) / 96, top + side / 96), 2);
    picture.dispose();
  });

  it('fills a box up to the shape of the crop, around its middle', () => {
    const picture = paint(100, 100, slope);
    const wide = cropped(picture, { box: { x: 30, y: 48, width: 40, height: 4 } }, { size: [4, 4], margin: 0 });
    expect(wide).toBeAllClose(
      cropped(picture, { box: { x: 30, y: 30, width: 40, height: 40 } }, { size: [4, 4], margin: 0 }),
    );
    const flat = cropped(picture, { box: { x: 30, y: 30, width: 40, height: 40 } }, { size: [4, 8], margin: 0 });
    expect(flat[0]).toBeCloseTo(slope(15, 35), 3); // 80 × 40 pixels from (10, 30) on
    picture.dispose();
  });

  it('repeats the border beyond the edges, upright and turned', () => {
    const picture = paint(10, 10, (x) => (x < 5 ? 40 : 200));
    const upright = cropped(picture, { box: { x: -10, y: -10, width: 20, height: 20 } }, { size: [4, 4], margin: 0 });
    expect(upright).toBeAllClose(Array(4).fill([40, 40, 40, 200]).flat());
    const right = cropped(picture, { landmarks: { leftEye: [9, 5], rightEye: [11, 5.5] } }, { size: [6, 6] });
    expect(right.every((value) => Math.abs(value - 200) < 1e-3)).toBe(true);
    picture.dispose();
  });

  it('cuts each of many faces as it cuts that one alone, from pictures of any kind', () => {
    const regions: FaceRegion[] = [
      { box: { x: 2, y: 3, width: 11, height: 12 } },
      { landmarks: { leftEye: [10, 10], rightEye: [16, 13] } },
      { box: { x: 20.5, y: -4, width: 30, height: 31.5 } },
    ];
    const values = Array.from({ length: 30 * 40 * 3 }, (_, i) => (i * 37) % 256);
    const colour = tf.tensor4d(values, [1, 30, 40, 3], 'int32');
    const together = cropFaces(colour, regions, { size: [9, 8] });
    expect(together.shape).toEqual([3, 9, 8, 3]);
    expect(together.dtype).toBe('float32');
    const alone = tf.tidy(() => tf.concat(regions.map((region) => cropFaces(colour, [region], { size: [9, 8] }))));
    expect(together.dataSync()).toBeAllClose(alone.dataSync());
    tf.dispose([colour, together, alone]);
  });

  it('lays transparent pictures over white before it averages', () => {
    const pixels = [0, 0, 0, 255, 255, 0, 0, 0, 0, 0, 0, 255, 255, 0, 0, 0]; // black, and red that is not seen
    const picture = tf.tensor3d(pixels, [2, 2, 4]);
    const crop = cropFaces(picture, [{ box: { x: 0, y: 0, width: 2, height: 2 } }], { size: [1, 1], margin: 0 });
    expect(crop.shape).toEqual([1, 1, 1, 3]);
    expect(crop.dataSync()).toBeAllClose([127.5, 127.5, 127.5]);
    tf.dispose([picture, crop]);
  });

  it('gives no crops for no faces', () => {
    const picture = paint(4, 4, slope);
    const crops = cropFaces(picture, []);
    expect(crops.shape).toEqual([0, 48, 48, 1]);
    tf.dispose([picture, crops]);
  });

  it('leaves nothing behind where a region is refused', () => {
    const picture = paint(4, 4, slope);
    const before = tf.memory().numTensors;
    expect(() => cropFaces(picture, [{ box: { x: 0, y: 0, width: 2, height: 2 } }, {}])).toThrow(InputError);
    expect(tf.memory().numTensors).toBe(before);
    picture.dispose();
  });
});

describe('cropFaces', () => {
  const box = { x: 0, y: 0, width: 2, height: 2 };

  it.each<{ what: string; region: unknown; message: RegExp }>([
    {
      what: 'neither box nor eyes',
      region: {},
      message: /regions\[0\]\.box: expected a box .* or landmarks, received undefined/,
    },
    { what: 'no region', region: null, message: /received undefined/ },
    {
      what: 'a box without a width',
      region: { box: { x: 0, y: 0, height: 2 } },
      message: /box\.width: expected a finite number/,
    },
    { what: 'an empty box', region: { box: { ...box, height: 0 } }, message: /box\.height/ },
    { what: 'NaN', region: { box: { ...box, x: Number.NaN } }, message: /box\.x/ },
    {
      what: 'a box outside of the picture',
      region: { box: { ...box, x: 10 } },
      message: /a part in the image.*10 × 8 pixels/,
    },
    {
      what: 'one eye',
      region: { landmarks: { leftEye: [1, 1] } },
      message: /rightEye: expected a point \[x, y\], received undefined/,
    },
    {
      what: 'two eyes in one place',
      region: { landmarks: { leftEye: [1, 1], rightEye: [1, 1] } },
      message: /both at \[1, 1\]/,
    },
    {
      what: 'an eye that is no number',
      region: { landmarks: { leftEye: [1, '1'], rightEye: [1, 1] } },
      message: /leftEye\[1\]/,
    },
  ])('refuses $what', async ({ region, message }) => {
    await useBackend('cpu');
    const picture = paint(8, 10, slope);
    expect(() => cropFaces(picture, [region as FaceRegion])).toThrow(InputError);
    expect(() => cropFaces(picture, [region as FaceRegion])).toThrow(message);
    picture.dispose();
  });

  it('refuses several pictures, other shapes, and wrong options', async () => {
    const one = tf.zeros<tf.Rank.R3>([4, 4, 1]);
    expect(() => cropFaces(one, [], null as never)).toThrow('cropFaces: options: expected an object, received null');
    one.dispose();
    await useBackend('cpu');
    const [two, flat] = [tf.zeros<tf.Rank.R4>([2, 4, 4, 1]), tf.zeros<tf.Rank.R2>([4, 4])];
    expect(() => cropFaces(two, [])).toThrow(/expected one image, received 2 images/);
    expect(() => cropFaces(flat as never, [])).toThrow(/rank 2/);
    const picture = tf.zeros<tf.Rank.R3>([4, 4, 3]);
    expect(() => cropFaces(picture, box as never)).toThrow(/regions: expected an array/);
    expect(() => cropFaces(picture, [{ box }], { margin: Number.NaN })).toThrow(/margin/);
    expect(() => cropFaces(picture, [{ box }], { margin: { ...DEFAULT_MARGINS, top: -1 } })).toThrow(/margin\.top/);
    expect(() => cropFaces(picture, [{ box }], { size: [0, 4] })).toThrow(/size\[0\]/);
    expect(() => cropFaces(picture, [{ box }], { padding: 1 } as never)).toThrow(/"padding"/);
    tf.dispose([two, flat, picture]);
  });
});

describe('cropFrames', () => {
  const tilted = { leftEye: [80, 90], rightEye: [120, 110] } as const;

  it('tells where the crops are: at the corners of a frame stand the values that the crop has there', async () => {
    await useBackend('cpu');
    const picture = paint(200, 300, slope);
    const regions: FaceRegion[] = [{ box: { x: 50, y: 60, width: 80, height: 100 } }, { landmarks: tilted }];
    const size = [40, 40] as const;
    const frames = cropFrames([200, 300], regions, { size });
    expect(frames.map(({ angle }) => angle)).toEqual([0, Math.atan2(20, 40)]);
    frames.forEach(({ center, width, height, angle }, i) => {
      const crop = cropped(picture, regions[i]!, { size });
      for (const [at, u, v] of [
        [0, -39 / 80, -39 / 80],
        [1599, 39 / 80, 39 / 80],
      ] as const) {
        const x = center[0] + Math.cos(angle) * u * width - Math.sin(angle) * v * height;
        const y = center[1] + Math.sin(angle) * u * width + Math.cos(angle) * v * height;
        expect(crop[at]).toBeCloseTo(slope(x, y), 1);
      }
    });
    picture.dispose();
  });

  it('gives the box itself without a margin, and nothing for no faces', () => {
    const box = { x: 10, y: 20, width: 30, height: 30 };
    expect(cropFrames([100, 100], [{ box }], { margin: 0 })).toEqual([
      { center: [25, 35], width: 30, height: 30, angle: 0 },
    ]);
    expect(cropFrames([100, 100], [])).toEqual([]);
  });

  it('refuses what cropFaces refuses', () => {
    expect(() => cropFrames([100, 100], [{ box: { x: 200, y: 0, width: 9, height: 9 } }])).toThrow(
      /^cropFrames: regions\[0\]: expected a region with a part/,
    );
    expect(() => cropFrames([0, 100], [])).toThrow(/image\[0\]/);
    expect(() => cropFrames([100, 100], [], { margins: 0 } as never)).toThrow(/"margins"/);
  });
});
