export interface BarChart {
  readonly title: string;
  readonly bars: readonly Bar[];
  /** How many digits of a value stand behind the point. */
  readonly digits: number;
  /** Small, below the bars: when, where, how. */
  readonly footer: readonly string[];
}

export interface Bar {
  readonly label: string;
  readonly value: number;
  /** The one that the chart is about. */
  readonly isOwn: boolean;
}

const WIDTH = 840;
const EDGE = 16;
const LABELS = 295;
const VALUES = 75;
const ROW = 30;
const TOP = 52;
const FOOTER_LINE = 17;

/**
 * Horizontal bars as SVG, light or dark as the reader's system is. They bring their ground along: a page can be light where the
 * system is dark.
 */
export function barChart({ title, bars, digits, footer }: BarChart): string {
  const most = Math.max(...bars.map(({ value }) => value));
  const height = TOP + bars.length * ROW + 18 + footer.length * FOOTER_LINE;
  const text = (className: string, x: number, y: number, words: string): string =>
    `<text class="${className}" x="${x}" y="${y}">${escapeXml(words)}</text>`;
  const rows = bars.flatMap(({ label, value, isOwn }, at) => {
    const y = TOP + at * ROW;
    // A bar of no width could not be seen.
    const length = Math.max(2, Math.round((value / most) * (WIDTH - LABELS - VALUES)));
    const own = isOwn ? ' own' : '';
    return [
      text(`label${own}`, LABELS - 10, y + 15, label),
      `<rect class="bar${own}" x="${LABELS}" y="${y}" width="${length}" height="20" rx="3"/>`,
      text(`value${own}`, LABELS + length + 7, y + 15, value.toFixed(digits)),
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escapeXml(title)}">`,
    `<style>${STYLE}</style>`,
    `<rect class="ground" width="${WIDTH}" height="${height}" rx="8"/>`,
    text('title', EDGE, 30, title),
    ...rows,
    ...footer.map((line, at) => text('footer', EDGE, TOP + bars.length * ROW + 20 + at * FOOTER_LINE, line)),
    '</svg>',
    '',
  ].join('\n');
}

const STYLE = [
  'text{font:14px system-ui,sans-serif;fill:#1f2328}',
  '.ground{fill:#ffffff}',
  '.title{font-weight:600;font-size:16px}',
  '.label{text-anchor:end}',
  '.footer{font-size:12px;fill:#59636e}',
  '.bar{fill:#9aa4af}',
  '.bar.own{fill:#0969da}',
  'text.own{font-weight:600}',
  '@media(prefers-color-scheme:dark){.ground{fill:#151b23}text{fill:#f0f6fc}.footer{fill:#9198a1}.bar{fill:#656c76}.bar.own{fill:#4493f8}}',
].join('');

function escapeXml(words: string): string {
  return words
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
