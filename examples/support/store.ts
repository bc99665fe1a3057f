import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import {
  createReport,
  DEFAULT_PREPROCESSING,
  EMOTIONS,
  evaluate,
  predict,
  type CardDraft,
  type CardMetric,
  type EvaluationReport,
  type FerDataset,
  type ModelName,
  type Views,
} from 'fer-cnn';
import { argmaxRows, confusionSvg } from 'fer-cnn/evaluate';
import { createGolden, encodeModel } from 'fer-cnn/weights';
import { loadWeightsDirectory, saveWeights } from 'fer-cnn/node';
import { calibrate } from './calibration';

/** A network that is to be stored, and what it is scored on. */
export interface Scored {
  model: LayersModel;
  name: ModelName;
  backend: string;
  training: FerDataset;
  validation: FerDataset;
  out: string;
}

/**
 * Stores a network in `out`: its weights in 8 and 16 bits with golden outputs, and a card with what was measured on
 * the stored weights, and on PublicTest only. Returns the report.
 *
 * @param scored The network, where it goes, and what it is scored on.
 * @param draft What its card says besides the scores.
 */
export async function storeScored(scored: Scored, draft: CardDraft): Promise<EvaluationReport> {
  const { model, out, training, validation, backend, name } = scored;
  await saveWeights(out, await encodeModel(model, { card: draft, dtype: 'mixed' }));
  const stored = await loadWeightsDirectory(out);
  try {
    const [exact, rounded] = [await predict(model, validation), await predict(stored.model, validation)];
    const calibration = calibrate(rounded, validation.labels);
    const { temperature } = calibration;
    const score = (views: Views) =>
      evaluate(stored.model, validation, { trainingSet: training, batchSize: 256, temperature, views });
    const [report, manyViews] = [await score('single'), await score('flipAndShifts')];
    const exactReport = createReport({ probabilities: exact, labels: validation.labels });
    const date = today();
    const command = `npm run evaluate -- --data fer2013.csv.gz --usage PublicTest --model ${name}`;
    const { withoutTrainingDuplicates: unseen, macroF1, balancedAccuracy, logLoss, expectedCalibrationError } = report;
    const metric = { split: 'PublicTest', backend, date, command };
    const card: CardDraft = {
      ...draft,
      metrics: [
        {
          ...{ ...metric, protocol: 'single view', rows: report.size, accuracy: report.accuracy },
          figures: { macroF1, balancedAccuracy, top2Accuracy: report.top2Accuracy, logLoss, expectedCalibrationError },
        },
        {
          ...{ ...metric, protocol: 'single view, without pictures that also stand in Training' },
          ...{ rows: unseen!.size, accuracy: unseen!.accuracy },
        },
        {
          ...{ ...metric, command: `${command} --views flipAndShifts` },
          protocol: 'test-time augmentation: mirrored and shifted by two pixels, 10 views',
          ...{ rows: manyViews.size, accuracy: manyViews.accuracy },
        },
      ] satisfies CardMetric[],
      perClass: report.perClass,
      calibration,
      quantization: {
        split: 'PublicTest',
        accuracyChange: report.accuracy - exactReport.accuracy,
        unchangedLabels: agreement(argmaxRows(exact, EMOTIONS.length), argmaxRows(rounded, EMOTIONS.length)),
      },
    };
    const files = await encodeModel(model, { card, dtype: 'mixed' });
    const golden = await createGolden(stored.model, DEFAULT_PREPROCESSING);
    await saveWeights(out, { ...files, golden });
    await writeFile(join(out, 'report.json'), JSON.stringify(report.toJSON(), null, 2));
    await writeFile(join(out, 'confusion.svg'), confusionSvg(report, { title: `${name} network on PublicTest` }));
    return report;
  } finally {
    stored.model.dispose();
  }
}

/** The date, as cards give it. */
export const today = () => new Date().toISOString().slice(0, 10);

/** Share of positions at which both lists are the same. */
function agreement(a: readonly number[], b: readonly number[]): number {
  return a.filter((value, i) => value === b[i]).length / a.length;
}
