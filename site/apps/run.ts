import { useBackend } from '../../examples/browser/backends';
import { messageOf } from './html';

let count = 0;

/** Runs a program of a guide on WASM, and shows what it prints below its button. */
export async function run(name: string, button: HTMLButtonElement): Promise<void> {
  const output = button.nextElementSibling as HTMLElement;
  output.hidden = false;
  output.textContent = 'Running …';
  button.disabled = true;
  const lines: string[] = [];
  const { log } = console;
  console.log = (...values: unknown[]) => {
    lines.push(values.map(toText).join(' '));
    output.textContent = lines.join('\n');
  };
  try {
    await useBackend('wasm');
    const url = new URL(`./${name}.js?run=${count++}`, import.meta.url); // a module runs once for each address
    await import(/* @vite-ignore */ url.href);
    if (lines.length === 0) output.textContent = 'It ran, and printed nothing.';
  } catch (error) {
    output.textContent = [...lines, messageOf(error)].join('\n');
  } finally {
    console.log = log;
    button.disabled = false;
    button.dataset['runs'] = String(count);
  }
}

const toText = (value: unknown): string => {
  if (typeof value === 'string') return value;
  return (
    JSON.stringify(value, (_, each: unknown) => (typeof each === 'number' ? Number(each.toPrecision(4)) : each), 1) ??
    String(value)
  );
};
