import { createServer } from 'node:net';
import t from 'tap';
import { probeExposure } from '../../../core/posture/exposure.ts';

t.test('a ComfyUI that listens on loopback only is checked, and reachable nowhere else', async (t) => {
  const server = createServer();
  t.teardown(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') return t.fail('it has a port');
  t.same(await probeExposure(`http://127.0.0.1:${address.port}`), { checked: true, reachable: [] });
});

t.test('what does not run, or runs elsewhere, cannot be told', async (t) => {
  t.same(await probeExposure('http://127.0.0.1:9'), { checked: false, reachable: [] });
  t.same(await probeExposure('http://comfyui.example:8188'), { checked: false, reachable: [] });
});
