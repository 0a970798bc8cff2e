/** A series over time for the plot: x in seconds. */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, GAP] = [860, 230, 64, 180, 34, 60] as const;
const COLOURS = ['#2563eb', '#dc2626', '#059669', '#d97706', '#7c3aed', '#0891b2', '#be185d', '#4b5563'];

/** One SVG with a chart per entry, below each other. */
export function plot(charts: readonly { title: string; unit: string; series: readonly Series[] }[]): string {
  const total = charts.length * (HEIGHT + GAP) + 20;
  const drawn = charts.map((chart, index) => `<g transform="translate(0 ${index * (HEIGHT + GAP)})">${draw(chart)}</g>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${total}" font-family="system-ui, sans-serif" font-size="12"><rect width="100%" height="100%" fill="#fff"/>${drawn.join('')}</svg>\n`;
}

function draw({ title, unit, series }: { title: string; unit: string; series: readonly Series[] }): string {
  const all = series.flatMap(({ points }) => points);
  const maxX = Math.max(1, ...all.map(([x]) => x));
  const maxY = niceCeiling(Math.max(1, ...all.map(([, y]) => y)));
  const x = (value: number) => LEFT + (value / maxX) * (WIDTH - LEFT - RIGHT);
  const y = (value: number) => TOP + HEIGHT - (value / maxY) * HEIGHT;
  const grid = [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const value = maxY * part;
    return `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(value)}" y2="${y(value)}" stroke="#e5e7eb"/><text x="${LEFT - 8}" y="${y(value) + 4}" text-anchor="end" fill="#374151">${label(value)}</text>`;
  });
  const times = [0, 0.25, 0.5, 0.75, 1].map((part) => `<text x="${x(maxX * part)}" y="${TOP + HEIGHT + 18}" text-anchor="middle" fill="#374151">${Math.round(maxX * part)} s</text>`);
  const lines = series.map(({ name, points }, index) => {
    const colour = COLOURS[index % COLOURS.length];
    const path = points.map(([px, py], at) => `${at === 0 ? 'M' : 'L'}${x(px).toFixed(1)} ${y(py).toFixed(1)}`).join('');
    return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="1.8"/><text x="${WIDTH - RIGHT + 12}" y="${TOP + 12 + index * 18}" fill="${colour}">${name}</text>`;
  });
  return `<text x="${LEFT}" y="20" font-size="14" font-weight="600" fill="#111827">${title} (${unit})</text>${grid.join('')}${times.join('')}${lines.join('')}`;
}

function niceCeiling(value: number): number {
  const magnitude = 10 ** Math.floor(Math.log10(value));
  return ([1, 1.5, 2, 3, 4, 5, 7.5, 10].find((step) => step * magnitude >= value) ?? 10) * magnitude;
}

function label(value: number): string {
  return value >= 10_000 ? `${Math.round(value / 1000)}k` : String(Math.round(value * 10) / 10);
}
