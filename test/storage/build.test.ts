import * as tfl from '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { WeightsError } from '../../src/errors';
import { buildModel } from '../../src/storage/build';
import { describeOn, expectNoLeaks } from '../support/backends';

interface Layer {
  name: string;
  class_name: string;
  config: object;
  inbound_nodes: [string, number, number, object][][];
}

/** A functional model: an input, then activations one after the other. */
function chain(length: number): {
  class_name: string;
  config: { name: string; layers: Layer[]; [key: string]: unknown };
} {
  const input = {
    name: 'l0',
    class_name: 'InputLayer',
    config: { name: 'l0', batch_input_shape: [null, 4] },
    inbound_nodes: [],
  };
  const layers = Array.from({ length }, (_, i): Layer => {
    const name = `l${i + 1}`;
    const config = { name, activation: 'linear' };
    return { name, class_name: 'Activation', config, inbound_nodes: [[[`l${i}`, 0, 0, {}]]] };
  });
  const config = {
    name: 'chain',
    layers: [input, ...layers],
    input_layers: [['l0', 0, 0]],
    output_layers: [[`l${length}`, 0, 0]],
  };
  return { class_name: 'Model', config };
}

describeOn(['cpu'], 'buildModel', () => {
  expectNoLeaks();

  it('builds layers in any order, up to a bound', async () => {
    for (const reverse of [false, true]) {
      const topology = chain(200);
      if (reverse) topology.config.layers.reverse();
      const model = await buildModel('file', topology, 0);
      expect(model.layers).toHaveLength(201);
      model.dispose();
    }
  });

  it('refuses thousands of layers in an order in which tfjs takes minutes, at once', async () => {
    const topology = chain(8000);
    topology.config.layers.reverse();
    const start = performance.now();
    await expect(buildModel('file', topology, 0)).rejects.toThrow(
      'file: modelTopology: expected layers after those that they need, received 8001 layers in an order of 8000 passes.',
    );
    expect(performance.now() - start).toBeLessThan(5000); // without the check: minutes
  });

  it('counts the passes where two shared layers wait for each other', async () => {
    const topology = chain(2);
    const [, first, second] = topology.config.layers;
    for (let i = 1; i < 1500; i++) {
      first!.inbound_nodes.push([['l2', i - 1, 0, {}]]);
      second!.inbound_nodes.push([['l1', i, 0, {}]]);
    }
    topology.config.output_layers = [['l2', 1499, 0]];
    topology.config.layers.push(
      ...chain(700)
        .config.layers.slice(3)
        .map((layer, i) => (i > 0 ? layer : { ...layer, inbound_nodes: [[['l2', 0, 0, {}]] as never] })),
    );
    await expect(buildModel('file', topology, 0)).rejects.toThrow('701 layers in an order of 1500 passes');
  });

  it.each(['Sequential', 'Model'])('refuses thousands of models of the kind %s in one another', async (kind) => {
    let model: Record<string, unknown> = chain(1);
    for (let i = 0; i < 5000; i++) {
      model = { class_name: kind, name: 'm', config: { name: 'm', layers: [model] }, inbound_nodes: [] };
    }
    const building = buildModel('file', model, 0);
    await expect(building).rejects.toThrow(WeightsError);
    await expect(building).rejects.toThrow(
      'file: modelTopology: expected models nested at most 32 deep, received deeper ones.',
    );
  });

  it.each([
    ['an upsampling by 1000', () => tfl.layers.upSampling2d({ size: [1000, 1000] }), '[, 48000, 48000, 1]'],
    ['a border of 10,000 pixels', () => tfl.layers.zeroPadding2d({ padding: 10_000 }), '[, 20048, 20048, 1]'],
  ])('refuses %s', async (_what, makeLayer, shape) => {
    const layers = [
      makeLayer(),
      tfl.layers.globalAveragePooling2d({ dataFormat: 'channelsLast' }),
      tfl.layers.dense({ units: 7 }),
    ];
    const input = tfl.input({ shape: [48, 48, 1] });
    const output = layers.reduce((x, layer) => layer.apply(x) as tfl.SymbolicTensor, input);
    const large = tfl.model({ inputs: input, outputs: output });
    const values = large.countParams();
    const building = buildModel('file', large.toJSON(null, false) as object, values);
    await expect(building).rejects.toThrow(WeightsError);
    await expect(building).rejects.toThrow(
      `expected outputs of at most 67108864 values for an image, received ${shape} of`,
    );
    large.dispose();
  });
});
