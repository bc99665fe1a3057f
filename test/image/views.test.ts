import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { InputError } from '../../src/errors';
import { parseViews, meanOverViews } from '../../src/image/views';
import { BACKENDS, describeOn, expectNoLeaks } from '../support/backends';

/** What the views of a 3×3 picture look like at one place: the mean over the views tells which were seen. */
const PICTURE = [1, 2, 3, 4, 5, 6, 7, 8, 9];

describeOn(BACKENDS, 'meanOverViews', () => {
  expectNoLeaks();

  const mean = async (views: 'single' | 'flip' | 'flipAndShifts') => {
    const input = tf.tensor4d(PICTURE, [1, 3, 3, 1]);
    const seen: number[] = [];
    const output = meanOverViews(input, views, (x) => (seen.push(x.size), tf.reshape(x, [1, 9])));
    const values = [...(await output.data())];
    tf.dispose([input, output]);
    return { values, count: seen.length };
  };

  it('sees one, two or ten views and gives their mean', async () => {
    expect(await mean('single')).toEqual({ values: PICTURE, count: 1 });
    expect(await mean('flip')).toEqual({ values: [2, 2, 2, 5, 5, 5, 8, 8, 8], count: 2 });
    // Rows: as it is and shifted sideways (three views) 2, 5, 8; two rows down 2, 2, 2; two rows up 8, 8, 8.
    // Columns are mirrored too, so that each is the mean of its row.
    const { values, count } = await mean('flipAndShifts');
    expect(count).toBe(10);
    expect(values).toBeAllClose([3.2, 3.2, 3.2, 5, 5, 5, 6.8, 6.8, 6.8], { atol: 1e-5 });
  });

  it('knows three kinds of views', () => {
    expect(() => parseViews('classify: views', 'tenCrop')).toThrow(InputError);
    expect(() => parseViews('classify: views', 'flip')).not.toThrow();
  });
});
