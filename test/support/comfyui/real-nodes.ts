import { createHash } from 'node:crypto';
import type { Picture } from './images.ts';
import { checkpoints } from './info.ts';
import type { InputConfig, NodeClass } from './node-class.ts';
import { samplers, schedulers } from './samplers.ts';

const other = { kind: 'other' } as const;
const side = (tooltip: string): InputConfig => [
  'INT',
  { default: 512, min: 16, max: 16384, step: 8, tooltip },
];
const hidden = { prompt: 'PROMPT', extra_pnginfo: 'EXTRA_PNGINFO' };

/** ComfyUI's own nodes, as many as a text-to-image or image-to-image workflow needs. */
export const realNodes: Readonly<Record<string, NodeClass>> = {
  CheckpointLoaderSimple: {
    category: 'loaders',
    displayName: 'Load Checkpoint',
    required: { ckpt_name: [checkpoints, { tooltip: 'The name of the checkpoint (model) to load.' }] },
    outputs: ['MODEL', 'CLIP', 'VAE'],
    run: () => ({ outputs: [{ kind: 'model', stepMs: 50 }, other, other] }),
  },
  CLIPTextEncode: {
    category: 'conditioning',
    displayName: 'CLIP Text Encode (Prompt)',
    required: { text: ['STRING', { multiline: true, dynamicPrompts: true }], clip: ['CLIP', {}] },
    outputs: ['CONDITIONING'],
    run: () => ({ outputs: [other] }),
  },
  EmptyLatentImage: {
    category: 'latent',
    displayName: 'Empty Latent Image',
    required: {
      width: side('The width of the latent images in pixels.'),
      height: side('The height of the latent images in pixels.'),
      batch_size: ['INT', { default: 1, min: 1, max: 4096 }],
    },
    outputs: ['LATENT'],
    run: (inputs) => ({
      outputs: [
        { kind: 'picture', picture: surface(inputs.number('width'), inputs.number('height'), 0x808080) },
      ],
    }),
  },
  KSampler: {
    category: 'sampling',
    description: 'Uses the provided model, positive and negative conditioning to denoise the latent image.',
    required: {
      model: ['MODEL', { tooltip: 'The model used for denoising the input latent.' }],
      seed: ['INT', { default: 0, min: 0, max: 2 ** 64, control_after_generate: true }],
      steps: ['INT', { default: 20, min: 1, max: 10000 }],
      cfg: ['FLOAT', { default: 8, min: 0, max: 100, step: 0.1, round: 0.01 }],
      sampler_name: [samplers, {}],
      scheduler: [schedulers, {}],
      positive: ['CONDITIONING', {}],
      negative: ['CONDITIONING', {}],
      latent_image: ['LATENT', {}],
      denoise: ['FLOAT', { default: 1, min: 0, max: 1, step: 0.01 }],
    },
    outputs: ['LATENT'],
    outputTooltips: ['The denoised latent.'],
    async run(inputs, context) {
      const steps = inputs.number('steps');
      const painted: Picture = {
        ...inputs.picture('latent_image'),
        seed: inputs.number('seed'),
        progress: 1,
      };
      for (let step = 1; step <= steps; step++) {
        await context.step(inputs.stepMs('model'), step);
        context.progress(step, steps, { picture: { ...painted, progress: step / steps }, format: 'jpeg' });
      }
      return { outputs: [{ kind: 'picture', picture: painted }] };
    },
  },
  VAEDecode: {
    category: 'latent',
    displayName: 'VAE Decode',
    required: { samples: ['LATENT', {}], vae: ['VAE', {}] },
    outputs: ['IMAGE'],
    run: (inputs) => ({ outputs: [{ kind: 'picture', picture: inputs.picture('samples') }] }),
  },
  VAEEncode: {
    category: 'latent',
    displayName: 'VAE Encode',
    required: { pixels: ['IMAGE', {}], vae: ['VAE', {}] },
    outputs: ['LATENT'],
    run: (inputs) => ({ outputs: [{ kind: 'picture', picture: inputs.picture('pixels') }] }),
  },
  LoadImage: {
    category: 'image',
    displayName: 'Load Image',
    // The real list is that of the input folder; the node's own validation looks there instead.
    required: { image: ['STRING', { image_upload: true }] },
    outputs: ['IMAGE', 'MASK'],
    validate(inputs, files) {
      const name = String(inputs.image);
      if (files.read('input', name)) return null;
      return { input: 'image', message: `Invalid image file: ${name}` };
    },
    run(inputs, context) {
      const bytes = context.files.read('input', inputs.text('image'))?.bytes ?? Buffer.alloc(0);
      const seed = createHash('sha256').update(bytes).digest().readUInt32BE();
      const picture = { ...surface(512, 512, 0x808080), seed };
      return { outputs: [{ kind: 'picture', picture }, other] };
    },
  },
  EmptyImage: {
    category: 'image',
    required: {
      width: ['INT', { default: 512, min: 1, max: 16384, step: 1 }],
      height: ['INT', { default: 512, min: 1, max: 16384, step: 1 }],
      batch_size: ['INT', { default: 1, min: 1, max: 4096 }],
      color: ['INT', { default: 0, min: 0, max: 0xffffff, step: 1, display: 'color' }],
    },
    outputs: ['IMAGE'],
    run(inputs) {
      const picture = surface(inputs.number('width'), inputs.number('height'), inputs.number('color'));
      return { outputs: [{ kind: 'picture', picture }] };
    },
  },
  ImageInvert: {
    category: 'image',
    displayName: 'Invert Image',
    required: { image: ['IMAGE', {}] },
    outputs: ['IMAGE'],
    run: (inputs) => ({ outputs: [{ kind: 'picture', picture: inputs.picture('image') }] }),
  },
  SaveImage: {
    category: 'image',
    displayName: 'Save Image',
    description: 'Saves the input images to your ComfyUI output directory.',
    required: {
      images: ['IMAGE', { tooltip: 'The images to save.' }],
      filename_prefix: [
        'STRING',
        {
          default: 'ComfyUI',
          tooltip:
            'The prefix for the file to save. This may include formatting information such as %date:yyyy-MM-dd% or %Empty Latent Image.width% to include values from nodes.',
        },
      ],
    },
    hidden,
    outputs: [],
    outputNode: true,
    run: (inputs, context) => ({
      outputs: [],
      ui: { images: [context.save('output', inputs.text('filename_prefix'), inputs.picture('images'))] },
    }),
  },
  PreviewImage: {
    category: 'image',
    displayName: 'Preview Image',
    required: { images: ['IMAGE', {}] },
    hidden,
    outputs: [],
    outputNode: true,
    run: (inputs, context) => ({
      outputs: [],
      ui: { images: [context.save('temp', 'ComfyUI_temp_stand', inputs.picture('images'))] },
    }),
  },
  SaveImageWebsocket: {
    category: 'api/image',
    module: 'custom_nodes.websocket_image_save',
    required: { images: ['IMAGE', {}] },
    outputs: [],
    outputNode: true,
    alwaysRuns: true,
    run(inputs, context) {
      context.progress(0, 1, { picture: inputs.picture('images'), format: 'png' });
      return { outputs: [] };
    },
  },
};

function surface(width: number, height: number, color: number): Picture {
  return { width, height, seed: null, color, progress: 1 };
}
