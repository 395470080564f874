import { z } from 'zod';

/*
 * What the first process of a Studio and its successors say to each other, over Node's channel between parent and child. The
 * first one stays for as long as Studio runs, whatever the others are updated to: so words once shipped keep their meaning.
 */

/** From a successor. */
export type FromSuccessor = z.infer<typeof FromSuccessor>;

export const FromSuccessor = z.discriminatedUnion('type', [
  /** All is loaded; what can go wrong with the new build or its configuration has not. */
  z.object({ type: z.literal('prepared') }),
  /** It follows ComfyUI, and answers on this port of the loopback, over https when `secure`, to be looked at. */
  z.object({ type: z.literal('check'), port: z.number(), secure: z.boolean().optional() }),
  /** It answers on Studio's own port. */
  z.object({ type: z.literal('serving') }),
  /** It does not follow ComfyUI any more. */
  z.object({ type: z.literal('yielded') }),
  /** It asks to be replaced. */
  z.object({ type: z.literal('restart') }),
]);

/** To a successor. */
export type ToSuccessor = z.infer<typeof ToSuccessor>;

export const ToSuccessor = z.discriminatedUnion('type', [
  /** Nobody else follows ComfyUI. */
  z.object({ type: z.literal('take-over') }),
  /** It was found to answer. */
  z.object({ type: z.literal('checked') }),
  z.object({ type: z.literal('yield') }),
  /** Nobody took over: go on. */
  z.object({ type: z.literal('resume') }),
  /** Another one serves: finish, and end. */
  z.object({ type: z.literal('retire') }),
  z.object({ type: z.literal('restart-failed'), reason: z.string() }),
]);
