import type { Picture } from './images.ts';
import { type NodeClass, NodeError } from './node-class.ts';

const toy = { category: 'toy', module: 'custom_nodes.toy_nodes' };
const other = { kind: 'other' } as const;

/** The toy nodes of the recordings: made to show every message ComfyUI can send. */
export const toyNodes: Readonly<Record<string, NodeClass>> = {
  SlowSampler: {
    ...toy,
    required: {
      image: ['IMAGE', {}],
      steps: ['INT', { default: 5, min: 1, max: 1000 }],
      seed: ['INT', { default: 0 }],
      delay_ms: ['INT', { default: 100, min: 0, max: 10000 }],
      preview: [['jpeg', 'png', 'none'], { default: 'jpeg' }],
    },
    outputs: ['IMAGE'],
    async run(inputs, context) {
      const steps = inputs.number('steps');
      const format = inputs.text('preview');
      const painted: Picture = { ...inputs.picture('image'), seed: inputs.number('seed'), progress: 1 };
      for (let step = 1; step <= steps; step++) {
        await context.step(inputs.number('delay_ms'), step);
        const picture = { ...painted, progress: step / steps };
        if (format === 'jpeg' || format === 'png') context.progress(step, steps, { picture, format });
        else context.progress(step, steps);
      }
      return { outputs: [{ kind: 'picture', picture: painted }] };
    },
  },
  FailNode: {
    ...toy,
    required: { image: ['IMAGE', {}], text: ['STRING', { default: 'boom: toy failure' }] },
    outputs: ['IMAGE'],
    run(inputs) {
      throw new NodeError('ValueError', inputs.text('text'));
    },
  },
  ToyText: {
    ...toy,
    required: { text: ['STRING', {}] },
    outputs: [],
    outputNode: true,
    run(inputs, context) {
      context.text(inputs.text('text'));
      return { outputs: [], ui: { text: [inputs.text('text')] } };
    },
  },
  /** Tells of a file in the output folder as SaveVideo and SaveWEBM do. */
  ToyVideo: {
    ...toy,
    required: { filename: ['STRING', {}] },
    outputs: [],
    outputNode: true,
    run(inputs) {
      const images = [{ filename: inputs.text('filename'), subfolder: '', type: 'output' }];
      return { outputs: [], ui: { images, animated: [true] } };
    },
  },
  ToyBroadcast: {
    ...toy,
    required: { text: ['STRING', {}] },
    outputs: [],
    outputNode: true,
    run(inputs, context) {
      context.broadcast('toy.custom_event', { text: inputs.text('text') });
      return { outputs: [] };
    },
  },
  ToyExpand: {
    ...toy,
    required: { image: ['IMAGE', {}], steps: ['INT', { default: 2, min: 1 }] },
    outputs: ['IMAGE'],
    run(inputs, context) {
      const sampler = `${context.nodeId}.0.0.1`;
      const inverter = `${context.nodeId}.0.0.2`;
      const steps = inputs.number('steps');
      return {
        outputs: [],
        links: [[inverter, 0]],
        expand: {
          [sampler]: {
            class_type: 'SlowSampler',
            inputs: { image: context.rawInputs.image, steps, seed: 1, delay_ms: 30, preview: 'jpeg' },
          },
          [inverter]: { class_type: 'ImageInvert', inputs: { image: [sampler, 0] } },
        },
      };
    },
  },
  ToyAsync: {
    ...toy,
    required: { image: ['IMAGE', {}], ms: ['INT', { default: 300, min: 0 }] },
    outputs: ['IMAGE'],
    isAsync: true,
    async run(inputs, context) {
      await context.step(inputs.number('ms'), 0);
      return { outputs: [{ kind: 'picture', picture: inputs.picture('image') }] };
    },
  },
  ToyModel: {
    ...toy,
    required: { step_ms: ['INT', { default: 50, min: 0 }] },
    outputs: ['MODEL', 'CONDITIONING'],
    run: (inputs) => ({ outputs: [{ kind: 'model', stepMs: inputs.number('step_ms') }, other] }),
  },
  LatentToImage: {
    ...toy,
    required: { samples: ['LATENT', {}] },
    outputs: ['IMAGE'],
    run: (inputs) => ({ outputs: [{ kind: 'picture', picture: inputs.picture('samples') }] }),
  },
};
