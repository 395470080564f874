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

const WIDTH = 820;
const LABELS = 250;
const VALUES = 70;
const ROW = 30;
const TOP = 52;
const FOOTER_LINE = 17;

/** Horizontal bars as SVG, readable on light and on dark: whoever shows it says by prefers-color-scheme which it is. */
export function barChart({ title, bars, digits, footer }: BarChart): string {
  const most = Math.max(...bars.map(({ value }) => value));
  const height = TOP + bars.length * ROW + 14 + footer.length * FOOTER_LINE;
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
    text('title', 0, 24, title),
    ...rows,
    ...footer.map((line, at) => text('footer', 0, TOP + bars.length * ROW + 20 + at * FOOTER_LINE, line)),
    '</svg>',
    '',
  ].join('\n');
}

const STYLE = [
  'text{font:14px system-ui,sans-serif;fill:#1f2328}',
  '.title{font-weight:600;font-size:16px}',
  '.label{text-anchor:end}',
  '.footer{font-size:12px;fill:#59636e}',
  '.bar{fill:#9aa4af}',
  '.bar.own{fill:#0969da}',
  'text.own{font-weight:600}',
  '@media(prefers-color-scheme:dark){text{fill:#f0f6fc}.footer{fill:#9198a1}.bar{fill:#656c76}.bar.own{fill:#4493f8}}',
].join('');

function escapeXml(words: string): string {
  return words
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
