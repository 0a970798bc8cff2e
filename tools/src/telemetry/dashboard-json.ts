import type { GeneratedFile } from '../generated-files.js';

export interface Panel {
  readonly title: string;
  /** As Grafana names units. */
  readonly unit: 'short' | 's' | 'ops' | 'Bps' | 'percentunit';
  readonly targets: readonly { readonly expr: string; readonly legend: string }[];
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly Panel[];
}

const DASHBOARD_FOLDER = 'helm/cpm/files/dashboards';

const [COLUMNS, WIDTH, HEIGHT] = [2, 12, 8];
const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };

/** In the JSON model of Grafana 10 and later (https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/); which Prometheus is asked is a variable. */
export function dashboardFile({ uid, title, panels }: Dashboard): GeneratedFile {
  const model = {
    uid, title, tags: ['cpm'], schemaVersion: 39, version: 1, editable: false, refresh: '30s', time: { from: 'now-3h', to: 'now' }, timezone: 'browser',
    templating: { list: [{ name: 'datasource', label: 'Prometheus', type: 'datasource', query: 'prometheus' }] },
    panels: panels.map((panel, index) => panelModel(panel, index)),
  };
  return { path: `${DASHBOARD_FOLDER}/${uid}.json`, text: `${JSON.stringify(model, null, 2)}\n` };
}

function panelModel({ title, unit, targets }: Panel, index: number) {
  return {
    id: index + 1, type: 'timeseries', title, datasource: DATASOURCE,
    gridPos: { x: (index % COLUMNS) * WIDTH, y: Math.floor(index / COLUMNS) * HEIGHT, w: WIDTH, h: HEIGHT },
    fieldConfig: { defaults: { unit, min: 0, custom: { fillOpacity: 8, showPoints: 'never', spanNulls: false } }, overrides: [] },
    options: { legend: { displayMode: 'table', placement: 'right', calcs: ['lastNotNull', 'max'] }, tooltip: { mode: 'multi', sort: 'desc' } },
    targets: targets.map(({ expr, legend }, at) => ({ refId: String.fromCharCode(65 + at), datasource: DATASOURCE, expr, legendFormat: legend, range: true })),
  };
}
