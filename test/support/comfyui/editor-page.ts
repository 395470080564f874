/** A page that does to its server what ComfyUI's graph editor does: everything relative to where it is. */
export const editorPage = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>ComfyUI (stand-in)</title>
<link rel="icon" href="data:,">
<script type="module" src="assets/editor.js"></script>
</head>
<body>
<h1>ComfyUI (stand-in)</h1>
<p>Socket: <output id="socket">closed</output></p>
<button id="queue">Queue</button>
<p>Run: <output id="run">none</output></p>
<img id="preview" alt="Preview">
<img id="result" alt="Result">
</body>
</html>
`;

/** The base is found, the socket opened and the first message sent as ComfyUI's own frontend does. */
export const editorScript = `
const base = location.pathname.split('/').slice(0, -1).join('/');
const element = (id) => document.getElementById(id);
const clientId = sessionStorage.getItem('clientId') ?? crypto.randomUUID();
sessionStorage.setItem('clientId', clientId);

const prompt = {
  1: { class_type: 'EmptyImage', inputs: { width: 64, height: 64, batch_size: 1, color: 3368601 } },
  2: {
    class_type: 'SlowSampler',
    inputs: { image: ['1', 0], steps: 8, seed: Date.now(), delay_ms: 20, preview: 'jpeg' },
    _meta: { title: 'The sampler' },
  },
  3: { class_type: 'SaveImage', inputs: { images: ['2', 0], filename_prefix: 'editor' } },
};

function open() {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  const socket = new WebSocket(scheme + '://' + location.host + base + '/ws?clientId=' + clientId);
  socket.binaryType = 'arraybuffer';
  socket.onopen = () => {
    socket.send(JSON.stringify({ type: 'feature_flags', data: { supports_preview_metadata: true } }));
    element('socket').value = 'open';
  };
  socket.onmessage = ({ data }) => (typeof data === 'string' ? hear(JSON.parse(data)) : show(data));
  socket.onclose = () => {
    element('socket').value = 'closed';
    setTimeout(open, 300);
  };
}

function hear({ type, data }) {
  if (type === 'progress') element('run').value = 'step ' + data.value + ' of ' + data.max;
  if (type === 'executed') element('result').src = base + '/api/view?' + new URLSearchParams(data.output.images[0]);
  if (type === 'execution_success') element('run').value = 'done ' + data.prompt_id;
}

function show(frame) {
  const view = new DataView(frame);
  const start = view.getUint32(0) === 4 ? 8 + view.getUint32(4) : 8;
  element('preview').src = URL.createObjectURL(new Blob([frame.slice(start)], { type: 'image/jpeg' }));
}

element('queue').onclick = async () => {
  const body = JSON.stringify({ client_id: clientId, prompt });
  const answer = await fetch(base + '/api/prompt', { method: 'POST', body });
  element('run').value = answer.ok ? 'queued' : 'refused with ' + answer.status;
};

open();
`;
