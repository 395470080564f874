import t from 'tap';
import { answerCounter } from '../../bench/load/burst.ts';

const ANSWERS = Buffer.from(
  'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nHTTPHTTP/1.1 200 OK\r\n\r\n',
);

t.test('answers are counted once each, wherever the bytes are cut', async (t) => {
  for (let cut = 0; cut <= ANSWERS.length; cut += 1) {
    const count = answerCounter(200);
    const seen = [count(ANSWERS.subarray(0, cut)), count(ANSWERS.subarray(cut))];
    const sum = (seen[0] ?? Number.NaN) + (seen[1] ?? Number.NaN);
    if (sum !== 3) t.fail(`cut at ${cut}: ${seen}`);
  }
  const byByte = answerCounter(200);
  let sum = 0;
  for (const byte of ANSWERS) sum += byByte(Buffer.from([byte])) ?? Number.NaN;
  t.equal(sum, 3, 'byte by byte');
});

t.test('an answer with another status is no answer', async (t) => {
  t.equal(answerCounter(200)(Buffer.from('HTTP/1.1 503 Service Unavailable\r\n')), null);
  const cut = answerCounter(200);
  t.equal(cut(Buffer.from('HTTP/1.1 5')), 0, 'not known yet');
  t.equal(cut(Buffer.from('03 ')), null);
});
