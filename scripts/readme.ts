import { withMarkedPart } from './marked-part.ts';
import { policyTable } from './policy-table.ts';

/** What the README has from the code: the part between two markers with the name, and who writes it. */
const PARTS: Readonly<Record<string, () => string>> = { 'manager-policy': policyTable };

/** The README with every generated part written anew. Throws when a part's markers are missing. */
export function withGeneratedParts(readme: string): string {
  return Object.entries(PARTS).reduce(
    (text, [name, write]) =>
      withMarkedPart(text, `<!-- ${name}: from the code, by npm run docs -->`, `<!-- /${name} -->`, write()),
    readme,
  );
}
