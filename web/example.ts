const EXAMPLE = {
  '3': {
    class_type: 'KSampler',
    inputs: {
      model: ['4', 0],
      positive: ['6', 0],
      negative: ['7', 0],
      latent_image: ['5', 0],
      seed: 0,
      steps: 20,
      cfg: 7,
      sampler_name: 'euler',
      scheduler: 'normal',
      denoise: 1,
    },
    _meta: { title: 'KSampler' },
  },
  '4': {
    class_type: 'CheckpointLoaderSimple',
    inputs: { ckpt_name: 'v1-5-pruned-emaonly-fp16.safetensors' },
    _meta: { title: 'Load Checkpoint' },
  },
  '5': {
    class_type: 'EmptyLatentImage',
    inputs: { width: 512, height: 512, batch_size: 1 },
    _meta: { title: 'Empty Latent Image' },
  },
  '6': {
    class_type: 'CLIPTextEncode',
    inputs: { text: 'three mountain ridges and a lake at dusk', clip: ['4', 1] },
    _meta: { title: 'Positive prompt' },
  },
  '7': {
    class_type: 'CLIPTextEncode',
    inputs: { text: 'text, watermark', clip: ['4', 1] },
    _meta: { title: 'Negative prompt' },
  },
  '8': {
    class_type: 'VAEDecode',
    inputs: { samples: ['3', 0], vae: ['4', 2] },
    _meta: { title: 'VAE Decode' },
  },
  '9': {
    class_type: 'SaveImage',
    inputs: { filename_prefix: 'studio', images: ['8', 0] },
    _meta: { title: 'Save Image' },
  },
};

/**
 * Text to image with the checkpoint that ComfyUI's own first workflow asks for, or the first of those that this ComfyUI has, when
 * that is not among them; another seed every time.
 */
export function exampleWorkflow(checkpoints: readonly string[]): string {
  const { '3': sampler, '4': loader } = EXAMPLE;
  const seed = Math.floor(Math.random() * 2 ** 32);
  const wanted = loader.inputs.ckpt_name;
  const ckpt_name = checkpoints.includes(wanted) ? wanted : (checkpoints[0] ?? wanted);
  const example = {
    ...EXAMPLE,
    '3': { ...sampler, inputs: { ...sampler.inputs, seed } },
    '4': { ...loader, inputs: { ckpt_name } },
  };
  return JSON.stringify(example, null, 2);
}
