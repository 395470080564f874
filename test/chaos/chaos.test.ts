import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import t from 'tap';
import { z } from 'zod';
import { createRandom } from '../fuzz/random.ts';
import { type SpawnedStandIn, spawnStandIn } from '../support/comfyui/spawn.ts';
import { freshFolder } from '../support/fresh-folder.ts';
import { KEY } from '../support/handler.ts';
import { failing, toy } from '../support/workflows.ts';
import { type StudioProcess, spawnStudio } from './studio-process.ts';
import { type Viewer, watchForever } from './viewer.ts';

t.setTimeout(240_000);

const RUNS = 50;
/** How many of them are under way at the same time. */
const AT_ONCE = 4;
const STUDIO_KILLS = 10;
const COMFYUI_KILLS = 5;
const OVER = ['job.completed', 'job.failed', 'job.cancelled', 'job.stalled'];

const Accepted = z.object({ prompt_id: z.string() });
const Run = z.object({ prompt_id: z.string(), status: z.string(), percent: z.number() });
const History = z.object({ runs: z.array(Run), next: z.number().nullable() });
const Events = z.object({
  events: z.array(z.object({ id: z.number(), type: z.string() })),
  next: z.number().nullable(),
});
const ComfyuiHistory = z.record(
  z.string(),
  z.object({
    status: z.object({ status_str: z.string(), messages: z.array(z.tuple([z.string()], z.unknown())) }),
  }),
);

