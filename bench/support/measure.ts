import { digits, type BenchContext, type Cell, type Section } from './section';

/** Time of a piece of work, in milliseconds: by the clock, and of all threads of its process together. */
export interface Time {
  ms: number;
  cpu: number;
}

/** Something that is timed, in this process or in another. */
export interface Contender {
  name: string;
  /** Does the work and gives its time. The first call, which warms up, is not counted. */
  measure: () => Promise<Time>;
  /** Frees what it holds. */
  close?: () => void | Promise<void>;
  /** Pictures that one piece of work handles. */
  images?: number;
  /** Floating-point operations of one piece of work, a multiplication and an addition being two. */
  flop?: number;
}

/** The times of a contender, a round each, and their medians. */
export interface Timing extends Time {
  name: string;
  rounds: Time[];
  images: number | undefined;
  flop: number | undefined;
}

/** Does a piece of work in this process some times; gives the time of one. */
export async function timed(work: () => unknown, repetitions = 1): Promise<Time> {
  const before = process.cpuUsage();
  const start = performance.now();
  for (let i = 0; i < repetitions; i++) await work();
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  return { ms: ms / repetitions, cpu: (user + system) / 1000 / repetitions };
}

/** The middle of some numbers; of an even count the upper one. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

/**
 * Gives every contender one turn a round, in an order that turns, after one turn that does not count; then closes them. So a load
 * that comes and goes meets all of them alike.
 */
export async function alternate(contenders: readonly Contender[], rounds: number): Promise<Timing[]> {
  const times = contenders.map(() => [] as Time[]);
  try {
    for (const { measure } of contenders) await measure();
    for (let round = 0; round < rounds; round++) {
      for (let turn = 0; turn < contenders.length; turn++) {
        const i = (turn + round) % contenders.length;
        times[i]!.push(await contenders[i]!.measure());
      }
    }
  } finally {
    for (const { close } of contenders) await close?.();
  }
  const middle = (rounds: Time[], key: keyof Time) => median(rounds.map((time) => time[key]));
  return contenders.map(({ name, images, flop }, i) => {
    const rounds = times[i]!;
    return { name, rounds, ms: middle(rounds, 'ms'), cpu: middle(rounds, 'cpu'), images, flop };
  });
}

/** How many times as fast as a rival: the median of the rounds' ratios, in each of which both met about the same load. */
function ratio(ours: Timing, rival: Timing, key: keyof Time): number {
  return median(rival.rounds.map((time, round) => time[key] / ours.rounds[round]![key]));
}

/**
 * Times contenders and makes a table: medians, pictures a second, operations a second of processor time, and how many times as
 * fast as the last of them.
 *
 * @param title Heading of the table.
 * @param contenders Ours first, the rival last.
 * @param context Rounds.
 * @param note What one has to know.
 */
export async function race(
  title: string,
  contenders: readonly Contender[],
  { rounds, say }: BenchContext,
  note?: string,
): Promise<Section> {
  say(`${title}: ${contenders.map(({ name }) => name).join(', ')}`);
  const timings = await alternate(contenders, rounds);
  const rival = timings.at(-1)!;
  const columns = columnsFor(timings, rival).filter(({ wanted }) => wanted);
  return {
    title,
    head: columns.map(({ head }) => head),
    rows: timings.map((timing) => columns.map(({ cell }) => cell(timing))),
    ...(note !== undefined && { note }),
    data: timings,
  };
}

interface Column {
  head: string;
  cell: (timing: Timing) => Cell;
  wanted: boolean;
}

function columnsFor(timings: readonly Timing[], rival: Timing): Column[] {
  const faster = (timing: Timing, key: keyof Time) =>
    timing === rival ? undefined : digits(ratio(timing, rival, key));
  return [
    { head: '', cell: ({ name }) => name, wanted: true },
    { head: 'clock, ms', cell: ({ ms }) => digits(ms), wanted: true },
    { head: 'processor, ms', cell: ({ cpu }) => digits(cpu), wanted: true },
    {
      head: 'pictures/s',
      cell: ({ images, ms }) => images && digits((1000 * images) / ms),
      wanted: timings.some(({ images }) => images !== undefined),
    },
    {
      head: 'GFLOP per processor second',
      cell: ({ flop, cpu }) => flop && digits(flop / cpu / 1e6),
      wanted: timings.some(({ flop }) => flop !== undefined),
    },
    {
      head: `times as fast as ${rival.name}: clock`,
      cell: (timing) => faster(timing, 'ms'),
      wanted: timings.length > 1,
    },
    { head: 'processor', cell: (timing) => faster(timing, 'cpu'), wanted: timings.length > 1 },
  ];
}
