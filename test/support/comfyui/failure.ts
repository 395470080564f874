import type { PromptNode } from '../../../core/runs/run.ts';
import { asLink } from './graph.ts';
import { NodeError } from './node-class.ts';

/** What execution_error says of the exception, in Python's words. */
export function describeFailure(error: unknown, node: PromptNode | undefined): Record<string, unknown> {
  const python = error instanceof NodeError ? error : new NodeError('RuntimeError', String(error));
  const inputs = Object.entries(node?.inputs ?? {}).map(([name, value]) => [name, [inputText(value)]]);
  return {
    exception_message: `${python.message}\n`,
    exception_type: python.pythonType,
    traceback: [
      '  File "/opt/comfy/execution.py", line 496, in execute\n    output_data, output_ui, has_subgraph, has_pending_tasks = await get_output_data(prompt_id, unique_id, obj, input_data_all)\n',
      `  File "/opt/comfy-data/custom_nodes/toy_nodes/__init__.py", line 46, in run\n    raise ${python.pythonType}(text)\n`,
    ],
    current_inputs: Object.fromEntries(inputs),
  };
}

function inputText(value: unknown): string {
  return asLink(value) ? 'tensor([[[[0.2074, 0.4399, 0.6107]]]])' : String(value);
}
