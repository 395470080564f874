import { fieldsOf, listOf, textOf } from '../../client/json.ts';

/** An environment variable, as it may be shown. */
export interface Setting {
  readonly name: string;
  readonly help: string;
  readonly isSet: boolean;
  readonly isSensitive: boolean;
  /** Its text or the default; of a sensitive one its last characters at most, or null. */
  readonly value: string | null;
}

export interface SettingGroup {
  readonly name: string;
  readonly settings: readonly Setting[];
}

/** GET /api/admin/settings/env. */
export function settingGroupsOf(answer: unknown): readonly SettingGroup[] {
  return listOf(fieldsOf(answer)?.groups).flatMap((value) => {
    const group = fieldsOf(value);
    const name = textOf(group?.name);
    return name === null ? [] : [{ name, settings: listOf(group?.variables).flatMap(settingOf) }];
  });
}

function settingOf(value: unknown): Setting[] {
  const fields = fieldsOf(value);
  const name = textOf(fields?.name);
  if (fields === null || name === null) return [];
  return [
    {
      name,
      help: textOf(fields.help) ?? '',
      isSet: fields.set === true,
      // What does not say that it may be shown is taken for a secret.
      isSensitive: fields.sensitive !== false,
      value: textOf(fields.value),
    },
  ];
}

const GROUP_NAMES: Readonly<Record<string, string>> = {
  comfyui: 'ComfyUI',
  tokens: 'Tokens of other services',
};

export function groupTitle(name: string): string {
  return GROUP_NAMES[name] ?? name.charAt(0).toUpperCase() + name.slice(1);
}

/** What stands in for a value that is not shown. */
export function shownValue({ isSet, isSensitive, value }: Setting): string {
  if (isSensitive) return isSet ? `••••${value?.replace(/^\.+/, '') ?? ''}` : 'not set';
  return value === null || value === '' ? 'not set' : value;
}
