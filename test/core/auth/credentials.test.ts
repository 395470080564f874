import t from 'tap';
import { keyOfAuthorization, presentedKey } from '../../../core/auth/credentials.ts';
import { makeRequest } from '../../support/handler.ts';

const basic = (userAndPassword: string) => `Basic ${Buffer.from(userAndPassword).toString('base64')}`;

const AUTHORIZATIONS: readonly [string, string, ReturnType<typeof keyOfAuthorization>][] = [
  ['Bearer', 'Bearer k3y', { key: 'k3y', scheme: 'bearer' }],
  ["the scheme's name in any case", 'bEARER k3y', { key: 'k3y', scheme: 'bearer' }],
  ['several spaces', 'Bearer   k3y ', { key: 'k3y', scheme: 'bearer' }],
  ['Bearer without a key', 'Bearer ', null],
  ['Bearer alone', 'Bearer', null],
  ['a key with a space in it', 'Bearer a b', null],
  ['a tab is no space here', 'Bearer\tk3y', null],
  ['the password of Basic', basic('me:k3y'), { key: 'k3y', scheme: 'basic' }],
  ['Basic without a user', basic(':k3y'), { key: 'k3y', scheme: 'basic' }],
  ['a password with colons', basic('me:a:b'), { key: 'a:b', scheme: 'basic' }],
  ['an empty password', basic('me:'), { key: '', scheme: 'basic' }],
  ['no colon, so no password', basic('k3y'), null],
  ['a password that is not ASCII', basic('me:schlüssel'), { key: 'schlüssel', scheme: 'basic' }],
  ['not base64', 'Basic !!!', null],
  ['another scheme', 'Digest username="me"', null],
  ['a scheme that begins so', 'Bearerx k3y', null],
  ['no scheme', 'k3y', null],
];

t.test('"accepted as Authorization: Bearer <key> and as the password of Authorization: Basic"', async (t) => {
  for (const [what, header, key] of AUTHORIZATIONS) t.same(keyOfAuthorization(header), key, what);
});

t.test('X-API-Key goes before Authorization', async (t) => {
  const headers = { 'x-api-key': 'first', authorization: 'Bearer second' };
  t.same(presentedKey(makeRequest({ headers })), { key: 'first', scheme: 'x-api-key' });
  t.same(presentedKey(makeRequest({ headers: { ...headers, 'x-api-key': '' } })), {
    key: 'second',
    scheme: 'bearer',
  });
  t.equal(presentedKey(makeRequest()), null);
});

t.test('"Never taken from the URL", nor from a header of another name', async (t) => {
  const query = 'api_key=k3y&key=k3y&x-api-key=k3y&token=k3y&access_token=k3y';
  t.equal(presentedKey(makeRequest({ path: '/api/x', query })), null);
  for (const name of ['x_api_key', 'api-key', 'x-auth-token', 'proxy-authorization', 'cookie'])
    t.equal(presentedKey(makeRequest({ headers: { [name]: 'k3y' } })), null, name);
});

t.test('a long header is read in one go', async (t) => {
  // Each of these made a careless expression try every way to split it.
  for (const hostile of [
    `bearer ${' '.repeat(16_000)}`,
    `basic ${'a '.repeat(8000)}`,
    `bearer ${'a'.repeat(16_000)} x`,
  ])
    t.equal(keyOfAuthorization(hostile), null);
});
