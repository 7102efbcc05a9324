/**
 * Text from outside that the agent can't take for a command: `##vso[task.complete]` in a training log would end the step,
 * and `##[error]` would look like the task's own word. Both forms keep their letters, so that people can read them.
 */
export function neutral(text: string): string {
  return text.replace(/##(?=(?:vso)?\[)/gi, '##_');
}