t.test(
  'whatever is killed, whenever: every run ends as ComfyUI says, none is lost, none is told twice',
  async (t) => {
    const seed = Number(process.env.CHAOS_SEED ?? randomInt(2 ** 31));
    t.comment(`CHAOS_SEED=${seed} repeats its choices`);
    const random = createRandom(seed);
    const folder = freshFolder(t);
    const historyFile = join(folder, 'history.jsonl');
    let comfyui: SpawnedStandIn = await spawnStandIn({ stepMs: 8, historyFile });
    const comfyuiUrl = comfyui.url;
    const studioDir = join(folder, 'studio');
    let studio: StudioProcess = await spawnStudio({ studioDir, comfyuiUrl });
    const { port } = studio;
    const viewers: Viewer[] = [watchForever(port), watchForever(port)];
    t.teardown(async () => {
      for (const viewer of viewers) viewer.close();
      await Promise.all([studio.kill(), comfyui.kill()]);
    });
    const [viewer] = viewers;
    if (viewer === undefined) throw new Error('no viewer');

    /** Asks until there is an answer; a request that was cut off may have been heard or not. */
    async function ask(path: string, body?: unknown): Promise<unknown> {
      for (;;) {
        try {
          const reply = await fetch(`http://127.0.0.1:${port}${path}`, {
            method: body === undefined ? 'GET' : 'POST',
            headers: { 'X-API-Key': KEY },
            ...(body !== undefined && { body: JSON.stringify(body) }),
          });
          if (reply.ok) return await reply.json();
          if (reply.status !== 503) return null;
          await reply.text();
        } catch {
          // Studio is away: it comes back.
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }

    /** One after the other, each at a moment of chance: so many messages after the one before. */
    async function killAll(): Promise<void> {
      const kills = [
        ...Array<'studio'>(STUDIO_KILLS).fill('studio'),
        ...Array<'comfyui'>(COMFYUI_KILLS).fill('comfyui'),
      ];
      while (kills.length > 0) {
        const [victim] = kills.splice(random.below(kills.length), 1);
        const moment = viewer?.heard ?? 0;
        const messages = 1 + random.below(60);
        await viewer?.until(() => (viewer?.heard ?? 0) >= moment + messages || allOver());
        if (victim === 'studio') {
          const before = viewers.map(({ connections }) => connections);
          await studio.kill();
          studio = await spawnStudio({ studioDir, comfyuiUrl, port });
          // So that each life of Studio has somebody to lose.
          await Promise.all(
            viewers.map((one, index) => one.until(() => one.connections > (before[index] ?? 0))),
          );
        } else {
          // What it has told of a run's end stands in its history when it answers: else it could be killed in between, since
          // its own telling is what brought this moment.
          await (await fetch(`${comfyuiUrl}/queue`)).text();
          await comfyui.kill();
          comfyui = await spawnStandIn({ stepMs: 8, historyFile, port: comfyui.port });
        }
      }
    }

    const promised: string[] = [];
    const ended = (id: string) =>
      viewer.events.some(({ type, data }) => data.prompt_id === id && OVER.includes(type));
    const allOver = () => promised.length >= RUNS && promised.every(ended);

    async function startAll(): Promise<void> {
      while (promised.length < RUNS) {
        await viewer?.until(() => promised.filter((id) => !ended(id)).length < AT_ONCE);
        const prompt = random.below(8) === 0 ? failing(2) : toy(3 + random.below(4), 'none');
        const accepted = Accepted.safeParse(await ask('/api/run', { prompt }));
        if (!accepted.success) continue;
        promised.push(accepted.data.prompt_id);
        if (random.below(10) === 0) await ask(`/api/run/cancel/${accepted.data.prompt_id}`, {});
      }
    }

    const killing = killAll();
    await startAll();
    await Promise.all(
      viewers.map((one) =>
        one.until(() =>
          promised.every((id) =>
            one.events.some(({ type, data }) => data.prompt_id === id && OVER.includes(type)),
          ),
        ),
      ),
    );
    await killing;

    const known = new Map<string, string[]>();
    for (let before = ''; ; ) {
      const page = History.parse(await ask(`/api/admin/history?limit=20${before}`));
      for (const run of page.runs)
        known.set(run.prompt_id, [...(known.get(run.prompt_id) ?? []), run.status]);
      if (page.next === null) break;
      before = `&before=${page.next}`;
    }
    t.equal(new Set(promised).size, RUNS, 'every run that was promised has an id of its own');
    for (const [id, statuses] of known) t.equal(statuses.length, 1, `${id} is there once`);

    const endings = new Map<string, number>();
    for (const id of promised) {
      const [status] = known.get(id) ?? ['lost'];
      const answer = await fetch(`${comfyuiUrl}/history/${id}`);
      const truth = ComfyuiHistory.parse(await answer.json())[id];
      t.equal(status, truthOf(truth, viewer, id), `${id} ended as ComfyUI says`);
      endings.set(status ?? '', (endings.get(status ?? '') ?? 0) + 1);
    }
    t.comment(`how the runs ended: ${JSON.stringify(Object.fromEntries(endings))}`);

    // Runs whose answer was cut off too: the event log must not tell any run twice.
    const logged: number[] = [];
    for (let before = ''; ; ) {
      const page = Events.parse(await ask(`/api/admin/events?limit=200${before}`));
      logged.unshift(...page.events.map(({ id }) => id).reverse());
      if (page.next === null) break;
      before = `&before=${page.next}`;
    }
    for (const one of viewers) {
      const seen = one.events.map(({ id }) => id);
      t.ok(one.connections > STUDIO_KILLS, 'it was cut off and came back', {
        connections: one.connections,
      });
      t.same(
        seen,
        [...new Set(seen)].sort((a, b) => a - b),
        'events came once, and in order',
      );
      t.same(seen, logged.slice(0, seen.length), 'none was missed');
      t.ok(logged.length - seen.length <= 5, 'but for what was told at the very end');
      for (const id of known.keys()) {
        const types = one.events.filter(({ data }) => data.prompt_id === id).map(({ type }) => type);
        t.equal(types.filter((type) => type === 'job.queued').length, 1, `${id} was queued once`);
        t.equal(types.filter((type) => OVER.includes(type)).length, 1, `${id} ended once`);
      }
      const percents = new Map<string, number>();
      const falls = one.progress.filter(({ prompt_id, percent }) => {
        const fell = percent < (percents.get(prompt_id) ?? 0);
        percents.set(prompt_id, percent);
        return fell;
      });
      t.same(falls, [], 'percent never fell, from one connection and one life to the next');
      t.comment(`${one.progress.length} progress frames over ${one.connections} connections`);
    }
  },
);

/** What the run's status must be, by ComfyUI's history. */
function truthOf(
  entry: z.infer<typeof ComfyuiHistory>[string] | undefined,
  viewer: Viewer,
  id: string,
): string {
  if (entry === undefined) {
    // It was taken out of the queue, or ComfyUI died with it.
    const cancelled = viewer.events.some(
      ({ type, data }) => type === 'job.cancelled' && data.prompt_id === id,
    );
    return cancelled ? 'cancelled' : 'stalled';
  }
  if (entry.status.status_str === 'success') return 'completed';
  return entry.status.messages.some(([type]) => type === 'execution_interrupted') ? 'cancelled' : 'error';
}
