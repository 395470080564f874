/** Freezes a value through and through, Maps included: whoever changes it in place gets an error. */
export function deepFrozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  if (value instanceof Map) {
    for (const entry of value.values()) deepFrozen(entry);
    for (const method of ['set', 'delete', 'clear']) {
      Object.defineProperty(value, method, { value: refuse, enumerable: false });
    }
  }
  for (const property of Object.values(value)) deepFrozen(property);
  return Object.freeze(value);
}

function refuse(): never {
  throw new TypeError('a Map that is frozen was changed');
}
