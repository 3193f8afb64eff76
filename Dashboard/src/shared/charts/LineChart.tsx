import { useEffect, useId, useMemo, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { dateMinute, zoneName } from "@/shared/format/times";
import { useResolvedTheme } from "@/shared/ui/theme";
import { isolated, withGaps } from "./gaps";
import { isPart, xRange } from "./xRange";
import { yRange } from "./yRange";
import styles from "./LineChart.module.css";

export interface Line {
  readonly label: string;
  /** One for each x; null is a gap. */
  readonly values: readonly (number | null)[];
  /** A token of tokens.css, without the dashes: "series-1". */
  readonly color: string;
  readonly width?: number;
  readonly dashed?: boolean;
  readonly filled?: boolean;
  /** The value stands until the next one, as consensus does. */
  readonly stepped?: boolean;
  readonly hidden?: boolean;
  /** A bar from each x to the next instead of a line: what is counted. */
  readonly bars?: boolean;
}

/** A level that means something: a limit, a trigger. */
export interface Level {
  readonly value: number;
  readonly label: string;
  readonly color: string;
}

/** A place on the x axis that means something: now, the trigger. */
export interface Mark {
  readonly x: number;
  readonly label: string;
  readonly color: string;
}

/** A span of x that means something: a dwell time. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly color: string;
}

/** A point that means something: where a curve stands now. */
export interface Dot {
  readonly x: number;
  readonly y: number;
  readonly color: string;
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- a const enum of a declaration has no value to import
const logarithmicScale = 3 as uPlot.Scale.Distr;
const axisFont = "11px 'Inter Variable', system-ui, sans-serif";
const defaultHeight = 220;
/** Marks of a time axis by the distance between them: the clock of 24 hours, and the day where another begins. */
const [minuteS, hourS, dayS, yearS] = [60, 3_600, 86_400, 31_536_000];
const timeMarks: uPlot.Axis.Values = [
  [yearS, "{YYYY}", null, null, null, null, null, null, 1],
  [28 * dayS, "{MMM}", "\n{YYYY}", null, null, null, null, null, 1],
  [dayS, "{D} {MMM}", "\n{YYYY}", null, null, null, null, null, 1],
  [hourS, "{HH}:{mm}", null, null, "\n{D} {MMM}", null, null, null, 1],
  [minuteS, "{HH}:{mm}", null, null, "\n{D} {MMM}", null, null, null, 1],
  [1, "{HH}:{mm}:{ss}", null, null, "\n{D} {MMM}", null, null, null, 1],
];
/** Steps of a time axis in seconds: below one, its marks would read alike. */
const timeSteps = [1, 5, 10, 15, 30, ...[1, 5, 10, 15, 30].map((m) => m * minuteS), ...[1, 2, 3, 4, 6, 8, 12].map((h) => h * hourS), ...[1, 2, 3, 4, 5, 7, 10, 15, 30, 60, 90, 180].map((d) => d * dayS), ...[1, 2, 5, 10].map((y) => y * yearS)];
/** Half of the last label of the x axis stands to the right of its mark. */
const space = { top: 10, right: 26, bottom: 0, left: 0 } as const;
/** Pixels from one label of the x axis to the next: those with seconds need as many. */
const labelWidth = 64;

/** Lines over time (x in Unix seconds) or over another figure, with what stands under the cursor read out beside them. */
export function LineChart({ title, x: points, lines: known, format, unit, xAxis = { kind: "time" }, resolution, levels = [], marks = [], spans = [], dots = [], height = defaultHeight, range, logarithmic = false }: {
  /** What it shows, for those who do not see it. */
  title: string;
  x: readonly number[];
  lines: readonly Line[];
  /** Of a value, with its unit. */
  format: (value: number) => string;
  /** Names the y axis. */
  unit: string;
  xAxis?: { readonly kind: "time" } | { readonly kind: "figure"; readonly label: string; readonly format: (value: number) => string };
  /** Seconds that a point stands for, another for each span: no line is drawn across times without points, and what part of them was chosen stays in sight. */
  resolution?: number;
  levels?: readonly Level[];
  marks?: readonly Mark[];
  spans?: readonly Span[];
  dots?: readonly Dot[];
  height?: number;
  /** Of y, at least; by the values where it is not given. */
  range?: readonly [number, number];
  /** Of y; what is 0 is not drawn then. For counts, whose least is 1. */
  logarithmic?: boolean;
}) {
  const theme = useResolvedTheme();
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const [cursor, setCursor] = useState<number | null>(null);
  const id = useId();
  const { x, lines } = useMemo(() => (resolution === undefined ? { x: points, lines: known } : withGaps(points, known, resolution)), [points, known, resolution]);
  const data = useMemo(() => [x, ...lines.map((line) => line.values)] as uPlot.AlignedData, [x, lines]);
  const latest = useRef(data);
  latest.current = data;
  // What makes another chart; new values, and new places that mean something, only make another drawing.
  const shape = JSON.stringify([theme, height, resolution, unit, range, logarithmic, xAxis, lines.map(({ values: _, ...line }) => line)]);
  const places = JSON.stringify([levels, marks, spans, dots]);
  const parts = useRef({ lines, format, levels, marks, spans, dots, xAxis, range });
  parts.current = { lines, format, levels, marks, spans, dots, xAxis, range };

  useEffect(() => {
    const host = place.current;
    if (!host) return;
    const color = colorsOf(host);
    const { lines: drawn, xAxis: axis, range: least } = parts.current;
    const grid = { stroke: color("line"), width: 1 };
    const axisBase: uPlot.Axis = { stroke: color("text-muted"), grid, ticks: grid, font: axisFont, labelFont: axisFont, labelSize: 18, labelGap: 0 };
    const lastX = latest.current[0].at(-1) ?? 0;
    const counted = drawn.some((line) => line.bars === true);
    const made = new uPlot(
      {
        width: host.clientWidth,
        height,
        padding: [space.top, space.right, space.bottom, space.left],
        legend: { show: false },
        cursor: { y: false, drag: { x: axis.kind === "time", y: false } },
        scales: {
          x: { time: axis.kind === "time", range: (u, from, to) => xRange(u.data[0], from, to, axis.kind, counted ? barWidth(u.data[0]) : 0) },
          y: logarithmic ? { distr: logarithmicScale, range: (_: uPlot, __: number, high: number | null): [number, number] => [0.5, (high ?? 1) * 2] }
            : least ? { range: (_, low, high) => yRange(least, low, high) }
            : { range: (_, low, high) => around(low, high, parts.current.levels, counted) },
        },
        axes: [
          axis.kind === "time"
            ? { ...axisBase, space: labelWidth, incrs: timeSteps, label: `Time (${zoneName(lastX)})`, values: timeMarks }
            : { ...axisBase, space: labelWidth, label: axis.label, values: (_, ticks) => ticks.map(axis.format) },
          { ...axisBase, label: unit, size: 62, ...(counted && { incrs: wholeSteps }), values: (_, ticks: (number | null)[]) => ticks.map((tick) => (tick === null ? "" : parts.current.format(tick))) },
        ],
        series: [
          {},
          ...drawn.map((line): uPlot.Series => ({
            label: line.label,
            stroke: color(line.color),
            width: line.width ?? 1.75,
            ...(line.dashed === true && { dash: [5, 4] }),
            ...(line.filled === true && { fill: color(line.color, 0.12) }),
            ...(line.stepped === true && { paths: uPlot.paths.stepped?.({ align: 1 }) as uPlot.Series.PathBuilder }),
            ...(line.bars === true && { fill: color(line.color, 0.45), width: 1, paths: uPlot.paths.bars?.({ size: [1, Infinity], align: 1, gap: 1 }) as uPlot.Series.PathBuilder }),
            points: { show: false, size: 5, filter: (u, index) => (line.bars === true ? null : isolated(u.data[index] ?? [])) },
            show: line.hidden !== true,
          })),
        ],
        hooks: {
          drawClear: [(u) => parts.current.spans.forEach((span) => fillSpan(u, span, color(span.color, 0.16)))],
          draw: [(u) => { parts.current.levels.forEach((level, index) => drawLevel(u, level, index % 2 === 1, color)); parts.current.marks.forEach((mark, index) => drawMark(u, mark, index % 3, color)); parts.current.dots.forEach((dot) => drawDot(u, dot, color)); }],
          setCursor: [(u) => setCursor(u.cursor.idx ?? null)],
        },
      },
      latest.current,
      host,
    );
    chart.current = made;
    const observer = new ResizeObserver(() => {
      if (host.clientWidth > 0) made.setSize({ width: host.clientWidth, height });
    });
    observer.observe(host);
    return () => {
      observer.disconnect();
      made.destroy();
      chart.current = null;
    };
    // `shape` stands for everything that the chart is made of.
  }, [shape, height, unit, logarithmic]);

  useEffect(() => {
    const drawn = chart.current;
    if (!drawn) return;
    const { min, max } = drawn.scales["x"] ?? {};
    const chosen = resolution !== undefined && min != null && max != null && isPart(drawn.data[0], data[0], min, max);
    drawn.setData(data, !chosen);
    if (chosen) drawn.setScale("x", { min, max });
  }, [data, places, resolution]);

  const at = cursor !== null && cursor < x.length ? cursor : x.length - 1;
  const where = x[at];
  return (
    <figure className={styles.figure} aria-labelledby={id}>
      <figcaption id={id} className="visually-hidden">
        {title}. {lines.map((line) => describe(line, format)).join(" ")}
      </figcaption>
      <div ref={place} className={styles.plot} style={{ minHeight: `${height}px` }} aria-hidden />
      <ul className={styles.legend} aria-hidden>
        {where !== undefined && <li className={styles.where}>{xAxis.kind === "time" ? dateMinute(where) : `${xAxis.label} ${xAxis.format(where)}`}</li>}
        {lines.map((line) => {
          const value = line.values[at];
          return (
            <li key={line.label}>
              <span className={styles.key} data-dashed={line.dashed} style={{ color: `var(--${line.color})` }} />
              {line.label} <b>{value == null ? "–" : format(value)}</b>
            </li>
          );
        })}
      </ul>
    </figure>
  );
}

function describe(line: Line, format: (value: number) => string): string {
  const known = line.values.filter((value) => value !== null);
  const last = known.at(-1);
  if (last === undefined) return `${line.label}: nothing known.`;
  return `${line.label}: lowest ${format(known.reduce((a, b) => Math.min(a, b)))}, highest ${format(known.reduce((a, b) => Math.max(a, b)))}, last ${format(last)}.`;
}

/** Counts have no halves. */
const wholeSteps = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].flatMap((power) => [1, 2, 5].map((digit) => digit * 10 ** power));

/** Of bars that touch each other. */
const barWidth = (x: ArrayLike<number>) => (x.length > 1 ? (x[1] ?? 0) - (x[0] ?? 0) : 0);

/** Room above and below, and the levels in sight; what is counted begins at nothing. */
function around(low: number | null, high: number | null, levels: readonly Level[], counted: boolean): [number, number] {
  const values = [low, high, ...levels.map((level) => level.value)].filter((value) => value !== null);
  if (values.length === 0) return [0, 1];
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (counted) return [0, most > 0 ? most * 1.08 : 1];
  const room = most === least ? Math.max(Math.abs(most) * 0.01, 1e-6) : (most - least) * 0.08;
  return [least - room, most + room];
}

/** The colours of the theme as a canvas takes them. */
function colorsOf(host: HTMLElement) {
  const probe = document.createElement("span");
  return (token: string, alpha = 1) => {
    probe.style.color = alpha === 1 ? `var(--${token})` : `color-mix(in srgb, var(--${token}) ${alpha * 100}%, transparent)`;
    host.append(probe);
    const color = getComputedStyle(probe).color;
    probe.remove();
    return color;
  };
}

type Colors = ReturnType<typeof colorsOf>;

/** @param atLeft names of levels close to each other stand on either side */
function drawLevel(u: uPlot, level: Level, atLeft: boolean, color: Colors) {
  const y = u.valToPos(level.value, "y", true);
  const { left, width, top, height } = u.bbox;
  if (y < top || y > top + height) return;
  stroke(u, color(level.color), () => {
    u.ctx.moveTo(left, y);
    u.ctx.lineTo(left + width, y);
  });
  const x = atLeft ? left + 4 * devicePixelRatio : left + width - 4 * devicePixelRatio;
  text(u, level.label, color(level.color), color("surface"), x, y - 4 * devicePixelRatio, atLeft ? "left" : "right");
}

/** @param row labels of marks close to each other stand on rows of their own */
function drawMark(u: uPlot, mark: Mark, row: number, color: Colors) {
  const x = u.valToPos(mark.x, "x", true);
  const { left, width, top, height } = u.bbox;
  if (x < left || x > left + width) return;
  stroke(u, color(mark.color), () => {
    u.ctx.moveTo(x, top);
    u.ctx.lineTo(x, top + height);
  });
  const atRight = x > left + width * 0.7;
  text(u, mark.label, color(mark.color), color("surface"), x + (atRight ? -4 : 4) * devicePixelRatio, top + (11 + 13 * row) * devicePixelRatio, atRight ? "right" : "left");
}

function drawDot(u: uPlot, dot: Dot, color: Colors) {
  u.ctx.save();
  u.ctx.beginPath();
  u.ctx.arc(u.valToPos(dot.x, "x", true), u.valToPos(dot.y, "y", true), 4.5 * devicePixelRatio, 0, 2 * Math.PI);
  u.ctx.fillStyle = color(dot.color);
  u.ctx.strokeStyle = color("surface");
  u.ctx.lineWidth = 2 * devicePixelRatio;
  u.ctx.fill();
  u.ctx.stroke();
  u.ctx.restore();
}

function fillSpan(u: uPlot, span: Span, color: string) {
  const from = Math.max(u.valToPos(span.from, "x", true), u.bbox.left);
  const to = Math.min(u.valToPos(span.to, "x", true), u.bbox.left + u.bbox.width);
  if (to <= from) return;
  u.ctx.save();
  u.ctx.fillStyle = color;
  u.ctx.fillRect(from, u.bbox.top, to - from, u.bbox.height);
  u.ctx.restore();
}

function stroke(u: uPlot, color: string, path: () => void) {
  u.ctx.save();
  u.ctx.beginPath();
  u.ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
  u.ctx.lineWidth = devicePixelRatio;
  u.ctx.strokeStyle = color;
  path();
  u.ctx.stroke();
  u.ctx.restore();
}

function text(u: uPlot, words: string, color: string, ground: string, x: number, y: number, align: CanvasTextAlign) {
  u.ctx.save();
  u.ctx.fillStyle = color;
  u.ctx.font = `${11 * devicePixelRatio}px 'Inter Variable', system-ui, sans-serif`;
  u.ctx.textAlign = align;
  // A rim in the colour of the ground keeps the words readable over a line.
  u.ctx.lineWidth = 4 * devicePixelRatio;
  u.ctx.lineJoin = "round";
  u.ctx.strokeStyle = ground;
  u.ctx.strokeText(words, x, y);
  u.ctx.fillText(words, x, y);
  u.ctx.restore();
}
