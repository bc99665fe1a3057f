import type { ModelCard } from '../../src/storage/card';

/** A card of a bundled model, which has everything. */
export type FullCard = Required<ModelCard>;

/** The cards of all bundled models. */
export declare function readCards(): Promise<FullCard[]>;
/** One row for each score of each card. */
export declare function scoreTable(cards: readonly FullCard[]): string;
/** Everything on a card but scores and limits. */
export declare function factTable(card: FullCard): string;
/** Precision, recall, F1 and images of each class. */
export declare function classTable(classes: FullCard['perClass']): string;
/** Accuracy against coverage. */
export declare function coverageTable(points: FullCard['calibration']['coverage']): string;
/** What a model cannot do. */
export declare function limits(card: FullCard): string;
/** A score in one line. */
export declare function metricText(metric: FullCard['metrics'][number]): string;
