/** What can be given a port. */
export interface Listener {
  /** Binds the address; resolves to the port, which is the system's choice for port 0. Rejects when it is taken. */
  listen(host: string, port: number): Promise<number>;
  /** The same, but with a process that has the port by this call as well: the system deals new connections out to both. */
  listenBeside(host: string, port: number): Promise<number>;
}
