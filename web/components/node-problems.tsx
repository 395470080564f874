import type { NodeProblem } from '../refusal.ts';

/** What ComfyUI holds against nodes, in words. */
export function NodeProblems({ nodes }: { readonly nodes: readonly NodeProblem[] }) {
  if (nodes.length === 0) return null;
  return (
    <ul class="node-problems">
      {nodes.map(({ id, type, problems }) => (
        <li key={id}>
          <strong>{type}</strong> <span class="hint">node {id}</span>
          {problems.map(({ words }) => (
            <p key={words}>{words}</p>
          ))}
        </li>
      ))}
    </ul>
  );
}
