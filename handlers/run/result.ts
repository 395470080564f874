import { z } from 'zod';
import type { Context } from '../../core/context.ts';
import { contentDisposition } from '../../core/http/content-disposition.ts';
import { HttpError } from '../../core/http/http-error.ts';
import { json, type Reply } from '../../core/http/reply.ts';
import type { Request } from '../../core/http/request.ts';
import { fileReply } from '../../core/proxy/file-reply.ts';
import { fileRequest } from '../../core/proxy/file-request.ts';
import { chooseOutputs, type RunOutput } from '../../core/runs/choose-output.ts';
import type { RunProgress } from '../../core/runs/run.ts';

const Query = z.object({
  node: z.string().min(1).optional(),
  kind: z.enum(['image', 'video', 'audio', 'file'], 'is image, video, audio or file').optional(),
  index: z
    .string()
    .regex(/^\d{1,6}$/, 'is a number from 0 on')
    .transform(Number)
    .default(0),
  list: z.enum(['0', '1'], 'is 0 or 1').default('0'),
  download: z.enum(['0', '1'], 'is 0 or 1').default('0'),
});

/**
 * GET /api/run/result/{prompt_id}?node=&kind=&index=: a file that the run made, with Range and conditions; without a choice
 * the first that it saved. `list=1`: what there is, as JSON, in the order that `index` counts; `download=1`: to be saved.
 * 404 when the run is not known or has no such file (yet), 409 when it failed and has none.
 */
export function result(context: Context, request: Request): Reply | Promise<Reply> {
  const run = context.runs.get(request.params.prompt_id ?? '');
  if (run === undefined) throw new HttpError(404, 'No such run');
  const { node, kind, index, list, download } = readQuery(request.query);
  const outputs = chooseOutputs(run, {
    ...(node !== undefined && { node }),
    ...(kind !== undefined && { kind }),
  });
  if (list === '1') return json({ prompt_id: run.prompt_id, status: run.status, outputs });
  const output = outputs[index];
  if (output === undefined) throw noOutput(run, outputs.length);
  return fetchOutput(context, request, output, download === '1');
}

async function fetchOutput(
  context: Context,
  request: Request,
  output: RunOutput,
  download: boolean,
): Promise<Reply> {
  const { filename, subfolder, type, media } = output;
  const query = new URLSearchParams({ filename, subfolder, type }).toString();
  const kind = download || media === 'file' ? 'attachment' : 'inline';
  return fileReply(await context.comfyui.send(fileRequest(request, query)), {
    'Content-Disposition': contentDisposition(kind, filename),
  });
}

function readQuery(query: URLSearchParams): z.infer<typeof Query> {
  const parsed = Query.safeParse(Object.fromEntries(query));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new HttpError(400, `${issue?.path.map(String).join('.')} ${issue?.message}`);
}

/** Why there is nothing to give, in words that say what to do. */
function noOutput(run: RunProgress, fitting: number): HttpError {
  const { status } = run;
  if (fitting > 0)
    return new HttpError(404, `No file has this index: the choice has ${fitting}, counted from 0`);
  if (chooseOutputs(run, {}).length > 0)
    return new HttpError(404, "None of the run's files fits the choice; list=1 tells which there are");
  switch (status) {
    case 'queued':
    case 'running':
      return new HttpError(404, `The run has no file yet: it is ${status}`);
    case 'completed':
      return new HttpError(404, 'The run is completed and made no file');
    default: {
      const reason = run.error === null ? '' : `: ${run.error.message.slice(0, 300)}`;
      return new HttpError(409, `The run ended as ${status} and made no file${reason}`);
    }
  }
}
