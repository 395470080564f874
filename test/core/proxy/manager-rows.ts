import { type ManagerBody, readManagerBody } from '../../../core/proxy/manager-body.ts';
import type { ManagerCall } from '../../../core/proxy/manager-judge.ts';

/** The levels that refuse: S strong, N normal. */
export type Refusing = '' | 'S' | 'SN';

export interface Expectation {
  readonly name: string;
  readonly methods: readonly string[];
  readonly path: string;
  readonly query?: string;
  readonly body?: unknown;
  readonly refused: Refusing;
}

const ANY = ['GET', 'HEAD', 'POST'];
const READS = ['GET', 'HEAD'];

/** A node as Manager's own page sends it: the whole entry of its list, with what was chosen. */
export const REGISTERED = {
  author: 'somebody',
  title: 'Example Pack',
  id: 'example-pack',
  reference: 'https://github.com/somebody/Example-Pack',
  repository: 'https://github.com/somebody/Example-Pack',
  files: ['https://github.com/somebody/Example-Pack.git'],
  pip: ['ultralytics'],
  install_type: 'git-clone',
  version: '1.2.3',
  selected_version: 'latest',
  channel: 'default',
  mode: 'cache',
  ui_id: 'row-1',
  skip_post_install: false,
};

/** What is left of it to send on. */
export const SENT = (({ files, repository, pip, ...rest }) => rest)(REGISTERED);

export const MODEL = {
  name: 'A model',
  type: 'checkpoint',
  base: 'SD1.5',
  save_path: 'checkpoints/SD1.5',
  filename: 'model.safetensors',
  url: 'https://huggingface.co/a/b/resolve/main/model.safetensors',
  ui_id: 'row-2',
};

const NIGHTLY = { ...REGISTERED, selected_version: 'nightly' };
const PICKLE = { ...MODEL, filename: 'model.ckpt' };

function each(names: string, rest: Omit<Expectation, 'name' | 'path'>): Expectation[] {
  return names.split(/\s+/).map((path) => ({
    ...rest,
    path,
    name: [path, rest.query, rest.body === undefined ? '' : JSON.stringify(rest.body).slice(0, 90)]
      .filter(Boolean)
      .join(' '),
  }));
}

const SETTERS =
  'manager/db_mode manager/policy/update manager/policy/component manager/preview_method manager/share_option ' +
  'manager/badge_mode manager/default_ui manager/component/policy manager/dbl_click/policy manager/terminal';
const INSTALLS =
  'manager/queue/install manager/queue/reinstall customnode/install customnode/reinstall customnode/queue/install';
const MODELS = 'manager/queue/install_model model/install externalmodel/install';

const task = (kind: unknown, params: unknown = {}) => ({ ui_id: 'a', client_id: 'b', kind, params });

