import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import t, { type Test } from 'tap';
import { addressesToTry, exposureNews, NOT_CHECKED, type OwnAddress } from '../../core/exposure.ts';
import { type ExposureOptions, watchExposure } from '../../core/exposure-watch.ts';
import { targetOf } from '../../core/proxy/target.ts';
import { nextTurn } from '../support/stream.ts';
import { startTestStudio } from '../support/studio.ts';

const OWN: readonly OwnAddress[] = [
  { address: '127.0.0.1', internal: true },
  { address: '::1', internal: true },
  { address: '10.0.0.5', internal: false },
  { address: '169.254.7.7', internal: false },
  { address: 'fd00::5', internal: false },
  { address: 'fe80::1:2', internal: false },
];
const ALL = ['10.0.0.5', '169.254.7.7', 'fd00::5'];
const EVERYWHERE = { host: '0.0.0.0', ports: [8000] };

/** Listeners of COMFYUI_URL. */
const at = (url: string, studio = EVERYWHERE) => ({ comfyui: targetOf(url), studio });

t.test('which addresses are tried', async (t) => {
  const rows: readonly [string, readonly string[] | null][] = [
    ['http://127.0.0.1:8188', ALL],
    ['http://127.0.0.2:8188', ALL],
    ['http://localhost:8188', ALL],
    ['http://[::1]:8188', ALL],
    ['http://[::ffff:127.0.0.1]:8188', ALL],
    ['http://0.0.0.0:8188', ALL],
    ['http://10.0.0.5:8188', ALL],
    ['http://[fd00:0::5]:8188', ALL],
    ['http://10.0.0.6:8188', null],
    ['http://[fd00::6]:8188', null],
    ['http://comfyui:8188', null],
    ['https://pod.example/base', null],
  ];
  for (const [url, expected] of rows) t.same(addressesToTry(at(url), OWN), expected, url);
  const studio = { host: '10.0.0.5', ports: [8000, 8188] };
  t.same(
    addressesToTry(at('http://127.0.0.1:8188', studio), OWN),
    ['169.254.7.7', 'fd00::5'],
    'where Studio itself has the port, it is Studio that answers',
  );
});

t.test('what the owner is told, and when', async (t) => {
  const nowhere = { checked: true, reachable: [] };
  const somewhere = { checked: true, reachable: ['10.0.0.5', 'fd00::5'] };
  t.equal(exposureNews(NOT_CHECKED, nowhere, 8188), null);
  t.equal(exposureNews(NOT_CHECKED, NOT_CHECKED, 8188), null);
  t.equal(exposureNews(somewhere, somewhere, 8188), null, 'once');
  const news = exposureNews(NOT_CHECKED, somewhere, 8188);
  t.equal(news?.level, 'warn');
  t.match(news?.message, /10\.0\.0\.5:8188, \[fd00::5\]:8188\..*--listen 127\.0\.0\.1/s);
  t.equal(exposureNews(somewhere, { checked: true, reachable: ['10.0.0.5'] }, 8188)?.level, 'warn');
  t.equal(exposureNews(somewhere, nowhere, 8188)?.level, 'info');
});

/** A watch of which only its looks are wanted, and what it logged. */
function watch(t: Test, options: Partial<ExposureOptions>) {
  const told: [string, string][] = [];
  const log = {
    warn: (message: string) => void told.push(['warn', message]),
    info: (message: string) => void told.push(['info', message]),
  };
  const exposure = watchExposure({ listeners: at('http://127.0.0.1:8188'), log, ...options });
  t.teardown(() => exposure.stop());
  return { exposure, told };
}

t.test('it looks again and again, at this machine only, and tells of changes', async (t) => {
  const open = new Set<string>();
  const tried: string[] = [];
  const { exposure, told } = watch(t, {
    interfaces: () => OWN,
    answers: async (address, port) => {
      tried.push(`${address} ${port}`);
      return open.has(address);
    },
  });
  t.same(exposure.current, { checked: false, reachable: [] });
  await exposure.look();
  t.same(exposure.current, { checked: true, reachable: [] });
  t.same(
    tried,
    ALL.map((address) => `${address} 8188`),
  );
  open.add('fd00::5');
  await Promise.all([exposure.look(), exposure.look()]);
  t.equal(tried.length, 6, 'two that want the next look share it');
  t.same(exposure.current, { checked: true, reachable: ['fd00::5'] });
  await exposure.look();
  t.same(
    told.map(([level]) => level),
    ['warn'],
  );
  open.clear();
  await exposure.look();
  t.same(
    told.map(([level]) => level),
    ['warn', 'info'],
  );
});

t.test('every so often by itself, until it is stopped', async (t) => {
  let looked = () => {};
  const again = new Promise<void>((resolve) => {
    looked = resolve;
  });
  const { exposure } = watch(t, {
    intervalMs: 1,
    interfaces: () => OWN,
    answers: async () => {
      looked();
      return false;
    },
  });
  // The watch itself keeps no process alive.
  const alive = setInterval(() => {}, 1000);
  await again;
  clearInterval(alive);
  exposure.stop();
  await exposure.look();
  t.pass('a look after the stop does nothing');
});

t.test('a ComfyUI elsewhere is not looked at', async (t) => {
  const { exposure } = watch(t, {
    listeners: at('http://comfyui:8188'),
    interfaces: () => OWN,
    answers: async () => {
      t.fail('nothing is to be tried');
      return true;
    },
  });
  await exposure.look();
  t.same(exposure.current, { checked: false, reachable: [] });
});

t.test('a look that fails is not the last', async (t) => {
  let fails = true;
  const { exposure, told } = watch(t, {
    interfaces() {
      if (fails) throw new Error('the system does not say');
      return OWN;
    },
    answers: async () => false,
  });
  await exposure.look();
  t.match(told, [['warn', /does not say/]]);
  fails = false;
  await exposure.look();
  t.equal(exposure.current.checked, true);
});

const outside = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ internal, family }) => !internal && family === 'IPv4')?.address;

t.test(
  'on this machine: a server on every address is found, one on loopback is not',
  { skip: outside === undefined && 'this machine has no address but loopback' },
  async (t) => {
    for (const [host, isFound] of [
      ['0.0.0.0', true],
      ['127.0.0.1', false],
    ] as const) {
      const server = createServer((socket) => socket.on('error', () => {}));
      server.listen(0, host);
      await once(server, 'listening');
      t.teardown(() => server.close());
      const { port } = server.address() as AddressInfo;
      const { exposure, told } = watch(t, { listeners: at(`http://127.0.0.1:${port}`) });
      await exposure.look();
      t.equal(exposure.current.checked, true);
      t.equal(exposure.current.reachable.includes(outside ?? ''), isFound, host);
      t.equal(told.length, isFound ? 1 : 0);
    }
  },
);

t.test(
  'a Studio warns at its start, with the remedy, when its ComfyUI can be reached past it',
  { skip: outside === undefined && 'this machine has no address but loopback' },
  async (t) => {
    const server = createServer((socket) => socket.on('error', () => {}).end());
    server.listen(0, '0.0.0.0');
    await once(server, 'listening');
    t.teardown(() => server.close());
    const { port } = server.address() as AddressInfo;
    const { context, logged } = await startTestStudio(t, { COMFYUI_URL: `http://127.0.0.1:${port}` });
    const warning = () => logged.find((line) => line.includes('past Studio'));
    while (warning() === undefined) await nextTurn();
    t.match(warning(), new RegExp(`${outside}:${port}.*--listen 127\\.0\\.0\\.1`));
    t.match(context.exposure.current, { checked: true, reachable: [outside] });
  },
);
