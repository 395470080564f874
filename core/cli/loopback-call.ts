import { get } from 'node:http';
import { get as secureGet } from 'node:https';

/** In ms. It is on this machine. */
const PATIENCE_MS = 3000;

const LONGEST_ANSWER = 1024 * 1024;

export interface Answer {
  readonly status: number;
  /** Null when it is not JSON. */
  readonly body: unknown;
}

/**
 * Asks a Studio on this machine. Its certificate is for the name that others call it by, not for its address here, so it is
 * not looked at: what is sent over the loopback is nothing that plain http would be too little for. Rejects when nothing answers.
 */
export async function callLoopback(url: URL, headers: Readonly<Record<string, string>>): Promise<Answer> {
  const options = {
    headers,
    agent: false,
    signal: AbortSignal.timeout(PATIENCE_MS),
    rejectUnauthorized: false,
  };
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? secureGet(url, options) : get(url, options);
    request.on('error', reject);
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
        if (text.length > LONGEST_ANSWER) request.destroy(new Error('the answer is too long'));
      });
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: parsed(text) }));
    });
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