/** The policy as its authors wrote it down, row by row and by hand: the code's own table is held against this. */
export const EXPECTED: readonly Expectation[] = [
  ...each('customnode/install/git_url customnode/install/pip', { methods: ANY, refused: 'SN' }),

  ...each(INSTALLS, { methods: ANY, refused: 'SN' }),
  ...each(INSTALLS, { methods: ['POST'], body: REGISTERED, refused: 'S' }),
  ...each(INSTALLS, { methods: ['POST'], body: NIGHTLY, refused: 'SN' }),

  ...each('manager/queue/uninstall customnode/uninstall customnode/queue/uninstall', {
    methods: ANY,
    refused: 'S',
  }),
  ...each(
    'manager/queue/update manager/queue/update_all manager/queue/update_comfyui customnode/update customnode/update_all ' +
      'customnode/queue/update comfyui_manager/comfyui_switch_version comfyui_manager/update_comfyui customnode/fetch_updates',
    { methods: ANY, refused: 'S' },
  ),
  ...each(
    'manager/queue/fix manager/queue/disable customnode/fix customnode/disable customnode/toggle_active ' +
      'customnode/queue/fix customnode/queue/disable',
    { methods: ANY, refused: 'S' },
  ),

  ...each(MODELS, { methods: ANY, refused: 'SN' }),
  ...each(MODELS, { methods: ['POST'], body: MODEL, refused: 'S' }),
  ...each(MODELS, { methods: ['POST'], body: PICKLE, refused: 'SN' }),

  ...each('manager/queue/task', { methods: ANY, refused: 'SN' }),
  ...['uninstall', 'update', 'update-comfyui', 'fix', 'disable', 'enable'].flatMap((kind) =>
    each('manager/queue/task', { methods: ['POST'], body: task(kind), refused: 'S' }),
  ),
  ...each('manager/queue/task', { methods: ['POST'], body: task('install', REGISTERED), refused: 'S' }),
  ...each('manager/queue/task', { methods: ['POST'], body: task('install', NIGHTLY), refused: 'SN' }),
  ...each('manager/queue/task', { methods: ['POST'], body: task('install-model', MODEL), refused: 'S' }),
  ...each('manager/queue/task', { methods: ['POST'], body: task('install-model', PICKLE), refused: 'SN' }),
  ...[
    'Install',
    'install ',
    'install_model',
    'constructor',
    '__proto__',
    'toString',
    '',
    null,
    ['update'],
  ].flatMap((kind) => each('manager/queue/task', { methods: ['POST'], body: task(kind), refused: 'SN' })),

  ...each('manager/queue/batch', { methods: ANY, refused: 'SN' }),
  ...['update_all', 'uninstall', 'update', 'update_comfyui', 'disable', 'fix'].flatMap((key) =>
    each('manager/queue/batch', { methods: ['POST'], body: { [key]: [{ id: 'a' }] }, refused: 'S' }),
  ),
  ...['install', 'reinstall'].flatMap((key) => [
    ...each('manager/queue/batch', { methods: ['POST'], body: { [key]: [REGISTERED] }, refused: 'S' }),
    ...each('manager/queue/batch', {
      methods: ['POST'],
      body: { update: [], [key]: [REGISTERED, NIGHTLY] },
      refused: 'SN',
    }),
    ...each('manager/queue/batch', { methods: ['POST'], body: { [key]: REGISTERED }, refused: 'SN' }),
  ]),
  ...each('manager/queue/batch', { methods: ['POST'], body: { install_model: [MODEL] }, refused: 'S' }),
  ...each('manager/queue/batch', {
    methods: ['POST'],
    body: { install_model: [MODEL, PICKLE] },
    refused: 'SN',
  }),
  ...each('manager/queue/batch', { methods: ['POST'], body: { batch_id: 'b-1', fix: [] }, refused: 'S' }),
  ...each('manager/queue/batch', {
    methods: ['POST'],
    body: { batch_id: '../../b', fix: [] },
    refused: 'SN',
  }),
  ...['enable', 'Install', 'constructor', 'update-comfyui', ''].flatMap((key) =>
    each('manager/queue/batch', { methods: ['POST'], body: { fix: [], [key]: [] }, refused: 'SN' }),
  ),

  ...each(
    'manager/queue/start manager/queue/reset manager/queue/abort_current customnode/queue/start customnode/queue/reset',
    { methods: ANY, refused: 'S' },
  ),
  ...each('snapshot/save snapshot/restore snapshot/remove', { methods: ANY, refused: 'S' }),
  ...each('manager/reboot', { methods: ANY, refused: 'S' }),

  ...each(SETTERS, { methods: ['POST'], refused: 'S' }),
  ...each(SETTERS, { methods: ANY, query: 'value=x', refused: 'S' }),
  ...each(SETTERS, { methods: ANY, query: 'mode=true', refused: 'S' }),
  ...each(SETTERS, { methods: READS, refused: '' }),
  ...each(SETTERS, { methods: READS, query: 'values=x&_=1', refused: '' }),
  ...each('manager/migrate_unmanaged_nodes', { methods: ANY, refused: 'S' }),

  ...each('manager/channel_url_list', { methods: ['POST'], refused: 'SN' }),
  ...each('manager/channel_url_list', { methods: ANY, query: 'value=x', refused: 'SN' }),
  ...each('manager/channel_url_list', { methods: READS, refused: '' }),

  ...each(
    'manager/share manager/set_openart_auth manager/set_esheep_workflow_and_images manager/component/save',
    { methods: ANY, refused: 'S' },
  ),
  ...each('manager/youml/settings', { methods: ['POST'], refused: 'S' }),
  ...each('manager/youml/settings', { methods: READS, refused: 'SN' }),
  ...each(
    'manager/get_openart_auth manager/get_matrix_auth manager/get_comfyworkflows_auth manager/get_esheep_workflow_and_images',
    { methods: ANY, refused: 'SN' },
  ),

  ...each(
    'customnode/getlist customnode/getmappings customnode/installed customnode/alternatives customnode/versions/a-node ' +
      'customnode/disabled_versions/a-node customnode/get_node_types_in_workflows customnode/import_fail_info ' +
      'customnode/import_fail_info_bulk externalmodel/getlist snapshot/getlist snapshot/get_current ' +
      'comfyui_manager/comfyui_versions manager/notice manager/startup_alerts manager/version manager/queue/status ' +
      'manager/queue/history manager/queue/history_list manager/is_legacy_manager_ui manager/get_matrix_dep_status ' +
      'manager/need_to_migrate manager/component/loads alternatives/getlist',
    { methods: ANY, query: 'mode=cache', refused: '' },
  ),

  // What no row names, in every part of the namespace.
  ...each(
    'manager manager/ manager/new_route manager/reboot/ manager/reboot/now manager/version/ customnode customnode/x ' +
      'customnode/versions customnode/versions/ snapshot snapshot/x comfyui_manager/x externalmodel/x model/install/x ' +
      'alternatives alternatives/x manager/constructor customnode/install/git_url/x',
    { methods: ANY, refused: 'SN' },
  ),
  ...each('manager/version manager/reboot manager/queue/status customnode/getlist manager/db_mode', {
    methods: ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'post', 'QUERY'],
    refused: 'SN',
  }),

  ...each('assets/download assets/download/x', { methods: [...ANY, 'PUT'], refused: 'SN' }),
];

/** A body as the proxy would read it, through its bytes. */
export function bodyOf(value: unknown): ManagerBody {
  return readManagerBody(() => '', Buffer.from(JSON.stringify(value)));
}

/** The call of an expectation, at a path of its own. */
export function callOf({ query = '', body }: Expectation, method: string, path: string): ManagerCall {
  return { method, path, query, ...(body === undefined ? {} : { body: bodyOf(body) }) };
}
