/** Writes the README's generated parts anew: `npm run docs`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { withGeneratedParts } from './readme.ts';

const README = new URL('../README.md', import.meta.url);

writeFileSync(README, withGeneratedParts(readFileSync(README, 'utf8')));
