import { weightsError } from '../errors';
import { describe } from '../validate';
import type { Json, Settings } from './keras-layers';
import type { LayerConfig } from './keras-settings';
import { shapeOf, type TensorShape } from './keras-shapes';

/** A tensor of a graph: what a call of a layer gives. */
export type Reference = [layer: string, node: number, tensor: number];

/** Inputs or outputs of a graph: one, or a list. */
export function endsOf(list: Json): Reference[] {
  const ends = list as Json[];
  return (typeof ends[0] === 'string' ? [ends] : ends) as Reference[];
}

/** The tensors with which a layer is called, from `[[layer, node, tensor, kwargs], …]` or Keras 3's `{ args, kwargs }`. */
export function references(where: string, node: Json, atAnyTime: boolean): Reference[] {
  if (Array.isArray(node)) {
    return node.map((reference) => {
      const [layer, index, tensor, kwargs = {}] = reference as [string, number, number, Settings?];
      checkArguments(where, kwargs, atAnyTime);
      return [layer, index, tensor];
    });
  }
  const { args, kwargs } = node as { args: Json[]; kwargs: Settings };
  checkArguments(where, kwargs, atAnyTime);
  return args.flat().map((argument) => {
    const { class_name: kind, config } = argument as unknown as LayerConfig;
    if (kind === '__keras_tensor__') return config['keras_history'] as Reference;
    throw weightsError(where, 'calls with tensors only', describe(argument));
  });
}

/** Refuses what would change the result; `training: false` is how a network predicts, and the default of augmentation is written as true. */
function checkArguments(where: string, kwargs: Settings, atAnyTime: boolean): void {
  const [name, value] =
    Object.entries(kwargs).find(([key, value]) => value !== null && !(key === 'training' && (!value || atAnyTime))) ??
    [];
  if (name === undefined) return;
  throw weightsError(where, 'calls with tensors only', `${name} = ${describe(value)}`);
}

/** The shape of the (first) tensor with which a layer is called, which Keras 3 writes into graphs. */
export function callShape({ inbound_nodes: nodes }: LayerConfig): TensorShape | undefined {
  type Tensor = { config?: { shape?: Json } };
  const [first] = (nodes as { args?: (Tensor | Tensor[])[] }[] | undefined) ?? [];
  const [tensor] = [first?.args?.[0]].flat();
  return shapeOf(tensor?.config?.shape);
}
