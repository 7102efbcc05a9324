/** The properties of a schedule as they are answered. */
import { jobAnswer } from './job-answer.ts';

type Json = Record<string, any>;

const pascal = (value: unknown): unknown =>
  typeof value === 'string' ? value.replace(/^\w/, (letter) => letter.toUpperCase()) : value;

function trigger(given: Json, filledIn: string | null): Json {
  const { endTime = null, startTime = null, timeZone = 'UTC', triggerType, frequency, schedule, ...more } = given;
  const weekDays = schedule?.weekDays?.map(pascal) ?? null;
  const { hours = null, minutes = null, monthDays = null } = schedule ?? {};
  return {
    endTime,
    // Without an offset, and filled in once the schedule is there.
    startTime: startTime ?? filledIn,
    timeZone,
    triggerType: pascal(triggerType),
    ...(frequency !== undefined && { frequency: pascal(frequency) }),
    ...more,
    ...(/^recurrence$/i.test(triggerType) && { schedule: schedule ? { hours, minutes, weekDays, monthDays } : null }),
  };
}

const thresholdOf = ({ threshold = null, dataType, metric, ...more }: Json): Json => ({
  threshold,
  ...(dataType !== undefined && { dataType: pascal(dataType) }),
  ...more,
  metric: pascal(metric),
});

/** Data of a signal. The service knows windows, and names what it fills in. */
function monitorData(given: Json | undefined): Json {
  if (!given) return {};
  const { dataContext = null, jobInputType, uri, inputDataType, ...more } = given;
  const isStatic = /^(Static|Fixed)$/i.test(inputDataType);
  return {
    dataContext,
    jobInputType,
    uri,
    columns: null,
    inputDataType,
    ...more,
    ...(!isStatic && { preprocessingComponentId: more.preprocessingComponentId ?? null }),
  };
}

const hasFeatures = (signalType: string): boolean => /^Data(Drift|Quality)$/i.test(signalType);

function signal(given: Json): Json {
  const {
    mode = 'Enabled',
    properties = null,
    signalType,
    features,
    dataSegment = null,
    metricThresholds,
    ...more
  } = given;
  const { modelType, productionData, referenceData, featureDataTypeOverride = null, ...others } = more;
  const isDrift = /^DataDrift$/i.test(signalType);
  return {
    mode,
    properties,
    signalType,
    ...(features !== undefined && { features }),
    ...(isDrift && { dataSegment }),
    ...(Array.isArray(metricThresholds) && { metricThresholds: metricThresholds.map(thresholdOf) }),
    ...(modelType !== undefined && { modelType: pascal(modelType) }),
    ...(productionData && {
      productionData: Array.isArray(productionData) ? productionData.map(monitorData) : monitorData(productionData),
    }),
    ...(referenceData && { referenceData: monitorData(referenceData) }),
    ...others,
    ...(hasFeatures(signalType) && { featureDataTypeOverride }),
  };
}

/** The longest window of production data that fits the frequency. */
const windows: Record<string, string> = { day: 'P1D', week: 'P7D', month: 'P30D' };
const days = (duration: unknown): number => Number(/^P(\d+)D$/.exec(String(duration))?.[1] ?? 0);

/**
 * What the service makes of a monitor, silently: the window of the production data is at most the time between two runs, and
 * numerical thresholds of data quality become categorical ones. Only reading it shows that; the PUT's answer does not.
 */
function rewritten(shown: Json, frequency: string): Json {
  const longest = windows[frequency.toLowerCase()];
  const { productionData, metricThresholds } = shown;
  const isTooLong = longest && !Array.isArray(productionData) && days(productionData?.windowSize) > days(longest);
  const isQuality = /^DataQuality$/i.test(shown.signalType);
  return {
    ...shown,
    ...(isTooLong && { productionData: { ...productionData, windowSize: longest } }),
    ...(isQuality && {
      metricThresholds: metricThresholds?.map((each: Json) => ({ ...each, dataType: 'Categorical' })),
    }),
  };
}

function monitor(given: Json, frequency: string, isRead: boolean): Json {
  const { monitoringTarget, signals, computeConfiguration, alertNotificationSettings, ...more } = given;
  const shown = Object.entries((signals ?? {}) as Record<string, Json>).map(([name, each]) => {
    const answered = signal(each);
    return [name, isRead ? rewritten(answered, frequency) : answered];
  });
  const target = monitoringTarget && {
    modelId: monitoringTarget.modelId ?? null,
    deploymentId: monitoringTarget.deploymentId ?? null,
    taskType: pascal(monitoringTarget.taskType),
  };
  return {
    monitoringTarget: target ?? null,
    signals: Object.fromEntries(shown),
    computeConfiguration,
    alertNotificationSetting: more.alertNotificationSetting ?? alertNotificationSettings ?? null,
    ...more,
  };
}

function action(given: Json, frequency: string, apiVersion: string, isRead: boolean): Json {
  const { actionType, jobDefinition, monitorDefinition, ...more } = given;
  if (monitorDefinition)
    return { actionType, monitorDefinition: monitor(monitorDefinition, frequency, isRead), ...more };
  if (!jobDefinition) return given;
  return { actionType, jobDefinition: scheduledJob(jobDefinition, apiVersion, isRead), ...more };
}

/** The job of a schedule: not started. Its services and its queue are filled in only when it is read; parameters never are. */
function scheduledJob(given: Json, apiVersion: string, isRead: boolean): Json {
  // Recordings before 2023 show an identity that nobody gave.
  const identity = apiVersion < '2023' ? { identityType: 'AMLToken' } : null;
  const answer = jobAnswer({ status: 'NotStarted', identity, ...given }, apiVersion);
  const isCommand = given.jobType === 'Command';
  const { queueSettings = undefined } = answer;
  return {
    ...answer,
    displayName: given.displayName ?? null,
    services: given.services ?? (isCommand && isRead ? {} : null),
    ...('parameters' in answer && { parameters: given.parameters ?? null }),
    ...(queueSettings !== undefined && { queueSettings: given.queueSettings || isRead ? queueSettings : null }),
  };
}

/**
 * @param how.isRead the schedule is read, after its operation; else the answer to the PUT, which echoes what was sent
 * @param how.startTime what the service fills in where none was sent
 */
export function scheduleAnswer(
  given: Json,
  apiVersion: string,
  { isRead, startTime }: { isRead: boolean; startTime: string | null },
): Json {
  const { description, tags, properties, displayName, isEnabled } = given;
  const isMonitor = given.action.monitorDefinition !== undefined;
  return {
    description,
    tags,
    properties: { ...properties, ...(isMonitor && { 'azureml.telemetry.attribution': 'modelmonitoring' }) },
    displayName,
    isEnabled,
    trigger: trigger(given.trigger, startTime),
    action: action(given.action, String(given.trigger.frequency ?? ''), apiVersion, isRead),
    provisioningState: given.provisioningState,
  };
}
