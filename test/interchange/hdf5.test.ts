import { within } from '../../src/errors';
import { expect, it } from 'vitest';
import { WeightsError } from '../../src/errors';
import { writeHdf5 } from '../../src/interchange/hdf5';
import { loadH5wasm } from '../../src/interchange/h5wasm';

it('writeHdf5 hands on why a file cannot be opened, and leaves none behind', async () => {
  const { module } = await within('test', () => loadH5wasm());
  module.FS.mkdir('fer-cnn-0.h5'); // in the place of the first file
  const writing = within('here', () => writeHdf5(() => {}));
  await expect(writing).rejects.toThrow(WeightsError);
  await expect(writing).rejects.toThrow(/^here: expected a whole HDF5 file/);
  await expect(within('here', () => writeHdf5(() => {}))).resolves.toBeInstanceOf(Uint8Array);
  expect(module.FS.readdir('.').filter((name: string) => name.endsWith('.h5'))).toEqual(['fer-cnn-0.h5']);
});
