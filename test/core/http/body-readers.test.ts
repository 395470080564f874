import t from 'tap';
import { z } from 'zod';
import { bodyKind, mediaType, readForm, readJson } from '../../../core/http/body-readers.ts';
import { HttpError } from '../../../core/http/http-error.ts';

const withType = (type: string) => ({ header: (name: string) => (name === 'content-type' ? type : '') });
const Schema = z.object({
  api_key: z.string().max(10),
  deep: z.object({ list: z.array(z.number()) }).optional(),
});

function refusal(read: () => unknown): string {
  try {
    read();
    return 'taken';
  } catch (error) {
    if (error instanceof HttpError) return `${error.status} ${error.detail}`;
    throw error;
  }
}

t.test('a media type is told without its parameters, in lower case', async (t) => {
  const rows: readonly [string, string][] = [
    ['', ''],
    ['application/json', 'application/json'],
    ['Application/JSON; charset=utf-8', 'application/json'],
    [' text/plain ;x', 'text/plain'],
    ['; charset=utf-8', ''],
  ];
  for (const [header, type] of rows) t.equal(mediaType(withType(header)), type);
});

t.test('a body is read as what its type says, but a form that begins with a brace is JSON', async (t) => {
  const form = 'application/x-www-form-urlencoded';
  const rows: readonly [string, string, ReturnType<typeof bodyKind>][] = [
    [form, 'api_key=k', 'form'],
    [form, '', 'form'],
    [form, '{"api_key":"k"}', 'json'],
    [form, ' {"api_key":"k"}', 'form'],
    [form, '%7B=k', 'form'],
    ['application/json', 'api_key=k', 'json'],
    ['text/plain', '{', 'json'],
    ['', '', 'json'],
    ['multipart/form-data; boundary=x', '{', 'other'],
  ];
  for (const [type, body, kind] of rows)
    t.equal(bodyKind(withType(type), Buffer.from(body)), kind, `${type}: ${body}`);
});

t.test('JSON may come as application/json, text/plain or without a type; else 415', async (t) => {
  const rows: readonly [string, string][] = [
    ['', 'taken'],
    ['application/json', 'taken'],
    ['application/json;charset=UTF-8', 'taken'],
    ['text/plain', 'taken'],
    ['text/html', '415 The body must be application/json'],
    ['multipart/form-data; boundary=x', '415 The body must be application/json'],
    ['application/jsonx', '415 The body must be application/json'],
  ];
  for (const [type, answer] of rows)
    t.equal(
      refusal(() => readJson(withType(type), Buffer.from('{"api_key":"k"}'), Schema)),
      answer,
      type,
    );
});

t.test('what does not fit the schema gets 400 that names the place and shows no value', async (t) => {
  const rows: readonly [string, string][] = [
    ['[]', '400 The body: '],
    ['5', '400 The body: '],
    ['null', '400 The body: '],
    ['"text"', '400 The body: '],
    ['{}', '400 api_key: '],
    ['{"api_key":5}', '400 api_key: '],
    ['{"api_key":["k"]}', '400 api_key: '],
    ['{"api_key":"hunter2-hunter2"}', '400 api_key: '],
    ['{"api_key":"k","deep":{"list":[1,"x"]}}', '400 deep.list.1: '],
  ];
  for (const [body, begin] of rows) {
    const answer = refusal(() => readJson(withType(''), Buffer.from(body), Schema));
    t.ok(answer.startsWith(begin), `${body}: ${answer}`);
    t.notMatch(answer, 'hunter2');
  }
});

t.test('a name of any length in the body makes no long answer', async (t) => {
  const record = z.record(z.string(), z.number());
  const body = Buffer.from(JSON.stringify({ ['n'.repeat(100_000)]: 'x' }));
  t.ok(refusal(() => readJson(withType(''), body, record)).length < 400);
});

t.test('a form is application/x-www-form-urlencoded; else 415', async (t) => {
  const body = Buffer.from('api_key=a%2Bb+c&next=%2Fhome&api_key=second');
  const form = readForm(withType('Application/X-WWW-Form-Urlencoded; charset=utf-8'), body);
  t.equal(form.get('api_key'), 'a+b c', 'the first of two counts');
  t.equal(form.get('next'), '/home');
  for (const type of ['', 'text/plain', 'multipart/form-data; boundary=x', 'application/json'])
    t.match(
      refusal(() => readForm(withType(type), body)),
      /^415 /,
      type,
    );
});

t.test('a form that is not UTF-8 or not well-formed is read as browsers read it', async (t) => {
  const form = readForm(withType('application/x-www-form-urlencoded'), Buffer.from([0x61, 0x3d, 0xff]));
  t.equal(form.get('a'), '\ufffd');
  t.equal(readForm(withType('application/x-www-form-urlencoded'), Buffer.from('a=%zz&&=')).get('a'), '%zz');
});
