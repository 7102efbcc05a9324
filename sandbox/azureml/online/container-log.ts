/** What `getLogs` answers: how far the instance is, what happened to its container, and what that printed. */

/** Lines that are kept of a container. */
const keptLines = 10_000;

/** Steps of the instance, in their order. */
const steps = ['SystemSetup', 'UserContainerImagePull', 'ModelDownload', 'UserContainerStart'] as const;
export type InstanceStep = (typeof steps)[number];

export interface ContainerLog {
  /** Takes what the container prints. */
  print(text: string): void;
  event(name: string, message: string, type?: 'Normal' | 'Warning'): void;
  /** Begins a new container: its steps are to be done again. */
  begin(): void;
  done(step: InstanceStep, status?: 'Succeeded' | 'Failed' | 'Unhealthy'): void;
  /** @param tail at most so many lines of what the container printed */
  text(containerType: string, tail?: number): string;
}

export function createContainerLog(): ContainerLog {
  const lines: string[] = [];
  let unfinished = '';
  let events: string[] = [];
  const statuses = new Map<InstanceStep, string>();
  return {
    print(text) {
      const parts = (unfinished + text).split('\n');
      unfinished = parts.pop() ?? '';
      lines.push(...parts);
      if (lines.length > keptLines) lines.splice(0, lines.length - keptLines);
    },
    event(name, message, type = 'Normal') {
      const time = new Date().toISOString().replace('Z', '000Z');
      events.push(`Kind: Pod, Name: ${name}, Type: ${type}, Time: ${time}, Message: ${message}`);
    },
    begin() {
      events = [];
      statuses.clear();
    },
    done: (step, status = 'Succeeded') => void statuses.set(step, status),
    text(containerType, tail = 5000) {
      const printed = [...lines, ...(unfinished ? [unfinished] : [])];
      const isServer = containerType.toLowerCase() !== 'storageinitializer';
      const shown = isServer ? printed : events.filter((event) => /Name: Download/.test(event));
      const states = steps.map((step) => `${step}: ${statuses.get(step) ?? 'InProgress'}`);
      return `Instance status:\n${states.join('\n')}\n\nContainer events:\n${events.join('\n')}\n\nContainer logs:\n${shown.slice(-tail).join('\n')}\n`;
    },
  };
}
