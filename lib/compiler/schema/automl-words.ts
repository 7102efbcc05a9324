import { normalizeChoice } from './fields.ts';

/** Words of YAML files and what the REST API calls them: `light_gbm` is `LightGBM`. */
export type Words = Readonly<Record<string, string>>;

/** The words for names of the REST API, which are theirs in snake case. */
const words = (...names: string[]): Words => Object.fromEntries(names.map((name) => [normalizeChoice(name), name]));

/** The algorithms that classification, regression and forecasting share. */
const REGRESSORS = [
  'ElasticNet',
  'GradientBoosting',
  'DecisionTree',
  'KNN',
  'LassoLars',
  'SGD',
  'RandomForest',
  'ExtremeRandomTrees',
  'LightGBM',
  'XGBoostRegressor',
];
export const CLASSIFIERS = words(
  'LogisticRegression',
  'SGD',
  'MultinomialNaiveBayes',
  'BernoulliNaiveBayes',
  'SVM',
  'LinearSVM',
  'KNN',
  'DecisionTree',
  'RandomForest',
  'ExtremeRandomTrees',
  'LightGBM',
  'GradientBoosting',
  'XGBoostClassifier',
);
export const REGRESSION_ALGORITHMS = words(...REGRESSORS);
export const FORECASTERS = words(
  'AutoArima',
  'Prophet',
  'Naive',
  'SeasonalNaive',
  'Average',
  'SeasonalAverage',
  'ExponentialSmoothing',
  'Arimax',
  'TCNForecaster',
  ...REGRESSORS,
);

const CLASSIFICATION_METRICS = [
  'AUCWeighted',
  'Accuracy',
  'NormMacroRecall',
  'AveragePrecisionScoreWeighted',
  'PrecisionScoreWeighted',
];
const CLASSIFICATION = words(...CLASSIFICATION_METRICS);
const REGRESSION = words(
  'SpearmanCorrelation',
  'NormalizedRootMeanSquaredError',
  'R2Score',
  'NormalizedMeanAbsoluteError',
);
const DETECTION = words('MeanAveragePrecision');

/** What a task trains on: the shape of its settings. */
export type Family = 'table' | 'image' | 'text';

export interface Task {
  /** `taskType` of the REST API. */
  name: string;
  family: Family;
  metrics: Words;
  /** What a job optimises unless it says; text jobs whose metric the API fixes send none. */
  metric: string | undefined;
  /** What a step optimises unless it says. */
  stepMetric: string;
}

export const TASKS: Readonly<Record<string, Task>> = {
  classification: {
    name: 'Classification',
    family: 'table',
    metrics: CLASSIFICATION,
    metric: 'auc_weighted',
    stepMetric: 'accuracy',
  },
  regression: task('Regression', 'table', REGRESSION, 'normalized_root_mean_squared_error'),
  forecasting: task('Forecasting', 'table', REGRESSION, 'normalized_root_mean_squared_error'),
  image_classification: task('ImageClassification', 'image', CLASSIFICATION, 'accuracy'),
  image_classification_multilabel: task(
    'ImageClassificationMultilabel',
    'image',
    words(...CLASSIFICATION_METRICS, 'IOU'),
    'iou',
  ),
  image_object_detection: task('ImageObjectDetection', 'image', DETECTION, 'mean_average_precision'),
  image_instance_segmentation: task('ImageInstanceSegmentation', 'image', DETECTION, 'mean_average_precision'),
  text_classification: task('TextClassification', 'text', CLASSIFICATION, 'accuracy'),
  text_classification_multilabel: {
    ...task('TextClassificationMultilabel', 'text', words('Accuracy'), 'accuracy'),
    metric: undefined,
  },
  text_ner: { ...task('TextNER', 'text', words('Accuracy'), 'accuracy'), metric: undefined },
};

function task(name: string, family: Family, metrics: Words, metric: string): Task {
  return { name, family, metrics, metric, stepMetric: metric };
}

