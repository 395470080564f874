import t from 'tap';
import { CLOSED, endOnAbort } from '../../client/closing.ts';
import { StudioError } from '../../client/error.ts';
import { createMailbox, type Mailbox } from '../../client/mailbox.ts';

async function readAll<T>(mailbox: Mailbox<T>): Promise<T[]> {
  const read: T[] = [];
  for await (const message of mailbox) read.push(message);
  return read;
}

t.test('a slow reader gets the newest of each key, and all that have keys of their own', async (t) => {
  const mailbox = createMailbox<string>();
  mailbox.put('progress', '10 %');
  mailbox.put('event 1', 'queued');
  mailbox.put('progress', '20 %');
  mailbox.put('event 2', 'started');
  mailbox.end();
  t.same(await readAll(mailbox), ['queued', '20 %', 'started']);
});

t.test('a reader that waits gets each one', async (t) => {
  const mailbox = createMailbox<number>();
  const reader = mailbox[Symbol.asyncIterator]();
  for (const number of [1, 2, 3]) {
    const next = reader.next();
    mailbox.put('same', number);
    t.same(await next, { value: number, done: false });
  }
  const last = reader.next();
  mailbox.end();
  t.same(await last, { value: undefined, done: true });
});

t.test('what is put while the reader is busy waits its turn', async (t) => {
  const mailbox = createMailbox<number>();
  mailbox.put('1', 1);
  const read: number[] = [];
  for await (const number of mailbox) {
    read.push(number);
    if (number < 3) mailbox.put(String(number + 1), number + 1);
    else mailbox.end();
  }
  t.same(read, [1, 2, 3]);
});

t.test(
  'more unread messages than there is room for are an error, after what there was room for',
  async (t) => {
    const mailbox = createMailbox<number>(3);
    for (const number of [1, 2, 3, 4, 5]) mailbox.put(String(number), number);
    t.equal(mailbox.isEnding, true);
    const read: number[] = [];
    await t.rejects(async () => {
      for await (const number of mailbox) read.push(number);
    }, StudioError);
    t.same(read, [1, 2, 3, 4], 'the fifth found it full');
  },
);

t.test('a signal ends it at once, with its reason, unless the client was closed', async (t) => {
  const reason = new Error('enough');
  for (const [abortReason, isError] of [
    [reason, true],
    [CLOSED, false],
  ] as const) {
    for (const isEarly of [true, false]) {
      const mailbox = createMailbox<number>();
      mailbox.put('1', 1);
      const controller = new AbortController();
      if (isEarly) controller.abort(abortReason);
      endOnAbort(mailbox, [new AbortController().signal, controller.signal]);
      controller.abort(abortReason);
      if (isError) await t.rejects(readAll(mailbox), reason);
      else t.same(await readAll(mailbox), []);
    }
  }
});
