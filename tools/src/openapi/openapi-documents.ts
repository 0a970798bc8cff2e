import { allModules } from '@cpm/app-all-in-one';
import { openApiDocuments } from '@cpm/runtime-host';
import { stringify } from 'yaml';
import type { GeneratedFile } from '../generated-files.js';

const HEADER = '# Generated from the routes and their schemas by `npm run docs`.\n';

/** What each service answers by HTTP, as pages. */
export function openApiFiles(): readonly GeneratedFile[] {
  return [...openApiDocuments(allModules)].map(([service, document]) => ({
    path: `docs/openapi/${service}.yaml`,
    text: HEADER + stringify(document, { aliasDuplicateObjects: false, lineWidth: 140 }),
  }));
}
