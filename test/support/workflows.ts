import type { Prompt } from '../../core/runs/run.ts';

/** How a toy sampler shows its steps. */
export type PreviewFormat = 'jpeg' | 'png' | 'none';

/** An image, a slow sampler, and two outputs. Of two with one `seed` the second run is cached. */
export function toy(steps = 5, preview: PreviewFormat = 'jpeg', seed = freshSeed()): Prompt {
  return {
    '1': { class_type: 'EmptyImage', inputs: { width: 64, height: 64, batch_size: 1, color: 3368601 } },
    '2': {
      class_type: 'SlowSampler',
      inputs: { image: ['1', 0], steps, seed, delay_ms: 100, preview },
    },
    '3': { class_type: 'SaveImage', inputs: { images: ['2', 0], filename_prefix: 'rec' } },
    '4': { class_type: 'PreviewImage', inputs: { images: ['2', 0] } },
  };
}

/** The sampler runs, then node 5 raises ValueError `boom: toy failure`. */
export function failing(steps = 2, seed = freshSeed()): Prompt {
  const { '1': image, '2': sampler } = toy(steps, 'jpeg', seed);
  return {
    ...(image && { '1': image }),
    ...(sampler && { '2': sampler }),
    '3': { class_type: 'SaveImage', inputs: { images: ['5', 0], filename_prefix: 'rec' } },
    '5': { class_type: 'FailNode', inputs: { image: ['2', 0], text: 'boom: toy failure' } },
  };
}

/** Node 2 puts nodes 2.0.0.1 and 2.0.0.2 in its place. */
export function expanding(color = freshSeed()): Prompt {
  return {
    '1': { class_type: 'EmptyImage', inputs: { width: 64, height: 64, batch_size: 1, color } },
    '2': { class_type: 'ToyExpand', inputs: { image: ['1', 0], steps: 2 } },
    '3': { class_type: 'SaveImage', inputs: { images: ['2', 0], filename_prefix: 'rec' } },
    '4': { class_type: 'PreviewImage', inputs: { images: ['2', 0] } },
  };
}

/** Refused with 400: the sampler has no `steps`. */
export const invalid: Prompt = {
  '1': { class_type: 'EmptyImage', inputs: { width: 64, height: 64, batch_size: 1, color: 0 } },
  '2': { class_type: 'SlowSampler', inputs: { image: ['1', 0], seed: 1, delay_ms: 100, preview: 'jpeg' } },
  '3': { class_type: 'SaveImage', inputs: { images: ['2', 0], filename_prefix: 'rec' } },
};

/** Text to image as the graph editor's default workflow has it, with titles. */
export function txt2img(steps = 20, seed = freshSeed()): Prompt {
  return {
    '3': {
      class_type: 'KSampler',
      inputs: {
        model: ['4', 0],
        seed,
        steps,
        cfg: 8,
        sampler_name: 'euler',
        scheduler: 'normal',
        positive: ['6', 0],
        negative: ['7', 0],
        latent_image: ['5', 0],
        denoise: 1,
      },
      _meta: { title: 'KSampler' },
    },
    '4': {
      class_type: 'CheckpointLoaderSimple',
      inputs: { ckpt_name: 'stand-in-v1.safetensors' },
      _meta: { title: 'Load Checkpoint' },
    },
    '5': {
      class_type: 'EmptyLatentImage',
      inputs: { width: 512, height: 512, batch_size: 1 },
      _meta: { title: 'Empty Latent Image' },
    },
    '6': {
      class_type: 'CLIPTextEncode',
      inputs: { text: 'three ridges and a lake at dusk', clip: ['4', 1] },
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
      inputs: { filename_prefix: 'ComfyUI', images: ['8', 0] },
      _meta: { title: 'Save Image' },
    },
  };
}

let seeds = 4686000;

/** A seed not used before in this process: nothing that depends on it is cached. */
export function freshSeed(): number {
  return seeds++;
}
