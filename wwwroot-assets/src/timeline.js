import {
  BANDS,
  FINAL,
  LANE,
  LEARNING,
  MISSING,
  OPEN,
  SIZES,
  SYMBOLS,
  UNADJUSTED,
  alpha,
  bandOf,
  echarts,
  escape,
  exact,
  groundOf,
  hatch,
  markPath,
  palette,
  runs,
  short,
} from "./chart-parts.js";

export { explorer } from "./explorer.js";

export function timeline(box, dotnet) {
  const chart = echarts.init(box, null, { renderer: "canvas" });
  const zr = chart.getZr();
  let model = null;
  let look = { zone: "UTC", chosen: null };
  let lanes = []; // per lane: place -> cell
  let changes = new Map(); // place -> texts
  let cursor = null; // { at, lane } under the pointer or the arrow keys

  const line = document.createElement("div");
  const tip = document.createElement("div");
  const spoken = document.createElement("div");
  line.style.cssText = "position:absolute;width:1px;pointer-events:none;display:none";
  tip.style.cssText =
    "position:absolute;pointer-events:none;display:none;z-index:3;padding:8px 10px;border-radius:4px;max-width:280px";
  tip.className = "chart-tip";
  spoken.className = "visually-hidden";
  spoken.setAttribute("aria-live", "polite");
  box.style.position = "relative";
  box.append(line, tip, spoken);

  const startOf = (at) => model.start + at * model.span;
  const middleOf = (at) => model.start + (at + 0.5) * model.span;
  const time = (ms, options) =>
    new Intl.DateTimeFormat("en-GB", { timeZone: look.zone, hourCycle: "h23", ...options }).format(ms);
  const clock = (ms) => time(ms, { hour: "2-digit", minute: "2-digit" });
  const bucketName = (at) =>
    `${time(startOf(at), { weekday: "short", day: "numeric", month: "short" })}, ${clock(startOf(at))} – ${clock(startOf(at + 1))}`;

  function layout() {
    const width = box.clientWidth;
    const left = model.lanes.length === 0 ? 44 : Math.max(84, Math.min(150, Math.round(width * 0.13)));
    const laneHeight = model.lanes.length === 0 ? 0 : model.lanes.length * LANE + 14;
    return { width, left, right: 14, top: 10, main: box.clientHeight - laneHeight - 10 - 24, laneHeight };
  }

  function draw() {
    if (!model || box.clientWidth === 0) return;

    const c = palette();
    const ground = groundOf(box);
    const place = layout();
    const { length, actual, typical, lower, upper, score, state } = model;
    const isKnown = (i) => actual[i] !== null && state[i] >= 0 && state[i] !== MISSING;
    const from = model.start;
    const to = startOf(length);
    const highest = Math.max(1, ...actual.map((v) => v ?? 0), ...upper.map((v) => v ?? 0));

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
    const alone = runs(length, (i) => isKnown(i) && state[i] !== OPEN)
      .filter(([a, b]) => a === b)
      .map(([a]) => [middleOf(a), actual[a]]);

    // Of marks that would touch, the strongest is drawn in full and the others small, so that the line stays visible.
    const reach = Math.ceil((13 * length) / (place.width - place.left - place.right)) - 1;
    const isStrongest = (i) => {
      for (let j = Math.max(0, i - reach); j <= Math.min(length - 1, i + reach); j++) {
        const other = isKnown(j) ? (score[j] ?? 0) : 0;
        if (other > score[i] || (other === score[i] && j < i)) return false;
      }
      return true;
    };
    const marks = [];
    for (let i = 0; i < length; i++) {
      const band = bandOf(score[i] ?? 0);
      if (band === 0 || !isKnown(i)) continue;
      const full = isStrongest(i);
      marks.push({
        value: [middleOf(i), actual[i]],
        symbol: SYMBOLS[band],
        symbolSize: full ? SIZES[band] : 5,
        z2: full ? 2 : 1,
        itemStyle: { color: c[BANDS[band]], borderColor: ground, borderWidth: full ? 1.5 : 0, opacity: 1 },
      });
    }
    // Data are painted in order: the full marks last, above the small ones.
    marks.sort((a, b) => a.z2 - b.z2);

    const stretches = [
      ...runs(length, (i) => state[i] === LEARNING).map((run) => [...run, LEARNING]),
      ...runs(length, (i) => state[i] === UNADJUSTED).map((run) => [...run, UNADJUSTED]),
      ...runs(length, (i) => state[i] === MISSING || state[i] === -1).map((run) => [...run, MISSING]),
    ];
    const hatches = new Map([LEARNING, MISSING, UNADJUSTED].map((s) => [s, hatch(alpha(c.edge, 0.38), s)]));
    const words = { [LEARNING]: "learning", [MISSING]: "no data", [UNADJUSTED]: "unadjusted" };

    const axisTime = {
      type: "time",
      min: from,
      max: to,
      axisLine: { show: false },
      axisTick: { show: false },
      splitLine: { show: false },
    };

    const series = [
      {
        // What cannot be compared, behind everything.
        type: "custom",
        silent: true,
        z: 0,
        data: stretches.map(([a, b, s]) => [startOf(a), startOf(b + 1), s]),
        renderItem: (_, api) => {
          const [x1, y1] = api.coord([api.value(0), highest * 1.08]);
          const [x2, y2] = api.coord([api.value(1), 0]);
          const width = Math.max(1, x2 - x1);
          return {
            type: "group",
            children: [
              { type: "rect", shape: { x: x1, y: y1, width, height: y2 - y1 }, style: { fill: hatches.get(api.value(2)) } },
              ...(width > 64
                ? [{ type: "text", style: { x: x1 + 6, y: y1 + 4, text: words[api.value(2)], fill: c.muted, font: `12px ${font()}`, backgroundColor: ground, padding: [2, 4] } }]
                : []),
            ],
          };
        },
      },
      {
        // The 95 % band, one polygon for each unbroken stretch.
        type: "custom",
        silent: true,
        z: 1,
        data: runs(length, (i) => lower[i] !== null && upper[i] !== null).map(([a, b]) => [a, b]),
        renderItem: (_, api) => {
          const [a, b] = [api.value(0), api.value(1)];
          const points = [];
          for (let i = a; i <= b; i++) points.push(api.coord([middleOf(i), upper[i]]));
          for (let i = b; i >= a; i--) points.push(api.coord([middleOf(i), Math.max(0, lower[i])]));
          return { type: "polygon", shape: { points }, style: { fill: alpha(c.model, 0.2) } };
        },
      },
      {
        type: "line",
        silent: true,
        z: 2,
        symbol: "none",
        data: typical.map((v, i) => [middleOf(i), v]),
        lineStyle: { color: c.model, width: 1.25, opacity: 0.9 },
      },
      {
        type: "line",
        silent: true,
        z: 3,
        symbol: "none",
        data: closed,
        lineStyle: { color: c.actual, width: 1.75, join: "round" },
      },
      {
        type: "line",
        silent: true,
        z: 3,
        data: open,
        showAllSymbol: true,
        lineStyle: { color: c.actual, width: 1.75, type: [3, 3] },
        itemStyle: { color: ground, borderColor: c.actual, borderWidth: 1.75, opacity: 1 },
      },
      { type: "scatter", silent: true, z: 3, symbolSize: 4, data: alone, itemStyle: { color: c.actual } },
      { type: "scatter", silent: true, z: 5, data: marks, clip: false },
      {
        // Carets on the axis: someone changed a firewall.
        type: "scatter",
        silent: true,
        z: 4,
        symbol: "triangle",
        symbolSize: [9, 7],
        symbolOffset: [0, 4],
        clip: false,
        data: [...changes.keys()].map((at) => [middleOf(at), 0]),
        itemStyle: { color: c.text, borderColor: ground, borderWidth: 1, opacity: 1 },
      },
    ];

    if (look.chosen !== null && look.chosen >= from && look.chosen < to) {
      series.push({
        type: "custom",
        silent: true,
        z: 0,
        data: [[look.chosen, look.chosen + model.span]],
        renderItem: (_, api) => {
          const [x1, y1] = api.coord([api.value(0), highest * 1.08]);
          const [x2, y2] = api.coord([api.value(1), 0]);
          return {
            type: "rect",
            shape: { x: x1, y: y1, width: Math.max(2, x2 - x1), height: y2 - y1 },
            style: { fill: alpha(c.accent, 0.2) },
          };
        },
      });
    }

    if (model.lanes.length > 0) series.push(laneSeries(c, hatches, ground));

    const grid = [{ left: place.left, right: place.right, top: place.top, height: place.main }];
    const xAxis = [
      {
        ...axisTime,
        axisLabel: {
          color: c.muted,
          fontSize: 12,
          hideOverlap: true,
          showMinLabel: false,
          margin: 8,
          formatter: {
            year: "{yyyy}",
            month: "{d} {MMM}",
            day: "{ee} {d} {MMM}",
            hour: "{HH}:{mm}",
            minute: "{HH}:{mm}",
            second: "{HH}:{mm}:{ss}",
          },
        },
        splitNumber: Math.max(3, Math.round((place.width - place.left) / 110)),
      },
    ];
    const yAxis = [
      {
        type: "value",
        min: 0,
        max: highest * 1.08,
        splitNumber: 3,
        axisLine: { show: false },
        axisTick: { show: false },
        axisLabel: { color: c.muted, fontSize: 12, formatter: short, showMaxLabel: false, margin: 10 },
        splitLine: { showMaxLine: false, lineStyle: { color: c.line, width: 1 } },
      },
    ];
    if (model.lanes.length > 0) {
      grid.push({
        left: place.left,
        right: place.right,
        top: place.top + place.main + 24 + 10,
        height: model.lanes.length * LANE,
      });
      xAxis.push({ ...axisTime, gridIndex: 1, axisLabel: { show: false } });
      yAxis.push({
        type: "category",
        gridIndex: 1,
        inverse: true,
        data: model.lanes.map((lane) => lane.title),
        axisLine: { show: false },
        axisTick: { show: false },
        axisLabel: { color: c.text, fontSize: 12, width: place.left - 22, overflow: "truncate", margin: 10, interval: 0 },
      });
    }

    chart.setOption(
      {
        useUTC: look.zone === "UTC" || look.zone === "Etc/UTC",
        animation: false,
        textStyle: { fontFamily: font() },
        grid,
        xAxis,
        yAxis,
        series,
      },
      { notMerge: true },
    );
    tip.style.background = c.raised;
    tip.style.border = `1px solid ${c.line}`;
    tip.style.boxShadow = "0 6px 20px rgb(0 0 0 / 0.28)";
    line.style.background = c.edge;
    if (cursor) show(cursor.at, cursor.lane, false);
  }

  function laneSeries(c, hatches, ground) {
    const cells = model.lanes.flatMap((lane, y) => [
      [y, -1, 0, 0],
      ...lane.cells.map(([at, value]) => [y, at, value ?? -1, 0]),
    ]);
    return {
      type: "custom",
      silent: true,
      xAxisIndex: 1,
      yAxisIndex: 1,
      z: 2,
      data: cells.map(([y, at, value]) => [at < 0 ? model.start : middleOf(at), y, at, value]),
      renderItem: (params, api) => {
        const y = api.value(1);
        const at = api.value(2);
        const value = api.value(3);
        const area = params.coordSys;
        const [, middle] = api.coord([model.start, y]);
        const top = middle - 7;
        if (at < 0)
          return { type: "rect", shape: { x: area.x, y: top, width: area.width, height: 14, r: 2 }, style: { fill: c.track } };

        const [x1] = api.coord([startOf(at), y]);
        const [x2] = api.coord([startOf(at + 1), y]);
        const width = Math.max(2, x2 - x1);
        if (value < 0)
          return {
            type: "group",
            children: [
              { type: "rect", shape: { x: x1, y: top, width, height: 14 }, style: { fill: ground } },
              { type: "rect", shape: { x: x1, y: top, width, height: 14 }, style: { fill: hatches.get(MISSING) } },
            ],
          };

        const band = bandOf(value);
        if (band === 0) return null;
        const color = c[BANDS[band]];
        const children = [
          {
            type: "rect",
            shape: { x: x1, y: top, width: Math.max(2, width - (width > 6 ? 1 : 0)), height: 14 },
            style: { fill: alpha(color, band === 1 ? 0.55 : 0.4) },
          },
        ];
        if (band >= 2 && isPeak(y, at, value, Math.ceil(9 / width))) {
          const size = SIZES[band] - 2;
          const x = (x1 + x2) / 2;
          children.push({ type: "path", shape: markPath(band, x, middle, size), style: { fill: color, stroke: ground, lineWidth: 1 } });
        }
        return { type: "group", children };
      },
    };
  }

  // Where cells are narrower than a mark, only the strongest of its neighbourhood carries one.
  const isPeak = (y, at, value, reach) => {
    for (let i = at - reach; i <= at + reach; i++) {
      const other = lanes[y].get(i)?.score ?? -1;
      if (other > value || (other === value && i < at)) return false;
    }
    return true;
  };

  const font = () => getComputedStyle(box).fontFamily;

  /** Which bucket and lane lies under a pixel. */
  function find(x, y) {
    if (!model) return null;
    const place = layout();
    const width = place.width - place.left - place.right;
    if (x < place.left - 4 || x > place.left + width + 4) return null;
    const at = Math.max(0, Math.min(model.length - 1, Math.floor(((x - place.left) / width) * model.length)));
    const row = Math.floor((y - (place.top + place.main + 34)) / LANE);
    return { at, lane: row >= 0 && row < model.lanes.length ? row : null };
  }

  function content(at, lane) {
    const rows = [];
    let state;
    let value;
    if (lane === null) {
      state = model.state[at];
      value = model.score[at];
      const known = model.actual[at] !== null && state !== MISSING && state !== -1;
      rows.push(["actual", known ? exact(model.actual[at]) : "no data"]);
      if (model.typical[at] !== null) rows.push(["expected", exact(model.typical[at])]);
      if (model.lower[at] !== null && model.upper[at] !== null)
        rows.push(["95 % band", `${exact(Math.max(0, model.lower[at]))} – ${exact(model.upper[at])}`]);
      if (known && model.typical[at] >= 0.5) rows.push(["ratio", `${(model.actual[at] / model.typical[at]).toFixed(1)}x`]);
    } else {
      const cell = lanes[lane].get(at);
      state = FINAL;
      value = cell?.score;
      if (cell && cell.score === null) rows.push(["actual", "no data"]);
      if (cell?.actual !== null && cell?.actual !== undefined) rows.push(["actual", exact(cell.actual)]);
      if (cell?.typical !== null && cell?.typical !== undefined) rows.push(["expected", exact(cell.typical)]);
    }
    if (lane === null) for (const text of changes.get(at) ?? []) rows.push(["changed", text]);
    const note = { [OPEN]: "still open", [LEARNING]: "learning", [UNADJUSTED]: "unadjusted" }[state];
    const band = bandOf(value ?? 0);
    if (band > 0) rows.push(["score", `${Math.floor(value)}, ${BANDS[band]}`]);
    else if (lane !== null && rows.length === 0) rows.push(["score", "nothing unusual"]);
    if (note) rows.push(["state", note]);
    return { title: bucketName(at), lane: lane === null ? null : model.lanes[lane].title, rows };
  }

  function show(at, lane, speak) {
    cursor = { at, lane };
    const place = layout();
    const width = place.width - place.left - place.right;
    const x = place.left + ((at + 0.5) / model.length) * width;
    line.style.cssText += `;display:block;left:${x}px;top:${place.top}px;height:${box.clientHeight - place.top}px;opacity:.7`;

    const { title, lane: name, rows } = content(at, lane);
    tip.innerHTML = `<strong>${escape(name ? `${name} · ${title}` : title)}</strong><dl>${rows
      .map(([k, v]) => `<dt>${k}</dt><dd>${escape(v)}</dd>`)
      .join("")}</dl>`;
    tip.style.display = "block";
    const beside = x + 14 + tip.offsetWidth <= place.width;
    tip.style.left = `${Math.max(0, beside ? x + 14 : x - 14 - tip.offsetWidth)}px`;
    const wanted = lane === null ? place.top + 8 : place.top + place.main + 34 + lane * LANE - tip.offsetHeight - 6;
    tip.style.top = `${Math.max(0, wanted)}px`;
    if (speak) spoken.textContent = `${name ? `${name}, ` : ""}${title}: ${rows.map((row) => row.join(" ")).join(", ")}`;
  }

  function hide() {
    cursor = null;
    line.style.display = tip.style.display = "none";
  }

  const pick = (at, lane) =>
    dotnet.invokeMethodAsync("Pick", startOf(at), lane === null ? null : model.lanes[lane].key).catch(() => {});

  zr.on("mousemove", (e) => {
    const found = find(e.offsetX, e.offsetY);
    if (found) {
      show(found.at, found.lane, false);
      zr.setCursorStyle("pointer");
    } else {
      hide();
      zr.setCursorStyle("default");
    }
  });
  zr.on("globalout", hide);
  zr.on("click", (e) => {
    const found = find(e.offsetX, e.offsetY);
    if (found) pick(found.at, found.lane);
  });

  const onKey = (e) => {
    if (!model || model.length === 0 || e.ctrlKey || e.altKey || e.metaKey) return;
    const { at, lane } = cursor ?? { at: model.length, lane: null };
    const last = model.length - 1;
    const count = model.lanes.length;
    const go = {
      ArrowLeft: [Math.max(0, at - 1), lane],
      ArrowRight: [Math.min(last, at + 1), lane],
      Home: [0, lane],
      End: [last, lane],
      ArrowDown: [Math.min(last, at), lane === null ? (count > 0 ? 0 : null) : Math.min(count - 1, lane + 1)],
      ArrowUp: [Math.min(last, at), lane === null || lane === 0 ? null : lane - 1],
    }[e.key];
    if (go) show(...go, true);
    else if (e.key === "Enter" && cursor) pick(cursor.at, cursor.lane);
    else if (e.key === "Escape" && cursor) hide();
    else return;
    e.preventDefault();
    e.stopPropagation();
  };
  box.addEventListener("keydown", onKey);
  box.addEventListener("blur", hide);

  const resized = new ResizeObserver(() => {
    chart.resize();
    draw();
  });
  resized.observe(box);
  const themed = new MutationObserver(draw);
  themed.observe(document.documentElement, { attributeFilter: ["data-theme"] });

  return {
    draw(next, nextLook) {
      model = next;
      look = nextLook;
      lanes = model.lanes.map(
        (lane) => new Map(lane.cells.map(([at, value, actual, typical]) => [at, { score: value, actual, typical }])),
      );
      changes = Map.groupBy(model.changes, ([at]) => at);
      for (const [at, found] of changes) changes.set(at, found.map(([, text]) => text));
      if (cursor && cursor.at >= model.length) hide();
      chart.resize();
      draw();
    },
    dispose() {
      resized.disconnect();
      themed.disconnect();
      box.removeEventListener("keydown", onKey);
      box.removeEventListener("blur", hide);
      chart.dispose();
      for (const part of [line, tip, spoken]) part.remove();
    },
  };
}
