import { Asked } from '../components/asked.tsx';
import { WithLinks } from '../components/with-links.tsx';
import { useAnswer } from '../use-answer.ts';
import { getPosture } from './calls.ts';
import { type PostureCheck, STATE_WORDS, titleOf, verdictOf } from './posture-check.ts';

/** Whether this pod is safe, and what to do where it is not. */
export function PostureCard() {
  const answer = useAnswer(getPosture);
  return (
    <section class="card posture" aria-labelledby="posture-title">
      <div class="card-head">
        <h2 id="posture-title">Posture</h2>
        {answer.value !== null && (
          <p class={`verdict is-${verdictOf(answer.value).state}`} role="status">
            {verdictOf(answer.value).words}
          </p>
        )}
        <button type="button" class="quiet small" onClick={answer.reload}>
          Check again
        </button>
      </div>
      <Asked answer={answer}>
        {({ checks }) => (
          <ul class="checks">
            {checks.map((check) => (
              <Check key={check.id} check={check} />
            ))}
          </ul>
        )}
      </Asked>
    </section>
  );
}

function Check({ check: { id, state, found, todo } }: { readonly check: PostureCheck }) {
  return (
    <li>
      <span class={`state is-${state}`}>{STATE_WORDS[state]}</span>
      <div>
        <h3>{titleOf(id)}</h3>
        <p>{found}</p>
        {todo !== null && state !== 'green' && (
          <p class="todo">
            <WithLinks text={todo} />
          </p>
        )}
      </div>
    </li>
  );
}
