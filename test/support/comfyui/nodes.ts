import type { NodeClass } from './node-class.ts';
import { realNodes } from './real-nodes.ts';
import { toyNodes } from './toy-nodes.ts';

/** Every node class the stand-in has. */
export const nodeClasses: ReadonlyMap<string, NodeClass> = new Map(
  Object.entries({ ...realNodes, ...toyNodes }),
);

/** What GET /object_info says of one class. */
export function describe(name: string, node: NodeClass): Record<string, unknown> {
  const input = { required: node.required, ...(node.hidden && { hidden: node.hidden }) };
  return {
    input,
    input_order: Object.fromEntries(
      Object.entries(input).map(([group, fields]) => [group, Object.keys(fields)]),
    ),
    output: node.outputs,
    output_is_list: node.outputs.map(() => false),
    output_name: node.outputNames ?? node.outputs,
    name,
    display_name: node.displayName ?? name,
    description: node.description ?? '',
    python_module: node.module ?? 'nodes',
    category: node.category,
    output_node: node.outputNode ?? false,
    ...(node.outputTooltips && { output_tooltips: node.outputTooltips }),
  };
}
