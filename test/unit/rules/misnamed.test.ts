import { describeSlips } from './problems.ts';

describeSlips('a name that is not written as names are', [
  ['metrics.f1% > 0.5', 'metrics["f1%"] > 0.5', 'f1%'],
  ['auc >= 0.9', 'metrics.auc >= 0.9', 'auc'],
  ['metric.auc >= 0.9', 'metrics.auc >= 0.9', 'metric.'],
  ['metrics.auc >= basline.auc', 'metrics.auc >= baseline.auc', 'basline'],
  ['metrics.val-loss < 1', 'metrics["val-loss"] < 1', '-loss'],
  ['val/loss < 1', 'metrics["val/loss"] < 1', 'val'],
  ['metrics.val loss < 1', 'metrics["val loss"] < 1', 'val loss'],
  ['metrics.val_acc% > 1', 'metrics["val_acc%"] > 1', 'val_acc%'],
  ['metrics.recall@10 > 0.5', 'metrics["recall@10"] > 0.5', 'recall@'],
  ['metrics.1st > 0.5', 'metrics["1st"] > 0.5', '1st'],
  ['metrics.in > 1', 'metrics["in"] > 1', 'in >'],
  ['metrics[auc] > 0.5', 'metrics["auc"] > 0.5', 'auc]'],
  ['min(metrics.slices.*.recall) > 0.5', 'min(metrics.slices["*"].recall) > 0.5', '.*'],
  ['metrics.auc > baseline', 'metrics.auc > baseline.auc', 'baseline'],
  ['auc > baseline', 'metrics.auc > baseline.auc', 'auc'],
  ['candidate.auc >= live.auc', 'metrics.auc >= baseline.auc', 'candidate'],
  ['math.abs(metrics.a) > 1', 'abs(metrics.a) > 1', 'math'],
]);
