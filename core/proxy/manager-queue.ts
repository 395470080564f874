import { z } from 'zod';
import { judgeModel } from './manager-model.ts';
import { BATCH_KEYS, type BodyRule, type Deed, TASK_KINDS } from './manager-policy.ts';
import { judgeRegistered } from './manager-registered.ts';
import { type BodyVerdict, judgedBy } from './manager-verdict.ts';

const Task = z.looseObject({ kind: z.string('it has no kind') }, 'it is not a task');

const Batch = z.record(z.string(), z.unknown(), 'it is not a batch');

/** Manager makes a file of this name. */
const BATCH_ID = /^[\w-]{1,100}$/;

/** Whether a body passes a rule of the policy's, at normal. */
export function judgeBody(rule: BodyRule, body: unknown): BodyVerdict {
  switch (rule) {
    case 'registered':
      return judgeRegistered(body);
    case 'model':
      return judgeModel(body);
    case 'task':
      return judgeTask(body);
    case 'batch':
      return judgeBatch(body);
  }
}

/** Version 4's queue: `{kind, params, ...}`. */
function judgeTask(body: unknown): BodyVerdict {
  const task = judgedBy(Task, body);
  if (!task.allow) return task;
  const deed = own(TASK_KINDS, task.body.kind);
  if (deed === undefined) return { allow: false, why: `it is of the unknown kind ${quoted(task.body.kind)}` };
  const params = judgeDeed(deed, task.body.params);
  return params.allow ? { allow: true, body: { ...task.body, params: params.body } } : params;
}

/** Version 4's legacy queue: `{<key>: [what is to be done, ...], ...}`; one item that is refused refuses all. */
function judgeBatch(body: unknown): BodyVerdict {
  const batch = judgedBy(Batch, body);
  if (!batch.allow) return batch;
  const judged: [string, unknown][] = [];
  for (const [key, value] of Object.entries(batch.body)) {
    const verdict = key === 'batch_id' ? judgeBatchId(value) : judgeBatchPart(key, value);
    if (!verdict.allow) return verdict;
    judged.push([key, verdict.body]);
  }
  return { allow: true, body: Object.fromEntries(judged) };
}

function judgeBatchPart(key: string, value: unknown): BodyVerdict {
  const deed = own(BATCH_KEYS, key);
  if (deed === undefined) return { allow: false, why: `it has the unknown key ${quoted(key)}` };
  if (deed.unless === undefined) return { allow: true, body: value };
  if (!Array.isArray(value)) return { allow: false, why: `its ${key} is not a list` };
  const items: unknown[] = [];
  for (const item of value) {
    const verdict = judgeDeed(deed, item);
    if (!verdict.allow) return verdict;
    items.push(verdict.body);
  }
  return { allow: true, body: items };
}

function judgeBatchId(value: unknown): BodyVerdict {
  return typeof value === 'string' && BATCH_ID.test(value)
    ? { allow: true, body: value }
    : { allow: false, why: 'its batch_id is not a plain name' };
}

/** At normal: allowed as it is, or by what the body says. */
function judgeDeed(deed: Deed, body: unknown): BodyVerdict {
  if (deed.allowedAt !== 'weak') return { allow: true, body };
  const verdict = deed.unless === undefined ? NEVER : judgeBody(deed.unless, body);
  return verdict.allow ? verdict : { does: deed.does, ...verdict };
}

const NEVER: BodyVerdict = { allow: false, why: 'it is never allowed at this level' };

/** Not what every object inherits: `constructor` is no kind. */
function own(deeds: Readonly<Record<string, Deed>>, name: string): Deed | undefined {
  return Object.hasOwn(deeds, name) ? deeds[name] : undefined;
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 60));
}
