// What both charts share: colours of the theme, marks of the bands, numbers in words.
import { CustomChart, LineChart, ScatterChart } from "echarts/charts";
import { GridComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

export { echarts };
echarts.use([LineChart, ScatterChart, CustomChart, GridComponent, CanvasRenderer]);

// As PointState in TimelineModel.cs; -1 is a bucket that was not sent, which is shown as missing too.
export const FINAL = 0;
export const OPEN = 1;
export const LEARNING = 2;
export const MISSING = 3;
export const UNADJUSTED = 4;

export const BANDS = ["none", "warning", "minor", "major", "critical"];
export const SYMBOLS = ["none", "circle", "diamond", "triangle", "rect"];
export const SIZES = [0, 8, 12, 12, 11];
export const LANE = 22;

export const bandOf = (score) => (score >= 75 ? 4 : score >= 50 ? 3 : score >= 25 ? 2 : score >= 3 ? 1 : 0);

/** The colours of the theme in force; they live in Palette.cs. */
export function palette() {
  const css = getComputedStyle(document.documentElement);
  return new Proxy({}, { get: (_, name) => css.getPropertyValue(`--dw-${String(name)}`).trim() });
}

export const alpha = (hex, a) => {
  const n = parseInt(hex.slice(1), 16);
  return `rgba(${n >> 16},${(n >> 8) & 255},${n & 255},${a})`;
};

/** The colour behind the chart, which its hollow and bordered marks have to match. */
export function groundOf(element) {
  for (let e = element; e; e = e.parentElement) {
    const color = getComputedStyle(e).backgroundColor;
    if (color && color !== "transparent" && !/, 0\)$/.test(color)) return color;
  }
  return "#000";
}

/** Thin lines that say "not a number you can compare": upright for learning, slanted for no data, level for unadjusted. */
export function hatch(color, state) {
  const size = 6;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const g = canvas.getContext("2d");
  g.strokeStyle = color;
  g.lineWidth = 1;
  g.beginPath();
  if (state === LEARNING) {
    g.moveTo(0.5, 0);
    g.lineTo(0.5, size);
  } else if (state === UNADJUSTED) {
    g.moveTo(0, 0.5);
    g.lineTo(size, 0.5);
  } else {
    g.moveTo(-1, 1);
    g.lineTo(1, -1);
    g.moveTo(0, size);
    g.lineTo(size, 0);
    g.moveTo(size - 1, size + 1);
    g.lineTo(size + 1, size - 1);
  }
  g.stroke();
  return { image: canvas, repeat: "repeat" };
}

export const short = (v) =>
  v >= 999950 ? `${+(v / 1e6).toFixed(1)} M` : v >= 999.5 ? `${+(v / 1e3).toFixed(1)} k` : `${+v.toFixed(1)}`;
export const exact = (v) => v.toLocaleString("en", { maximumFractionDigits: v < 100 ? 1 : 0 });
export const escape = (text) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

/** Neighbouring places for which a test holds, as [first, last]. */
export function runs(length, holds) {
  const found = [];
  for (let i = 0; i < length; i++) {
    if (!holds(i)) continue;
    const first = i;
    while (i + 1 < length && holds(i + 1)) i++;
    found.push([first, i]);
  }
  return found;
}

/** A band's shape as a path around a point. */
export const markPath = (band, x, y, size) => {
  const r = size / 2;
  const d =
    band === 2
      ? `M${x} ${y - r - 1}L${x + r + 1} ${y}L${x} ${y + r + 1}L${x - r - 1} ${y}Z`
      : band === 3
        ? `M${x} ${y - r - 0.5}L${x + r + 1} ${y + r}L${x - r - 1} ${y + r}Z`
        : `M${x - r} ${y - r}H${x + r}V${y + r}H${x - r}Z`;
  return { pathData: d, layout: "none" };
};
