import { readFileSync } from 'node:fs';
import { stringify } from 'yaml';
import type { GeneratedFile } from '../generated-files.js';
import { entryRoutes } from './entry-routes.js';
import { chartReadme } from './readme.js';
import { valuesSchema } from './values-schema.js';

export const CHART = 'helm/cpm';
const HEADER = '# Generated from the sources by `npm run docs`.\n';

/** What of the chart follows from the sources; `events` are the documents of topics and rights, which a chart can read only inside its own folder. */
export function chartFiles(events: readonly GeneratedFile[]): readonly GeneratedFile[] {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  const schema = valuesSchema();
  return [
    { path: `${CHART}/Chart.yaml`, text: HEADER + stringify(about(version)) },
    { path: `${CHART}/values.schema.json`, text: `${JSON.stringify(schema, null, 2)}\n` },
    { path: `${CHART}/README.md`, text: chartReadme(schema, readFileSync(`${CHART}/values.yaml`, 'utf8')) },
    { path: `${CHART}/files/routes.yaml`, text: HEADER + stringify({ routes: entryRoutes() }) },
    ...events.filter(({ path }) => path.startsWith('deploy/')).map(({ path, text }) => ({ path: path.replace('deploy/', `${CHART}/files/`), text })),
  ];
}

function about(version: string): object {
  return {
    apiVersion: 'v2', name: 'cpm', type: 'application', version, appVersion: version,
    description: 'OMA CPM 2.1 multi-device and mobile-offline delivery',
    // The first in which a pause before the end of a container needs no shell in its image.
    kubeVersion: '>=1.30.0-0',
  };
}
