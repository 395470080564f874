/**
 * What two servers must agree on. Everything is compared as it is, but for what cannot be the same twice: prompt ids
 * (numbered as they appear), timestamps, counters in file names, and texts of Python's own.
 */
export class NormalForm {
  readonly #ids = new Map<string, string>();

  /** A frame as a value to compare; `data` is the frame's text or bytes. */
  frame(data: string | Buffer): unknown {
    if (typeof data === 'string') return this.value(JSON.parse(data));
    const type = data.readUInt32BE(0);
    if (type === 1) return { preview: data.readUInt32BE(4), image: imageKind(data.subarray(8)) };
    const end = 8 + data.readUInt32BE(4);
    const head = data.subarray(8, end).toString();
    if (type === 4) return { metadata: this.value(JSON.parse(head)), image: imageKind(data.subarray(end)) };
    return { type, head, text: data.subarray(end).toString() };
  }

  value(value: unknown, key = ''): unknown {
    if (Array.isArray(value)) {
      if (key === 'traceback') return value.length === 0 ? [] : ['text'];
      const items = value.map((item) => this.value(item, key));
      // Lists made from Python sets have no order of their own.
      return key === 'executed' || key === 'current_outputs' ? items.sort() : items;
    }
    if (typeof value === 'object' && value !== null) {
      const entries = Object.entries(value).map(([name, item]) => [name, this.value(item, name)]);
      return key === 'current_inputs' ? shapeOf(value) : Object.fromEntries(entries);
    }
    if (key === 'prompt_id' && typeof value === 'string') return this.#id(value);
    if (key === 'timestamp' && typeof value === 'number') return 'a time';
    if (key === 'sid' && /^[0-9a-f]{32}$/.test(String(value))) return 'a made-up id';
    if (key === 'filename' && typeof value === 'string') {
      return value.replace(/_temp_[a-z]{5}_/, '_temp_').replace(/\d{5}/, '#####');
    }
    return value;
  }

  #id(id: string): string {
    const known = this.#ids.get(id) ?? `run ${this.#ids.size + 1}`;
    this.#ids.set(id, known);
    return known;
  }
}

/** Types instead of values, all the way down; of list items that look alike one stands for all. */
export function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) {
    const shapes = new Map(value.map((item) => [JSON.stringify(shapeOf(item)), shapeOf(item)]));
    return [...shapes.values()];
  }
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, item]) => [name, shapeOf(item)]));
}

function imageKind(bytes: Buffer): string {
  if (bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))) return 'jpeg';
  return bytes.subarray(0, 4).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47])) ? 'png' : 'neither';
}
