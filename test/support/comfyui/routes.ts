import { editorPage, editorScript } from './editor-page.ts';
import type { Files } from './files.ts';
import { empty, json, notFound, plain, type StandInReply, type StandInRequest } from './http.ts';
import { modelFolders, serverFeatures, systemStats } from './info.ts';
import { describe, nodeClasses } from './nodes.ts';
import type { RunsApi } from './runs-api.ts';
import { upload } from './upload.ts';
import type { UserData } from './userdata.ts';
import { sendFile, view } from './view.ts';

type Answer = StandInReply | Promise<StandInReply>;
type RouteHandler = (request: StandInRequest, parameter: string) => Answer;

export interface RouteServices {
  readonly runs: RunsApi;
  readonly files: Files;
  readonly users: UserData;
}

/** ComfyUI's routes. A `*` at the end of a path is its one segment. */
export function createRoutes({ runs, files, users }: RouteServices): (request: StandInRequest) => Answer {
  const table: Readonly<Record<string, RouteHandler>> = {
    'GET /': (request) => sendFile({ ...noCache, ...html }, pageFile, request.headers),
    'GET /index.html': (request) => sendFile(html, pageFile, request.headers),
    'GET /assets/editor.js': (request) => sendFile(javascript, scriptFile, request.headers),
    'POST /prompt': (request) => runs.prompt(request),
    'GET /prompt': () => runs.promptInfo(),
    'GET /queue': () => runs.queue(),
    'POST /queue': (request) => runs.changeQueue(request),
    'POST /interrupt': (request) => runs.interrupt(request),
    'POST /free': (request) => runs.free(request),
    'GET /history': (request) => runs.history(request),
    'GET /history/*': (_, id) => runs.historyOf(id),
    'POST /history': (request) => runs.changeHistory(request),
    'POST /upload/image': (request) => upload(request, files),
    'POST /upload/mask': (request) => upload(request, files),
    'GET /view': (request) => view(request, files),
    'GET /system_stats': () => json(systemStats),
    'GET /features': () => json(serverFeatures),
    'GET /object_info': () =>
      json(Object.fromEntries([...nodeClasses].map(([name, node]) => [name, describe(name, node)]))),
    'GET /object_info/*': (_, name) => {
      const node = nodeClasses.get(decodeURIComponent(name));
      return json(node ? { [name]: describe(name, node) } : {});
    },
    'GET /models': () => json(modelFolders),
    'GET /models/*': (_, folder) => (modelFolders.includes(folder) ? json([]) : empty(404)),
    'GET /embeddings': () => json([]),
    'GET /extensions': () => json([]),
    'GET /i18n': () => json({}),
    'GET /workflow_templates': () => json({}),
    'GET /users': () => json({ storage: 'server', migrated: false }),
    'GET /settings': () => users.settings(),
    'POST /settings': (request) => users.change(asRecord(JSON.parse(request.body.toString()))),
    'GET /settings/*': (_, id) => users.setting(decodeURIComponent(id)),
    'POST /settings/*': (request, id) =>
      users.change({ [decodeURIComponent(id)]: JSON.parse(request.body.toString()) }),
    'GET /userdata': (request) => users.list(request),
    'GET /userdata/*': (request, name) => users.file(request, name),
    'POST /userdata/*': (request, name) => users.file(request, name),
    'DELETE /userdata/*': (request, name) => users.file(request, name),
    'GET /ws': () => plain(400, 'No WebSocket UPGRADE hdr: None\n Can "Upgrade" only to "WebSocket".'),
  };
  return (request) => answer(table, request);
}

function answer(table: Readonly<Record<string, RouteHandler>>, request: StandInRequest): Answer {
  if (request.method === 'OPTIONS') return empty();
  if (/(^|\/)\.\.(\/|$)/.test(decodeURIComponent(request.path))) return plain(404, '404: Not Found');
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const cut = request.path.lastIndexOf('/');
  const pattern = `${request.path.slice(0, cut)}/*`;
  const parameter = request.path.slice(cut + 1);
  const handler = table[`${method} ${request.path}`] ?? (parameter && table[`${method} ${pattern}`]);
  if (handler) return handler(request, parameter);
  // The static route takes GET and HEAD of any path; every other method is refused, not unknown.
  if (method === 'GET') return notFound();
  const posts = `POST ${request.path}` in table || (parameter !== '' && `POST ${pattern}` in table);
  return plain(405, '405: Method Not Allowed', { Allow: posts ? 'GET,HEAD,POST' : 'GET,HEAD' });
}

const noCache = { 'Cache-Control': 'no-cache', Pragma: 'no-cache', Expires: '0' };
const html = { 'Content-Type': 'text/html' };
const javascript = { 'Content-Type': 'text/javascript' };
const pageFile = fileOf(editorPage);
const scriptFile = fileOf(editorScript);

function fileOf(text: string): { bytes: Buffer; modified: Date; etag: string } {
  const etag = `"stand-in-${text.length.toString(16)}"`;
  return { bytes: Buffer.from(text), modified: new Date(), etag };
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
