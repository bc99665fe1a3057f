import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import {
  createReport,
  evaluate,
  loadModel,
  type CardDraft,
  type EvaluationReport,
  type ModelName,
  predict,
  saveModel,
} from 'fer-cnn';
import { argmaxRows } from 'fer-cnn/metrics';
import { calibrate } from './calibration';
import { confusionSvg } from './confusion-svg';
import type { TrainingSets } from './data';
import { createGolden } from './golden';

/** A model that is to be stored, and what it is scored on. */
export interface Scored {
  model: LayersModel;
  name: ModelName;
  backend: string;
  sets: Omit<TrainingSets, 'card'>;
  /** The file or folder of the data, for the commands on the card. */
  data: string;
  out: string;
}

/**
 * Stores a trained model in `out`: its weights in 8 and 16 bits with golden outputs, and a card with what was measured on
 * the stored weights, and on the validation images only. Returns the report.
 */
export async function storeScored(scored: Scored, draft: CardDraft): Promise<EvaluationReport> {
  const { model, out, sets, backend, name } = scored;
  const { training, validation, validationName: split } = sets;
  const { classNames } = validation;
  await saveModel(out, model, { card: draft, dtype: 'mixed' });
  const stored = await loadModel(out);
  try {
    const [exact, rounded] = [await predict(model, validation), await predict(stored.model, validation)];
    const calibration = calibrate(rounded, validation.labels, classNames, split);
    const { temperature } = calibration;
    const score = (views: 'single' | 'flipAndShifts') =>
      evaluate(stored.model, validation, { trainingSet: training, batchSize: 256, temperature, views });
    const [report, manyViews] = [await score('single'), await score('flipAndShifts')];
    const exactReport = createReport({ probabilities: exact, labels: validation.labels, classNames });
    const date = today();
    const command = commandFor(split, scored, draft);
    const { withoutTrainingDuplicates: unseen, macroF1, balancedAccuracy, logLoss, expectedCalibrationError } = report;
    const metric = { split, backend, date, command };
    const card: CardDraft = {
      ...draft,
      metrics: [
        {
          ...{ ...metric, protocol: 'single view', rows: report.size, accuracy: report.accuracy },
          figures: { macroF1, balancedAccuracy, top2Accuracy: report.top2Accuracy, logLoss, expectedCalibrationError },
        },
        ...(unseen && unseen.size > 0
          ? [
              {
                ...{ ...metric, protocol: 'single view, without images that are also in Training' },
                ...{ rows: unseen.size, accuracy: unseen.accuracy },
              },
            ]
          : []),
        {
          ...{ ...metric, command: commandFor(split, scored, draft, ' --views flipAndShifts') },
          protocol: 'test-time augmentation: mirrored and shifted by two pixels, 10 views',
          ...{ rows: manyViews.size, accuracy: manyViews.accuracy },
        },
      ],
      perClass: report.perClass,
      calibration,
      quantization: {
        split,
        accuracyChange: report.accuracy - exactReport.accuracy,
        unchangedLabels: agreement(argmaxRows(exact, classNames.length), argmaxRows(rounded, classNames.length)),
      },
    };
    await saveModel(out, model, { card, dtype: 'mixed' });
    const golden = await createGolden(stored.model, stored.card.preprocessing);
    await writeFile(join(out, 'golden.json'), `${JSON.stringify(golden)}\n`);
    await writeFile(join(out, 'report.json'), JSON.stringify(report.toJSON(), null, 2));
    await writeFile(join(out, 'confusion.svg'), confusionSvg(report, { title: `${name} model on ${split}` }));
    return report;
  } finally {
    stored.model.dispose();
  }
}

/** What gives a score again: the evaluation of a split; of images that the run held out at random, the run itself. */
function commandFor(split: string, { data, out }: Scored, { training }: CardDraft, views = ''): string {
  if (split !== 'PublicTest' && training) return training.command;
  return `npx fer-cnn evaluate --data ${basename(data)} --split ${split} --model runs/${basename(out)}${views}`;
}

/** The date, as cards give it. */
export const today = () => new Date().toISOString().slice(0, 10);

/** Share of positions at which both lists are the same. */
function agreement(a: readonly number[], b: readonly number[]): number {
  return a.filter((value, i) => value === b[i]).length / a.length;
}