export const LOG_VERBOSITY = words('NotSet', 'Debug', 'Info', 'Warning', 'Error', 'Critical');
export const TRAINING_MODES = words('Auto', 'Distributed', 'NonDistributed');
export const TRANSFORMERS = words(
  'TextTargetEncoder',
  'OneHotEncoder',
  'CatTargetEncoder',
  'TfIdf',
  'WoETargetEncoder',
  'LabelEncoder',
  'WordEmbedding',
  'NaiveBayes',
  'CountVectorizer',
  'HashOneHotEncoder',
);
export const TRANSFORMERS_WITH_PARAMETERS = words('Imputer', 'TfIdf', 'HashOneHotEncoder');
export const META_LEARNERS = words(
  'None',
  'LogisticRegression',
  'LogisticRegressionCV',
  'LightGBMClassifier',
  'ElasticNet',
  'ElasticNetCV',
  'LightGBMRegressor',
  'LinearRegression',
);

/** What a parameter of a model may be: one of some words, or a type. */
export type ParameterKind = 'boolean' | 'integer' | 'number' | 'text' | Words;

const optimizers = words('None', 'Sgd', 'Adam', 'Adamw');
const schedulers = words('None', 'WarmupCosine', 'Step');

const IMAGE: Record<string, ParameterKind> = {
  ams_gradient: 'boolean',
  beta1: 'number',
  beta2: 'number',
  distributed: 'boolean',
  early_stopping: 'boolean',
  early_stopping_delay: 'integer',
  early_stopping_patience: 'integer',
  enable_onnx_normalization: 'boolean',
  evaluation_frequency: 'integer',
  gradient_accumulation_step: 'integer',
  layers_to_freeze: 'integer',
  learning_rate: 'number',
  learning_rate_scheduler: schedulers,
  model_name: 'text',
  momentum: 'number',
  nesterov: 'boolean',
  number_of_epochs: 'integer',
  number_of_workers: 'integer',
  optimizer: optimizers,
  random_seed: 'integer',
  step_lr_gamma: 'number',
  step_lr_step_size: 'integer',
  training_batch_size: 'integer',
  validation_batch_size: 'integer',
  warmup_cosine_lr_cycles: 'number',
  warmup_cosine_lr_warmup_epochs: 'integer',
  weight_decay: 'number',
};
const IMAGE_CLASSIFICATION: Record<string, ParameterKind> = {
  ...IMAGE,
  training_crop_size: 'integer',
  validation_crop_size: 'integer',
  validation_resize_size: 'integer',
  weighted_loss: 'integer',
};
const IMAGE_DETECTION: Record<string, ParameterKind> = {
  ...IMAGE,
  box_detections_per_image: 'integer',
  box_score_threshold: 'number',
  image_size: 'integer',
  max_size: 'integer',
  min_size: 'integer',
  model_size: words('None', 'Small', 'Medium', 'Large', 'ExtraLarge'),
  multi_scale: 'boolean',
  nms_iou_threshold: 'number',
  tile_grid_size: 'text',
  tile_overlap_ratio: 'number',
  tile_predictions_nms_threshold: 'number',
  validation_iou_threshold: 'number',
  validation_metric_type: words('None', 'Coco', 'Voc', 'CocoVoc'),
};
const FIXED_ONLY: Record<string, ParameterKind> = {
  advanced_settings: 'text',
  checkpoint_frequency: 'integer',
  checkpoint_run_id: 'text',
};
const switches = words('Enable', 'Disable');
const TEXT: Record<string, ParameterKind> = {
  gradient_accumulation_steps: 'integer',
  learning_rate: 'number',
  learning_rate_scheduler: words(
    'None',
    'Linear',
    'Cosine',
    'CosineWithRestarts',
    'Polynomial',
    'Constant',
    'ConstantWithWarmup',
  ),
  model_name: 'text',
  number_of_epochs: 'integer',
  training_batch_size: 'integer',
  validation_batch_size: 'integer',
  warmup_ratio: 'number',
  weight_decay: 'number',
};

/** Parameters of the models of image and text tasks: those that can be fixed, and those that can be searched. */
export function modelParameters(task: Task): {
  fixed: Readonly<Record<string, ParameterKind>>;
  searched: Readonly<Record<string, ParameterKind>>;
} {
  if (task.family === 'text') return { fixed: TEXT, searched: TEXT };
  if (task.name.startsWith('ImageClassification'))
    return {
      fixed: { ...IMAGE_CLASSIFICATION, ...FIXED_ONLY },
      searched: { ...IMAGE_CLASSIFICATION, augmentations: 'text' },
    };
  return {
    fixed: { ...IMAGE_DETECTION, ...FIXED_ONLY, log_training_metrics: switches, log_validation_loss: switches },
    searched: { ...IMAGE_DETECTION, augmentations: 'text' },
  };
}
