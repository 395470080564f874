import fc from 'fast-check';
import type { Test } from 'tap';

/** Asserts that a property holds for whatever fast-check makes up; its report names the smallest counter-example. */
export function holds<T>(t: Test, rule: string, property: fc.IProperty<T>, numRuns = 300): void {
  t.doesNotThrow(() => fc.assert(property, { numRuns }), rule);
}
