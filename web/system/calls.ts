import { fieldsOf, textOf } from '../../client/json.ts';
import { confirmed } from '../confirmed.ts';
import { ask } from '../studio.ts';
import { type SettingGroup, settingGroupsOf } from './setting.ts';
import { type SystemStatus, systemStatusOf } from './system-status.ts';
import { type LastUpdate, lastUpdateOf } from './update-state.ts';

export async function getStatus(signal: AbortSignal): Promise<SystemStatus> {
  return systemStatusOf(await ask('/api/admin/system/status', { signal }));
}

const UPDATE = '/api/admin/system/update';

export async function getUpdate(signal: AbortSignal): Promise<LastUpdate> {
  return lastUpdateOf(await ask(UPDATE, { signal }));
}

/** Begins an update: 409 while one runs, 501 when no command is set. */
export async function startUpdate(key: string): Promise<void> {
  await confirmed('POST', UPDATE, key);
}

export async function putMaintenance(active: boolean, message: string, key: string): Promise<void> {
  const words = active && message !== '' ? { message } : {};
  await confirmed('PUT', '/api/admin/system/maintenance', key, { active, ...words });
}

export async function getSettings(signal: AbortSignal): Promise<readonly SettingGroup[]> {
  return settingGroupsOf(await ask('/api/admin/settings/env', { signal }));
}

/** The whole text of one variable; null when it is not set. */
export async function revealSetting(name: string, key: string): Promise<string | null> {
  return textOf(fieldsOf(await confirmed('POST', '/api/admin/settings/reveal', key, { name }))?.value);
}
