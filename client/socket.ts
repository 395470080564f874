/** What a WebSocket tells. */
export interface SocketEvents {
  onOpen(): void;
  /** Text, or an ArrayBuffer. */
  onFrame(data: unknown): void;
  /** Once, whatever happened; the code of the Close frame, 1006 when none came. */
  onClose(code: number): void;
}

/** An open WebSocket, or one that is being opened. */
export interface Socket {
  send(text: string): void;
  /** Says goodbye. */
  close(): void;
  /** Lets go without waiting for an answer that may never come. */
  abandon(): void;
}

/** Opens a WebSocket, with the headers where that is possible. Rejects when it cannot even be tried. */
export type Dial = (
  url: string,
  headers: Readonly<Record<string, string>>,
  events: SocketEvents,
) => Promise<Socket>;
