import { inputError } from './errors';

/** Bounds of a number, both inclusive. */
export interface Bounds {
  /** The minimum. Default: none. */
  min?: number;
  /** The maximum. Default: none. */
  max?: number;
}

/** Whether a value is an object and no list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Describes any value in short, for the "received" part of a message. */
export function describe(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
  if (typeof value === 'function') return `a function`;
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return value.length > 8 ? `an array of length ${value.length}` : safeJson(value);
  const name: unknown = (value as object).constructor?.name;
  return typeof name !== 'string' || name === 'Object'
    ? `an object with the keys [${Object.keys(value).join(', ')}]`
    : `a ${name}`;
}

function safeJson(value: unknown[]): string {
  return `[${Array.from(value, (item) => (typeof item === 'object' && item !== null ? '…' : String(item))).join(', ')}]`;
}

function boundsText({ min, max }: Bounds): string {
  if (min === Number.MIN_VALUE) return max === undefined ? ' above 0' : ` above 0 and at most ${max}`;
  if (min !== undefined && max !== undefined) return ` in ${min}..${max}`;
  if (min !== undefined) return ` of at least ${min}`;
  return max === undefined ? '' : ` of at most ${max}`;
}

function inBounds(value: number, { min = -Infinity, max = Infinity }: Bounds): boolean {
  return value >= min && value <= max;
}

/** Throws unless `value` is an integer within the bounds. */
export function checkInteger(where: string, value: unknown, bounds: Bounds = {}): asserts value is number {
  if (!Number.isSafeInteger(value) || !inBounds(value as number, bounds)) {
    throw inputError(where, `an integer${boundsText(bounds)}`, describe(value));
  }
}

/** Throws unless `value` is a finite number within the bounds. */
export function checkNumber(where: string, value: unknown, bounds: Bounds = {}): asserts value is number {
  if (typeof value !== 'number' || !Number.isFinite(value) || !inBounds(value, bounds)) {
    throw inputError(where, `a finite number${boundsText(bounds)}`, describe(value));
  }
}

/** Throws unless `value` is a non-empty string. */
export function checkText(where: string, value: unknown): asserts value is string {
  if (typeof value === 'string' && value !== '') return;
  throw inputError(where, 'a non-empty string', describe(value));
}

/** Throws unless `values` is an array or a typed array. Does not check the elements. */
export function checkList(where: string, values: unknown): asserts values is ArrayLike<unknown> {
  if (Array.isArray(values) || (ArrayBuffer.isView(values) && 'length' in values)) return;
  throw inputError(where, 'an array or a typed array', describe(values));
}

/** Throws unless `values` is iterable. Does not check the elements. */
export function checkIterable(where: string, values: unknown): asserts values is Iterable<unknown> {
  if (typeof (values as Iterable<unknown> | null | undefined)?.[Symbol.iterator] === 'function') return;
  throw inputError(where, 'an array or another iterable', describe(values));
}

/** Throws unless `value` is one of the choices. */
export function checkOneOf<T extends string | number | boolean>(
  where: string,
  value: unknown,
  choices: readonly T[],
): asserts value is T {
  if (!choices.includes(value as T)) {
    const list = choices.map((choice) => JSON.stringify(choice)).join(', ');
    throw inputError(where, `one of ${list}`, describe(value));
  }
}
