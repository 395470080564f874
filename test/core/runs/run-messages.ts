import { toProgress } from '../../../core/runs/progress.ts';
import { type RunMessage, reduce } from '../../../core/runs/reduce.ts';
import type { Prompt, RunProgress } from '../../../core/runs/run.ts';
import { queuedRun, type RunState } from '../../../core/runs/state.ts';

export const promptId = 'run-1';
export const prompt: Prompt = {
  '1': { class_type: 'Loader', inputs: {} },
  '2': { class_type: 'KSampler', inputs: { steps: 20, image: ['1', 0] }, _meta: { title: 'The sampler' } },
  '3': { class_type: 'SaveImage', inputs: { images: ['2', 0] } },
};

export const start: RunMessage = { type: 'execution_start', promptId };
export const success: RunMessage = { type: 'execution_success', promptId };
export const interrupted: RunMessage = { type: 'execution_interrupted', promptId };
export const executing = (node: string | null, displayNode = node): RunMessage => ({
  type: 'executing',
  promptId,
  node,
  displayNode,
});
export const progress = (node: string, value: number, max: number): RunMessage => ({
  type: 'progress',
  promptId,
  node,
  value,
  max,
});
export const cached = (...nodes: string[]): RunMessage => ({ type: 'execution_cached', promptId, nodes });
export const state = (
  node: string,
  state: 'running' | 'finished',
  value: number,
  max: number,
  displayNode = node,
): RunMessage => ({
  type: 'progress_state',
  promptId,
  nodes: [{ node, displayNode, state, value, max }],
});
export const executed = (node: string, filename: string, displayNode = node): RunMessage => ({
  type: 'executed',
  promptId,
  node,
  displayNode,
  items: [{ filename, subfolder: '', type: 'output', media: 'image' }],
});
export const error: RunMessage = {
  type: 'execution_error',
  promptId,
  message: 'boom',
  exceptionType: 'ValueError',
  node: '2',
  nodeType: 'KSampler',
};

/** A second passes before every message. */
export function after(...messages: RunMessage[]): RunProgress {
  return toProgress(stateAfter(messages));
}

export function stateAfter(messages: readonly RunMessage[], from = queuedRun(promptId, prompt, 0)): RunState {
  return messages.reduce((run, message, index) => reduce(run, message, (index + 1) * 1000), from);
}
