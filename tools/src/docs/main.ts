import { existsSync, readFileSync } from 'node:fs';
import { Command } from 'commander';
import { eventDocuments } from '../asyncapi/event-documents.js';
import { chartFiles } from '../chart/chart-files.js';
import { KEPT_PATH, keptRuns, textOf, withRunsIn } from '../chaos/reliability/kept-run.js';
import { reliabilityPage } from '../chaos/reliability/page.js';
import { staleFiles, writeFiles } from '../generated-files.js';
import { openApiFiles } from '../openapi/openapi-documents.js';
import { dashboardFile } from '../telemetry/dashboard-json.js';
import { DASHBOARDS } from '../telemetry/dashboards.js';
import { metricsPage } from '../telemetry/metrics-page.js';
import { readThreats } from '../threats/threat-model.js';
import { threatsPage } from '../threats/threats-page.js';
import { PAGE_PATH, requirementsPage } from '../trace/requirements-page.js';
import { readRequirements } from '../trace/requirements.js';
import { sourceFiles } from '../trace/source-files.js';
import { readResults } from '../trace/test-results.js';
import { trace } from '../trace/trace.js';

const options = new Command('docs')
  .description('Makes the pages and tables that follow from the sources')
  .option('--check', 'write nothing, end with 1 when a file is not up to date')
  .option('--results <file>', 'test results to show, as `npm test` leaves them', '.cpm/test-results.json')
  .option('--chaos <folder>', 'results of chaos runs to keep and show from now on, as `npm run chaos` leaves them; of the same seed instead of the one kept')
  .parse()
  .opts<{ check?: boolean; results: string; chaos?: string }>();

// A check compares sources with pages: what was tested since is no fault of theirs.
const results = options.check || !existsSync(options.results) ? undefined : readResults(options.results, process.cwd());
const { traced } = trace(readRequirements(), sourceFiles(), results);
const kept = keptRuns(readFileSync(KEPT_PATH, 'utf8'));
const runs = options.chaos === undefined ? kept : withRunsIn(options.chaos, kept);
const events = eventDocuments();
const files = [
  ...events,
  ...chartFiles(events),
  ...openApiFiles(),
  requirementsPage(traced, existsSync(PAGE_PATH) ? readFileSync(PAGE_PATH, 'utf8') : ''),
  threatsPage(readThreats()),
  { path: KEPT_PATH, text: textOf(runs) },
  reliabilityPage(runs),
  metricsPage(),
  ...DASHBOARDS.map(dashboardFile),
];

const stale = staleFiles(files);
if (options.check) {
  for (const path of stale) console.error(`stale: ${path} (run: npm run docs)`);
  process.exitCode = stale.length > 0 ? 1 : 0;
} else {
  writeFiles(files);
  console.log(stale.length === 0 ? 'docs: nothing changed' : `docs: wrote ${stale.join(', ')}`);
}
