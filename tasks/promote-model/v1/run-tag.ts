/** Names the step of the pipeline run that gave a version its stage: how that step finds it when it runs again. */
export const RUN_TAG = 'promotion.step';
