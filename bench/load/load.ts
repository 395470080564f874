/** The same request, over and over. */
export interface Load {
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** The only status that counts as an answer. */
  readonly status: number;
  readonly connections: number;
  /** How many requests wait on each connection: enough of them, and the server never waits for the client. */
  readonly pipelining: number;
}
