import type { SecurityLevel } from './manager-level.ts';

/**
 * When a row holds. GET stands for HEAD too, which aiohttp answers by running GET's handler. `write`: a POST, or a GET
 * that carries a `value` or a `mode`, by which older versions of Manager are told what to set.
 */
export type Condition = 'write' | 'GET' | 'POST';

/** What the body must be for a call to be allowed at normal as well; each has its own file beside this one. */
export type BodyRule = 'registered' | 'model' | 'task' | 'batch';

/** What somebody may want from Manager, and how far down the level must be for it. */
export interface Deed {
  /** In words that follow "may not": 'restart ComfyUI'. */
  readonly does: string;
  /** The strictest level that allows it, whatever the body. */
  readonly allowedAt: SecurityLevel;
  /** With `allowedAt: 'weak'`: it is allowed at normal too when the body passes this. */
  readonly unless?: BodyRule;
}

export interface PolicyRow extends Deed {
  /** After the optional /api and /v2, without a leading slash. A last `*` stands for whatever follows. */
  readonly paths: readonly string[];
  /** Missing: GET and POST alike, since older versions had GETs with side effects. */
  readonly when?: Condition;
}

/** One folder's routes, to keep the table below readable. */
function under(folder: string, ...names: readonly string[]): readonly string[] {
  return names.map((name) => `${folder}/${name}`);
}

const SETTERS = under(
  'manager',
  'db_mode',
  'policy/update',
  'policy/component',
  'preview_method',
  'share_option',
  'badge_mode',
  'default_ui',
  'component/policy',
  'dbl_click/policy',
  'terminal',
);

/**
 * What Manager's routes do and who may call them, for every version there has been. The first row that names the path
 * and whose condition holds decides; below weak, what no row names is refused in all of Manager's namespace.
 */
export const POLICY: readonly PolicyRow[] = [
  {
    paths: under('customnode', 'install/git_url', 'install/pip'),
    does: 'install from a git URL, or pip packages',
    allowedAt: 'weak',
  },
  {
    paths: [
      ...under('manager', 'queue/install', 'queue/reinstall'),
      ...under('customnode', 'install', 'reinstall', 'queue/install'),
    ],
    does: 'install a node',
    allowedAt: 'weak',
    unless: 'registered',
  },
  {
    paths: ['manager/queue/uninstall', ...under('customnode', 'uninstall', 'queue/uninstall')],
    does: 'uninstall a node',
    allowedAt: 'normal',
  },
  {
    paths: [
      ...under('manager/queue', 'update', 'update_all', 'update_comfyui'),
      ...under('customnode', 'update', 'update_all', 'queue/update', 'fetch_updates'),
      ...under('comfyui_manager', 'comfyui_switch_version', 'update_comfyui'),
    ],
    does: 'update nodes or ComfyUI',
    allowedAt: 'normal',
  },
  {
    paths: [
      ...under('manager/queue', 'fix', 'disable'),
      ...under('customnode', 'fix', 'disable', 'toggle_active', 'queue/fix', 'queue/disable'),
    ],
    does: 'change an installed node',
    allowedAt: 'normal',
  },
  {
    paths: ['manager/queue/install_model', 'model/install', 'externalmodel/install'],
    does: 'download a model',
    allowedAt: 'weak',
    unless: 'model',
  },
  {
    paths: ['manager/queue/task'],
    does: 'queue a task',
    allowedAt: 'weak',
    unless: 'task',
  },
  {
    paths: ['manager/queue/batch'],
    does: 'queue a batch of tasks',
    allowedAt: 'weak',
    unless: 'batch',
  },
  {
    paths: [
      ...under('manager/queue', 'start', 'reset', 'abort_current'),
      ...under('customnode/queue', 'start', 'reset'),
    ],
    does: "control Manager's queue",
    allowedAt: 'normal',
  },
  {
    paths: under('snapshot', 'save', 'restore', 'remove'),
    does: 'save, restore or remove a snapshot',
    allowedAt: 'normal',
  },
  { paths: ['manager/reboot'], does: 'restart ComfyUI', allowedAt: 'normal' },
  { paths: SETTERS, when: 'write', does: "change Manager's settings", allowedAt: 'normal' },
  {
    // Its GET migrates, with or without a value.
    paths: ['manager/migrate_unmanaged_nodes'],
    does: 'migrate unmanaged nodes',
    allowedAt: 'normal',
  },
  {
    paths: ['manager/channel_url_list'],
    when: 'write',
    does: 'change where nodes come from',
    allowedAt: 'weak',
  },
  {
    paths: under('manager', 'share', 'set_openart_auth', 'set_esheep_workflow_and_images', 'component/save'),
    does: 'share, upload or save through Manager',
    allowedAt: 'normal',
  },
  {
    paths: ['manager/youml/settings'],
    when: 'POST',
    does: 'share, upload or save through Manager',
    allowedAt: 'normal',
  },
  {
    paths: under(
      'manager',
      'get_openart_auth',
      'get_matrix_auth',
      'get_comfyworkflows_auth',
      'get_esheep_workflow_and_images',
    ),
    does: 'read credentials that Manager keeps',
    allowedAt: 'weak',
  },
  {
    paths: ['manager/youml/settings'],
    when: 'GET',
    does: 'read credentials that Manager keeps',
    allowedAt: 'weak',
  },
  {
    paths: [
      ...under('customnode', 'getlist', 'getmappings', 'installed', 'alternatives', 'versions/*'),
      ...under('customnode', 'disabled_versions/*', 'get_node_types_in_workflows'),
      ...under('customnode', 'import_fail_info', 'import_fail_info_bulk'),
      'externalmodel/getlist',
      ...under('snapshot', 'getlist', 'get_current'),
      'comfyui_manager/comfyui_versions',
      ...under('manager', 'notice', 'startup_alerts', 'version'),
      ...under('manager/queue', 'status', 'history', 'history_list'),
      ...under('manager', 'is_legacy_manager_ui', 'get_matrix_dep_status', 'need_to_migrate'),
      'manager/component/loads',
      'alternatives/getlist',
    ],
    does: 'look at what there is',
    allowedAt: 'strong',
  },
  {
    paths: [...SETTERS, 'manager/channel_url_list'],
    when: 'GET',
    does: "read Manager's settings",
    allowedAt: 'strong',
  },
];

