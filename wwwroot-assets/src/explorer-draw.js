import {
  BANDS,
  LEARNING,
  MISSING,
  OPEN,
  SIZES,
  SYMBOLS,
  UNADJUSTED,
  alpha,
  bandOf,
  hatch,
  markPath,
  runs,
  short,
} from "./chart-parts.js";

// A finger needs 24 pixels for the label beside a lane.
export const LANE = 24;
export const EVENT = 20;
const AXIS = 24;

/** Where the regions of the chart lie, in pixels; as ExplorerChartModel.cs places the labels beside them. */
export function placeOf(box, model, look) {
  const width = box.clientWidth;
  const left = parseInt(getComputedStyle(box).getPropertyValue("--gutter")) || 120;
  const right = 12;
  const lanesTop = look.main + AXIS + 8;
  const stackTop = lanesTop + model.lanes.length * LANE + (model.lanes.length > 0 ? 12 : 0);
  const eventsTop = stackTop + (model.stack.length > 0 ? look.stack + 12 : 0);
  const bottom = eventsTop + model.events.length * EVENT;
  return { width, left, right, top: 10, main: look.main - 10, plot: width - left - right, lanesTop, stackTop, stack: look.stack, eventsTop, bottom };
}

/** The whole of what ECharts draws for a window of time. */
export function optionOf(model, look, view, place, c, ground, font) {
  const startOf = (at) => model.start + at * model.span;
  const middleOf = (at) => model.start + (at + 0.5) * model.span;
  const { length, actual, typical, lower, upper, score, state } = model;
  const isKnown = (i) => actual[i] !== null && state[i] >= 0 && state[i] !== MISSING;
  const highest = Math.max(1, ...actual.map((v) => v ?? 0), ...upper.map((v) => v ?? 0), ...(model.compare ?? []).map((v) => v ?? 0)) * 1.08;
  const hatches = new Map([LEARNING, MISSING, UNADJUSTED].map((s) => [s, hatch(alpha(c.edge, 0.38), s)]));

  const custom = (grid, data, renderItem, z = 1) => ({
    type: "custom", silent: true, clip: true, z, xAxisIndex: grid, yAxisIndex: grid, data, renderItem,
  });
  const line = (data, style, z) => ({ type: "line", silent: true, symbol: "none", z, data, lineStyle: style });
  const x = (api, ms) => api.coord([ms, 0])[0];

  const series = [stretches(), band(), line(typical.map((v, i) => [middleOf(i), v]), { color: c.model, width: 1.25, opacity: 0.9 }, 2)];
  if (model.compare)
    series.push(line(model.compare.map((v, i) => [middleOf(i), v]), { color: c.edge, width: 1.5, type: [5, 4] }, 2));
  series.push(...actualLines(), marks(), ...choices());
  if (model.lanes.length > 0) series.push(lanes(1));
  const stackGrid = model.lanes.length > 0 ? 2 : 1;
  if (model.stack.length > 0) series.push(stack(stackGrid));
  if (model.events.length > 0) series.push(events(model.stack.length > 0 ? stackGrid + 1 : stackGrid));

  const { grid, xAxis, yAxis } = axes();
  return {
    useUTC: look.zone === "UTC" || look.zone === "Etc/UTC",
    animation: false,
    textStyle: { fontFamily: font },
    grid,
    xAxis,
    yAxis,
    series,
  };

  /** What cannot be compared, behind everything. */
  function stretches() {
    const words = { [LEARNING]: "learning", [MISSING]: "no data", [UNADJUSTED]: "unadjusted" };
    const found = [
      ...runs(length, (i) => state[i] === LEARNING).map((run) => [...run, LEARNING]),
      ...runs(length, (i) => state[i] === UNADJUSTED).map((run) => [...run, UNADJUSTED]),
      ...runs(length, (i) => state[i] === MISSING || state[i] === -1).map((run) => [...run, MISSING]),
    ];
    return custom(0, found.map(([a, b, s]) => [startOf(a), startOf(b + 1), s]), (params, api) => {
      const { y, height } = params.coordSys;
      const x1 = Math.max(params.coordSys.x, x(api, api.value(0)));
      const width = Math.max(1, x(api, api.value(1)) - x1);
      const children = [{ type: "rect", shape: { x: x1, y, width, height }, style: { fill: hatches.get(api.value(2)) } }];
      if (width > 64)
        children.push({ type: "text", style: { x: x1 + 6, y: y + 4, text: words[api.value(2)], fill: c.muted, font: `12px ${font}`, backgroundColor: ground, padding: [2, 4] } });
      return { type: "group", children };
    }, 0);
  }

  /** The 95 % band, one polygon for each unbroken stretch. */
  function band() {
    return custom(0, runs(length, (i) => lower[i] !== null && upper[i] !== null), (_, api) => {
      const [a, b] = [api.value(0), api.value(1)];
      const points = [];
      for (let i = a; i <= b; i++) points.push(api.coord([middleOf(i), upper[i]]));
      for (let i = b; i >= a; i--) points.push(api.coord([middleOf(i), Math.max(0, lower[i])]));
      return { type: "polygon", shape: { points }, style: { fill: alpha(c.model, 0.2) } };
    });
  }

  function actualLines() {
    const closed = [];
    const open = [];
    for (let i = 0; i < length; i++) {
      const value = isKnown(i) ? actual[i] : null;
      closed.push([middleOf(i), state[i] === OPEN ? null : value]);
      // The dashed piece starts at the last closed bucket, so that the line does not fall apart.
      const leads = i + 1 < length && state[i + 1] === OPEN;
      if (state[i] === OPEN || leads)
        open.push({ value: [middleOf(i), value], symbol: state[i] === OPEN ? "circle" : "none", symbolSize: 7 });
    }
    const alone = runs(length, (i) => isKnown(i) && state[i] !== OPEN).filter(([a, b]) => a === b).map(([a]) => [middleOf(a), actual[a]]);
    return [
      line(closed, { color: c.actual, width: 1.75, join: "round" }, 3),
      {
        ...line(open, { color: c.actual, width: 1.75, type: [3, 3] }, 3),
        symbol: "circle",
        showAllSymbol: true,
        itemStyle: { color: ground, borderColor: c.actual, borderWidth: 1.75, opacity: 1 },
      },
      { type: "scatter", silent: true, z: 3, symbolSize: 4, data: alone, itemStyle: { color: c.actual } },
    ];
  }

  /** Anomalies; a ring around those that were found together with the buckets before them. */
  function marks() {
    const visible = Math.max(1, (view.to - view.from) / model.span);
    const reach = Math.ceil((13 * visible) / place.plot) - 1;
    const shown = (i) => (isKnown(i) && bandOf(score[i] ?? 0) >= model.leastBand ? (score[i] ?? 0) : 0);
    const isStrongest = (i) => {
      for (let j = Math.max(0, i - reach); j <= Math.min(length - 1, i + reach); j++)
        if (shown(j) > score[i] || (shown(j) === score[i] && j < i)) return false;
      return true;
    };
    const found = [];
    for (let i = 0; i < length; i++) {
      const band = bandOf(shown(i));
      if (band === 0) continue;
      const full = isStrongest(i);
      if (full && model.multi.has(i))
        found.push({ value: [middleOf(i), actual[i]], symbol: "circle", symbolSize: 19, z2: 1, itemStyle: { color: "transparent", borderColor: c[BANDS[band]], borderWidth: 1.5, opacity: 1 } });
      found.push({
        value: [middleOf(i), actual[i]],
        symbol: SYMBOLS[band],
        symbolSize: full ? SIZES[band] : 5,
        z2: full ? 2 : 0,
        itemStyle: { color: c[BANDS[band]], borderColor: ground, borderWidth: full ? 1.5 : 0, opacity: 1 },
      });
    }
    // Data are painted in order: the full marks last, above the small ones.
    found.sort((a, b) => a.z2 - b.z2);
    return { type: "scatter", silent: true, z: 5, data: found, clip: true };
  }

  function choices() {
    return [look.chosen, look.second].filter(Boolean).map((cell, i) =>
      custom(0, [[cell.from, cell.to]], (params, api) => {
        const { y, height } = params.coordSys;
        const x1 = x(api, api.value(0));
        const width = Math.max(2, x(api, api.value(1)) - x1);
        return { type: "rect", shape: { x: x1, y, width, height }, style: { fill: alpha(c.accent, i === 0 ? 0.22 : 0.1), stroke: c.accent, lineWidth: i === 0 ? 0 : 1, lineDash: [3, 3] } };
      }, 0),
    );
  }

  function lanes(grid) {
    const cells = model.lanes.flatMap((lane, y) => [[model.start, y, -1, 0], ...lane.cells.map(([at, value]) => [middleOf(at), y, at, value ?? -1])]);
    const width = Math.max(2, (model.span / (view.to - view.from)) * place.plot);
    const reach = Math.ceil(9 / width);
    const isPeak = (y, at, value) => {
      for (let i = at - reach; i <= at + reach; i++) {
        const other = model.lanes[y].byPlace.get(i)?.score ?? -1;
        if (other > value || (other === value && i < at)) return false;
      }
      return true;
    };
    return custom(grid, cells, (params, api) => {
      const area = params.coordSys;
      const [y, at, value] = [api.value(1), api.value(2), api.value(3)];
      const top = area.y + y * LANE + 4;
      const height = LANE - 8;
      if (at < 0) return { type: "rect", shape: { x: area.x, y: top, width: area.width, height, r: 2 }, style: { fill: c.track } };

      const x1 = x(api, startOf(at));
      const chosen = [look.chosen, look.second].some((cell) => cell && cell.lane === model.lanes[y].key && cell.from <= startOf(at) && startOf(at) < cell.to);
      const children = [];
      if (value < 0) {
        children.push(
          { type: "rect", shape: { x: x1, y: top, width, height }, style: { fill: ground } },
          { type: "rect", shape: { x: x1, y: top, width, height }, style: { fill: hatches.get(MISSING) } },
        );
      }
      const band = bandOf(value);
      if (band > 0 && band >= model.leastBand) {
        const color = c[BANDS[band]];
        children.push({ type: "rect", shape: { x: x1, y: top, width: Math.max(2, width - (width > 6 ? 1 : 0)), height }, style: { fill: alpha(color, band === 1 ? 0.55 : 0.4) } });
        if (band >= 2 && isPeak(y, at, value))
          children.push({ type: "path", shape: markPath(band, x1 + width / 2, top + height / 2, SIZES[band] - 2), style: { fill: color, stroke: ground, lineWidth: 1 } });
      }
      if (chosen) children.push({ type: "rect", shape: { x: x1 - 1, y: top - 2, width: Math.max(5, width + 1), height: height + 4, r: 2 }, style: { fill: "transparent", stroke: c.accent, lineWidth: 2 } });
      return { type: "group", children };
    }, 2);
  }

  /** Excess by contributor: the largest one darkest, what is left over in the colour of the track. */
  function stack(grid) {
    const top = Math.max(1, ...Array.from({ length }, (_, i) => model.stack.reduce((sum, part) => sum + (part.values[i] ?? 0), 0)));
    const bars = [];
    for (let i = 0; i < length; i++) {
      let below = 0;
      model.stack.forEach((part, n) => {
        const value = part.values[i] ?? 0;
        if (value > 0) bars.push([middleOf(i), i, below, below + value, n]);
        below += value;
      });
    }
    return custom(grid, bars, (params, api) => {
      const area = params.coordSys;
      const x1 = x(api, startOf(api.value(1)));
      const width = Math.max(1, x(api, startOf(api.value(1) + 1)) - x1 - 0.5);
      const y = (v) => area.y + area.height - (v / top) * area.height;
      const n = api.value(4);
      const part = model.stack[n];
      return { type: "rect", shape: { x: x1, y: y(api.value(3)), width, height: Math.max(0.5, y(api.value(2)) - y(api.value(3)) - 0.5) }, style: { fill: part.isRest ? alpha(c.edge, 0.45) : alpha(c.model, stackShade(n)) } };
    }, 2);
  }

  function events(grid) {
    const items = model.events.flatMap((lane, y) => [[model.start, y, -1], ...lane.items.map((item, n) => [item.from, y, n])]);
    return custom(grid, items, (params, api) => {
      const area = params.coordSys;
      const [y, n] = [api.value(1), api.value(2)];
      const middle = area.y + (y + 0.5) * EVENT;
      if (n < 0) return { type: "line", shape: { x1: area.x, x2: area.x + area.width, y1: middle, y2: middle }, style: { stroke: c.line, lineWidth: 1 } };

      const lane = model.events[y];
      const item = lane.items[n];
      const x1 = x(api, item.from);
      if (item.to === null) return dot(lane.kind, x1, middle);

      const left = Math.max(area.x, x1);
      // Too short for a bar: its mark alone.
      if (lane.kind === "alert" && x(api, item.to) - x1 < 16)
        return { type: "path", shape: markPath(Math.max(2, item.band), (x1 + x(api, item.to)) / 2, middle, 9), style: { fill: c[BANDS[item.band]] || c.edge, stroke: ground, lineWidth: 1 } };
      const width = Math.max(4, Math.min(area.x + area.width, x(api, item.to)) - left);
      const color = lane.kind === "alert" ? c[BANDS[item.band]] || c.edge : c.edge;
      const fill = lane.kind === "gap" ? hatches.get(MISSING) : lane.kind === "exception" || lane.kind === "window" ? hatches.get(UNADJUSTED) : alpha(color, 0.4);
      const children = [{ type: "rect", shape: { x: left, y: middle - 5, width, height: 10, r: 2 }, style: { fill, stroke: color, lineWidth: 1 } }];
      if (lane.kind === "alert" && item.band > 1) children.push({ type: "path", shape: markPath(item.band, left + 6, middle, 8), style: { fill: color, stroke: ground, lineWidth: 1 } });
      return { type: "group", children };
    }, 2);
  }

  function dot(kind, at, y) {
    const style = { fill: c.text, stroke: ground, lineWidth: 1 };
    if (kind === "note") return { type: "circle", shape: { cx: at, cy: y, r: 4.5 }, style: { ...style, fill: ground, stroke: c.text, lineWidth: 1.5 } };
    if (kind === "change") return { type: "path", shape: markPath(3, at, y, 9), style };
    if (kind === "noticed") return { type: "path", shape: markPath(1, at, y, 9), style: { ...style, fill: ground, stroke: c.text, lineWidth: 1.5 } };
    if (kind === "rule") return { type: "path", shape: markPath(2, at, y, 8), style };
    return { type: "rect", shape: { x: at - 1.5, y: y - 6, width: 3, height: 12 }, style };
  }

  function axes() {
    const time = { type: "time", min: view.from, max: view.to, axisLine: { show: false }, axisTick: { show: false }, splitLine: { show: false } };
    const across = { left: place.left, right: place.right };
    const grid = [{ ...across, top: place.top, height: place.main }];
    const xAxis = [
      {
        ...time,
        axisLabel: {
          color: c.muted, fontSize: 12, hideOverlap: true, showMinLabel: false, margin: 8,
          formatter: { year: "{yyyy}", month: "{d} {MMM}", day: "{ee} {d} {MMM}", hour: "{HH}:{mm}", minute: "{HH}:{mm}", second: "{HH}:{mm}:{ss}" },
        },
        splitNumber: Math.max(3, Math.round(place.plot / 110)),
      },
    ];
    const yAxis = [
      {
        type: "value", min: 0, max: highest, splitNumber: 3, axisLine: { show: false }, axisTick: { show: false },
        axisLabel: { color: c.muted, fontSize: 12, formatter: short, showMaxLabel: false, margin: 10 },
        splitLine: { showMaxLine: false, lineStyle: { color: c.line, width: 1 } },
      },
    ];
    const add = (top, height) => {
      grid.push({ ...across, top, height });
      xAxis.push({ ...time, gridIndex: grid.length - 1, axisLabel: { show: false } });
      yAxis.push({ type: "value", min: 0, max: 1, gridIndex: grid.length - 1, show: false });
    };
    if (model.lanes.length > 0) add(place.lanesTop, model.lanes.length * LANE);
    if (model.stack.length > 0) add(place.stackTop, place.stack);
    if (model.events.length > 0) add(place.eventsTop, model.events.length * EVENT);
    return { grid, xAxis, yAxis };
  }
}

/** Five steps from full to faint; ExplorerLegend has the same. */
export const stackShade = (n) => [0.95, 0.7, 0.5, 0.34, 0.2][Math.min(n, 4)];
