import { within } from '../../src/errors';
import { strToU8, unzipSync, zipSync } from 'fflate';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { WeightsError } from '../../src/errors';
import { readHdf5 } from '../../src/interchange/hdf5';
import { importKeras, type KerasSource } from '../../src/interchange/keras-import';
import { fixture, free } from '../interchange/fixtures';
import { describeOn, expectNoLeaks } from '../support/backends';
import { fuzz, keepsContract, mutated, mutatedJson, timeoutFor } from './fuzz';

/** Imports; what is imported must be whole. */
function load(source: KerasSource): Promise<void> {
  return keepsContract(async () => {
    const model = await importKeras(source);
    try {
      expect(model.layers.length).toBeGreaterThan(0);
    } finally {
      free(model);
    }
  });
}

/** Changes behind the first bytes, by which a file is known. */
function changed(bytes: Uint8Array): fc.Arbitrary<Uint8Array<ArrayBuffer>> {
  const [start, rest] = [bytes.subarray(0, 8), bytes.subarray(8)];
  return mutated(rest).map((end) => Uint8Array.from(Buffer.concat([start, end])));
}

const jsonOf = (name: string) => JSON.parse(new TextDecoder().decode(fixture(name))) as object;

describeOn(['cpu'], 'damaged and hostile files of Keras', () => {
  expectNoLeaks();

  it.each(['keras2/deep.h5', 'keras3/every_layer.h5', 'keras2/every_layer.h5'])(
    '%s with changed bytes',
    async (name) => {
      await fuzz(0.05, changed(fixture(name)), (file) => load(file));
    },
    timeoutFor(0.05),
  );

  it(
    'a .keras file with changed bytes, in the archive or in its members',
    async () => {
      const whole = fixture('keras3/deep.keras');
      const members = unzipSync(whole);
      const inputs = fc.oneof(
        mutated(whole),
        fc
          .constantFrom('config.json', 'model.weights.h5')
          .chain((name) =>
            changed(members[name]!).map((bytes) =>
              Uint8Array.from(zipSync({ ...members, [name]: bytes }, { level: 0 })),
            ),
          ),
      );
      await fuzz(0.06, inputs, (file) => load(file));
    },
    timeoutFor(0.06),
  );

  it.each([
    ['keras3/shallow.json', 'keras3/shallow.weights.h5'],
    ['keras2/deep.json', 'keras2/deep.weights.h5'],
    ['keras1/th.json', 'keras1/th.h5'],
  ])(
    'the architecture %s with changed values',
    async (architecture, file) => {
      const weights = fixture(file);
      await fuzz(0.04, mutatedJson(jsonOf(architecture)), (json) => load({ json: json as object, weights }));
    },
    timeoutFor(0.04),
  );

  it(
    'a branched architecture with changed values',
    async () => {
      const members = unzipSync(fixture('keras3/every_layer.keras'));
      const config = JSON.parse(new TextDecoder().decode(members['config.json'])) as object;
      const inputs = mutatedJson(config).map((json) => strToU8(JSON.stringify(json) ?? ''));
      await fuzz(0.06, inputs, (json) => load(zipSync({ ...members, 'config.json': json }, { level: 0 })));
    },
    timeoutFor(0.06),
  );

  it.each(['activations', 'normalized', 'mixed', 'graph_first', 'operations'])(
    'the architecture elsewhere/made/%s.keras with changed values',
    async (name) => {
      const members = unzipSync(fixture(`elsewhere/made/${name}.keras`));
      const config = JSON.parse(new TextDecoder().decode(members['config.json'])) as object;
      const inputs = mutatedJson(config).map((json) => strToU8(JSON.stringify(json) ?? ''));
      await fuzz(0.02, inputs, (json) => load(zipSync({ ...members, 'config.json': json }, { level: 0 })));
    },
    timeoutFor(0.02),
  );

  it(
    'a model.json of the converter with changed values',
    async () => {
      const weights = fixture('elsewhere/group1-shard1of1.bin');
      const inputs = mutatedJson(jsonOf('elsewhere/converted.json'));
      await fuzz(0.04, inputs, (json) => load({ json: json as object, weights }));
    },
    timeoutFor(0.04),
  );

  it('weights that claim to be 10 GB: refused before they take memory', async () => {
    const weights = await hugeWeights(2.5e9);
    expect(weights.length).toBeLessThan(20_000);
    for (const units of [1, 2.5e9]) {
      await keepsContract(async () => {
        const before = process.memoryUsage().rss;
        await expect(importKeras({ json: denseOf(units), weights })).rejects.toThrow(WeightsError);
        expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
      });
    }
    await expect(importKeras({ json: denseOf(1), weights })).rejects.toThrow(
      "layer 'wide' (Dense): weight 'kernel': expected shape [1, 1], received shape [2500000000, 1] in 'layers/dense/vars/0'",
    );
  });

  it('a text that claims gigabytes: refused before it takes memory', async () => {
    const file = Buffer.from(fixture('keras2/deep.h5'));
    const length = new TextDecoder('latin1').decode(file).match(/\{"class_name.*?(?=\0)/)![0].length;
    const value = file.indexOf(new Uint8Array(Uint32Array.of(length).buffer), file.indexOf('model_config\0')); // the length stands before the place of the text
    file.writeUInt32LE(1.8e9, value);
    await keepsContract(async () => {
      const before = process.memoryUsage().rss;
      await expect(importKeras(file)).rejects.toThrow(WeightsError);
      expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
    });
  });

  it('an archive that unpacks to a thousand times its length, whether it says so or not', async () => {
    const members = unzipSync(fixture('keras3/deep.keras'));
    const bomb = zipSync({ ...members, 'config.json': new Uint8Array(20e6).fill(0x20) }, { level: 6 });
    expect(bomb.length).toBeLessThan(200_000);
    await load(bomb);
    await expect(importKeras(bomb)).rejects.toThrow(/file: config.json: expected at most \d+ bytes, received/);
    await load(replaced(bomb, 20e6, 1000));
  });

  it('an archive with the same member many times', async () => {
    const other = zipSync({ 'config.jsom': strToU8('{}'), 'config.json': strToU8('{}') }, { level: 0 });
    const twice = Uint8Array.from(other, (byte, i) => (byte === 0x6d && other[i - 1] === 0x6f ? 0x6e : byte));
    await load(twice);
    await expect(importKeras(twice)).rejects.toThrow('config.json: expected one such member');
  });

  it('5,000 damaged files leave a module that reads the next whole one', { timeout: 300_000 }, async () => {
    const weights = fixture('keras1/tf.h5');
    const part = weights.slice(0, 2000);
    for (let i = 0; i < 5000; i++) {
      await expect(within('part', () => readHdf5(part, (file) => file.names('')))).rejects.toThrow(WeightsError);
    }
    free(await importKeras({ json: jsonOf('keras1/tf.json'), weights }));
  });
});

/** A network of one dense layer with so many inputs, in JSON. */
function denseOf(inputs: number): object {
  const config = { name: 'wide', units: 1, use_bias: false, batch_input_shape: [null, inputs] };
  return { class_name: 'Sequential', module: 'keras', config: { layers: [{ class_name: 'Dense', config }] } };
}

/** A file of Keras 3 whose only tensor claims so many values, of which it stores four. */
async function hugeWeights(count: number): Promise<Uint8Array<ArrayBuffer>> {
  const { File, ready } = await import('h5wasm');
  const { FS } = await ready;
  const file = new File('huge.h5', 'w');
  const group = file.create_group('layers').create_group('dense').create_group('vars');
  const data = new Float32Array(4);
  group.create_dataset({ name: '0', data, shape: [4, 1], maxshape: [null, 1], chunks: [4, 1] }).resize([count, 1]);
  file.close();
  const bytes = Uint8Array.from(FS.readFile('huge.h5'));
  FS.unlink('huge.h5');
  return bytes;
}

/** Bytes in which a number of 32 bits is replaced wherever it stands. */
function replaced(bytes: Uint8Array, old: number, by: number): Uint8Array {
  const copy = Buffer.from(bytes);
  for (let at = 0; at + 4 <= copy.length; at++) if (copy.readUInt32LE(at) === old) copy.writeUInt32LE(by, at);
  return copy;
}