/** The kinds of version 4's `manager/queue/task`. At strong the task is refused whatever its kind. */
export const TASK_KINDS: Readonly<Record<string, Deed>> = {
  install: { does: 'install a node', allowedAt: 'weak', unless: 'registered' },
  uninstall: { does: 'uninstall a node', allowedAt: 'normal' },
  update: { does: 'update a node', allowedAt: 'normal' },
  'update-comfyui': { does: 'update ComfyUI', allowedAt: 'normal' },
  fix: { does: 'repair a node', allowedAt: 'normal' },
  disable: { does: 'disable a node', allowedAt: 'normal' },
  enable: { does: 'enable a node', allowedAt: 'normal' },
  'install-model': {
    does: 'download a model',
    allowedAt: 'weak',
    unless: 'model',
  },
};

/** The keys of version 4's `manager/queue/batch`, each with a list of what is to be done. At strong it is refused. */
export const BATCH_KEYS: Readonly<Record<string, Deed>> = {
  update_all: { does: 'update all nodes', allowedAt: 'normal' },
  reinstall: { does: 'install a node', allowedAt: 'weak', unless: 'registered' },
  install: { does: 'install a node', allowedAt: 'weak', unless: 'registered' },
  uninstall: { does: 'uninstall a node', allowedAt: 'normal' },
  update: { does: 'update a node', allowedAt: 'normal' },
  update_comfyui: { does: 'update ComfyUI', allowedAt: 'normal' },
  disable: { does: 'disable a node', allowedAt: 'normal' },
  install_model: {
    does: 'download a model',
    allowedAt: 'weak',
    unless: 'model',
  },
  fix: { does: 'repair a node', allowedAt: 'normal' },
};

/** What is refused below weak though no row names it. */
export const UNNAMED = {
  unknown: { does: 'call what the policy does not know of Manager', allowedAt: 'weak' },
  unclear: { does: 'send a path that can be read in more than one way', allowedAt: 'weak' },
  userdata: { does: "write, move or delete user data where Manager's own files lie", allowedAt: 'weak' },
  assets: { does: 'download a model', allowedAt: 'weak' },
} as const satisfies Readonly<Record<string, Deed>>;

/** The first parts of every path that is Manager's, after /api and /v2. */
export const NAMESPACE: readonly string[] = [
  'manager',
  'customnode',
  'snapshot',
  'comfyui_manager',
  'externalmodel',
  'model/install',
  'alternatives',
];

/** What a body must be, in words that follow "unless". */
export const BODY_RULES: Readonly<Record<BodyRule, string>> = {
  registered:
    'it is a registered node: a numbered or the latest version, from the channel `default` or `local`. ' +
    'Its `files`, `repository` and `pip` are not sent on: where it comes from is for the registry to say',
  model: 'it is a `.safetensors` file with a `save_path` among the models, outside `custom_nodes`',
  task: 'its `kind` is allowed, see below',
  batch: 'each of its keys is allowed, see below',
};
