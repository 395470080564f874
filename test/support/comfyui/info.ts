/** What GET /features and the answer to a client's feature_flags say. */
export const serverFeatures = { supports_preview_metadata: true, max_upload_size: 104857600 };

const memory = 25276514304;

export const systemStats = {
  system: {
    os: 'posix',
    ram_total: memory,
    ram_free: 24502517760,
    comfyui_version: '0.3.64',
    required_frontend_version: '1.27.10',
    installed_templates_version: null,
    required_templates_version: '0.1.95',
    python_version: '3.13.5 (main, Aug 10 2026, 12:06:59) [GCC 14.2.0]',
    pytorch_version: '2.6.0+debian',
    embedded_python: false,
    argv: ['main.py', '--cpu', '--listen', '127.0.0.1'],
  },
  devices: [
    {
      name: 'cpu',
      type: 'cpu',
      index: null,
      vram_total: memory,
      vram_free: 24502517760,
      torch_vram_total: memory,
      torch_vram_free: 24502517760,
    },
  ],
};

export const modelFolders = [
  'checkpoints',
  'configs',
  'loras',
  'vae',
  'text_encoders',
  'diffusion_models',
  'clip_vision',
  'style_models',
  'embeddings',
  'diffusers',
  'vae_approx',
  'controlnet',
  'gligen',
  'upscale_models',
  'custom_nodes',
  'hypernetworks',
  'photomaker',
  'classifiers',
  'model_patches',
  'audio_encoders',
];

export const checkpoints = ['stand-in-v1.safetensors', 'stand-in-xl.safetensors'];
