import { empty, json, plain, type StandInReply, type StandInRequest } from './http.ts';
import { sendFile } from './view.ts';

interface UserFile {
  readonly bytes: Buffer;
  readonly modified: Date;
  readonly etag: string;
}

/** The graph editor's files and settings of the one user there is. */
export class UserData {
  readonly #files = new Map<string, UserFile>();
  readonly #settings = new Map<string, unknown>();

  /** GET /userdata?dir= */
  list(request: StandInRequest): StandInReply {
    const start = `${request.query.get('dir') ?? ''}/`;
    const names = [...this.#files.keys()].filter((name) => name.startsWith(start));
    if (names.length === 0) return plain(404, 'Directory not found');
    return json(names.map((name) => name.slice(start.length)));
  }

  /** GET, POST and DELETE of /userdata/{file}; the file's own slashes come as %2F. */
  file(request: StandInRequest, name: string): StandInReply {
    const path = decodeURIComponent(name);
    if (request.method === 'POST') {
      if (this.#files.has(path) && request.query.get('overwrite') === 'false')
        return plain(409, 'File already exists');
      const modified = new Date();
      const etag = `"${modified.getTime().toString(16)}-${request.body.length.toString(16)}"`;
      this.#files.set(path, { bytes: request.body, modified, etag });
      return json(path);
    }
    const file = this.#files.get(path);
    if (!file) return empty(404);
    if (request.method === 'DELETE') {
      this.#files.delete(path);
      return empty(204);
    }
    const type = path.endsWith('.json') ? 'application/json' : 'application/octet-stream';
    return sendFile({ 'Content-Type': type }, file, request.headers);
  }

  settings(): StandInReply {
    return json(Object.fromEntries(this.#settings));
  }

  setting(id: string): StandInReply {
    return json(this.#settings.get(id) ?? null);
  }

  change(values: Readonly<Record<string, unknown>>): StandInReply {
    for (const [id, value] of Object.entries(values)) this.#settings.set(id, value);
    return empty();
  }
}
