import { type Fields, fieldsOf, listOf, numberOf, textOf } from '../../client/json.ts';

/** How much of something is taken, in bytes. */
export interface Share {
  readonly name: string;
  readonly used: number;
  readonly total: number;
}

/** A line of the status: null where Studio does not know. */
export interface StatusFact {
  readonly name: string;
  readonly value: string | null;
}

export interface SystemStatus {
  readonly uptimeSeconds: number | null;
  readonly comfyui: 'answers' | 'slow' | 'away' | 'unknown';
  readonly viewers: number | null;
  readonly versions: readonly StatusFact[];
  readonly shares: readonly Share[];
}

/** GET /api/admin/system/status. What an older or newer Studio does not tell is left out. */
export function systemStatusOf(answer: unknown): SystemStatus {
  const status = fieldsOf(answer) ?? {};
  const comfyui = fieldsOf(status.comfyui);
  const versions = fieldsOf(status.versions) ?? {};
  return {
    uptimeSeconds: numberOf(status.uptime_seconds),
    comfyui: comfyuiState(comfyui),
    viewers: numberOf(status.viewers),
    versions: [
      { name: 'Studio', value: textOf(versions.studio) },
      { name: 'ComfyUI', value: textOf(comfyui?.version) },
      { name: 'Python', value: textOf(comfyui?.python)?.split(' ')[0] ?? null },
      { name: 'PyTorch', value: textOf(comfyui?.pytorch) },
      { name: 'Node.js', value: textOf(versions.node) },
    ],
    shares: [...memoryShares(fieldsOf(status.memory)), ...vramShares(comfyui), ...diskShares(status.disk)],
  };
}

function comfyuiState(comfyui: Fields | null): SystemStatus['comfyui'] {
  if (comfyui === null) return 'unknown';
  if (comfyui.reachable === true) return 'answers';
  return comfyui.stale === true ? 'slow' : 'away';
}

function memoryShares(memory: Fields | null): Share[] {
  return share('Memory', memory?.system_total, memory?.system_free);
}

function vramShares(comfyui: Fields | null): Share[] {
  return listOf(comfyui?.devices).flatMap((value) => {
    const device = fieldsOf(value);
    return share(textOf(device?.name) ?? 'Device', device?.vram_total, device?.vram_free);
  });
}

function diskShares(disk: unknown): Share[] {
  const folders = fieldsOf(disk);
  return [
    ['Disk of Studio’s folder', fieldsOf(folders?.studio)] as const,
    ['Disk of the models', fieldsOf(folders?.models)] as const,
  ].flatMap(([name, folder]) => share(name, folder?.total, folder?.free));
}

function share(name: string, total: unknown, free: unknown): Share[] {
  const [all, left] = [numberOf(total), numberOf(free)];
  return all === null || left === null || all <= 0
    ? []
    : [{ name, used: Math.max(all - left, 0), total: all }];
}

const GIB = 1024 ** 3;

/** `3.4 of 16 GB used`, in the units that the machine's own tools use. */
export function shareInWords({ used, total }: Share): string {
  return `${sized(used / GIB)} of ${sized(total / GIB)} GiB`;
}

function sized(gib: number): string {
  return gib >= 99.5 ? gib.toFixed(0) : gib.toFixed(1);
}

/** `4 d 3 h`, `3 h 10 min`, `2 min`: coarse, as nobody waits for it. */
export function uptime(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (hours >= 24) return `${Math.floor(hours / 24)} d ${hours % 24} h`;
  return hours > 0 ? `${hours} h ${minutes % 60} min` : `${minutes} min`;
}
