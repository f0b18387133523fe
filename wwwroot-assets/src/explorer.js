import { BANDS, LEARNING, MISSING, OPEN, UNADJUSTED, bandOf, echarts, escape, exact, groundOf, palette } from "./chart-parts.js";
import { EVENT, LANE, optionOf, placeOf } from "./explorer-draw.js";

const SHORTEST = 60 * 60 * 1000;
const DRAG = 5; // pixels before a press is a drag
const DOUBLE = 220; // milliseconds in which a second click makes it a double one

/**
 * The explorer's chart: line, lanes, stack and events on one axis. Zooming and panning are drawn here at once, and the
 * server is asked afterwards; what it answers replaces what was drawn.
 */
export function explorer(box, dotnet) {
  const chart = echarts.init(box, null, { renderer: "canvas" });
  const zr = chart.getZr();
  const parts = Object.fromEntries(["line", "tip", "brush", "spoken"].map((name) => [name, document.createElement("div")]));
  let model = null;
  let look = null;
  let view = null; // the window of time that is drawn
  let waiting = null; // a newer picture, while a brush is held or a zoom is not yet asked for
  let cursor = null; // { at, lane } under the arrow keys; lane is the number of one, or null for the line
  let drag = null;
  let asking = 0;
  let picking = 0;
  let annotates = false;

  parts.line.style.cssText = "position:absolute;width:1px;pointer-events:none;display:none";
  parts.tip.className = "chart-tip chart-tip-box";
  parts.brush.className = "chart-brush";
  parts.spoken.className = "visually-hidden";
  parts.spoken.setAttribute("aria-live", "polite");
  box.append(...Object.values(parts));

  const startOf = (at) => model.start + at * model.span;
  const time = (ms, options) => new Intl.DateTimeFormat("en-GB", { timeZone: look.zone, hourCycle: "h23", ...options }).format(ms);
  const clock = (ms) => time(ms, { hour: "2-digit", minute: "2-digit" });
  const day = (ms) => time(ms, { weekday: "short", day: "numeric", month: "short" });
  const bucketName = (at) =>
    model.span >= 24 * SHORTEST ? day(startOf(at)) : `${day(startOf(at))}, ${clock(startOf(at))} – ${clock(startOf(at + 1))}`;
  const place = () => placeOf(box, model, look);
  const timeAt = (x, p = place()) => view.from + ((x - p.left) / p.plot) * (view.to - view.from);
  const xOf = (ms, p = place()) => p.left + ((ms - view.from) / (view.to - view.from)) * p.plot;
  const tell = (method, ...values) => dotnet.invokeMethodAsync(method, ...values).catch(() => {});

  function paint() {
    if (!model || box.clientWidth === 0) return;
    const c = palette();
    const font = getComputedStyle(box).fontFamily;
    chart.setOption(optionOf(model, look, view, place(), c, groundOf(box), font), { notMerge: true });
    parts.line.style.background = c.edge;
    box.dataset.drawn = `${Math.round(view.from)}-${Math.round(view.to)}`;
  }

  /** Shows another window at once; the server hears of it when the hand rests. */
  function show(from, to, rest = 160) {
    const length = Math.max(SHORTEST, Math.min(to - from, 400 * 24 * SHORTEST));
    const middle = (from + to) / 2;
    to = Math.min(middle + length / 2, model.now + model.span);
    view = { from: to - length, to };
    hide();
    paint();
    clearTimeout(asking);
    const asked = view;
    asking = setTimeout(() => {
      asking = 0;
      tell("Zoom", Math.round(asked.from), Math.round(asked.to));
    }, rest);
  }

  const zoomBy = (factor, around = (view.from + view.to) / 2) => {
    const length = (view.to - view.from) * factor;
    const part = (around - view.from) / (view.to - view.from);
    show(around - length * part, around + length * (1 - part));
  };
  const panBy = (part) => show(view.from + (view.to - view.from) * part, view.to + (view.to - view.from) * part);

  /** What lies under a pixel: a bucket of the line or of a lane, an event, or nothing. */
  function find(x, y) {
    if (!model) return null;
    const p = place();
    if (x < p.left - 2 || x > p.left + p.plot + 2) return null;
    const ms = timeAt(x, p);
    const at = Math.max(0, Math.min(model.length - 1, Math.floor((ms - model.start) / model.span)));
    if (y >= p.eventsTop) {
      const row = Math.floor((y - p.eventsTop) / EVENT);
      const lane = model.events[row];
      if (!lane) return null;
      const near = (5 / p.plot) * (view.to - view.from);
      const n = lane.items.findLastIndex((item) => item.from - near <= ms && ms <= (item.to ?? item.from) + near);
      return { at, ms, lane: null, event: n < 0 ? null : { row, n } };
    }
    const row = Math.floor((y - p.lanesTop) / LANE);
    return { at, ms, event: undefined, lane: row >= 0 && row < model.lanes.length ? row : null, isMain: y < look.main, isStack: y >= p.stackTop };
  }

  function content({ at, lane, event, isStack }) {
    const rows = [];
    if (event) {
      const item = model.events[event.row].items[event.n];
      const until = item.to === null ? "" : ` – ${clock(item.to)}`;
      return { title: `${day(item.from)}, ${clock(item.from)}${until}`, name: model.events[event.row].title, rows: [["", item.text]] };
    }
    if (isStack && model.stack.length > 0) {
      for (const part of model.stack) if (part.values[at] > 0) rows.push([part.title, exact(part.values[at])]);
      return { title: bucketName(at), name: "excess", rows: rows.length > 0 ? rows : [["excess", "none"]] };
    }
    const cell = lane === null ? null : model.lanes[lane].byPlace.get(at);
    const state = lane === null ? model.state[at] : cell && cell.score === null ? MISSING : 0;
    const [actual, typical, score] = lane === null ? [model.actual[at], model.typical[at], model.score[at]] : [cell?.actual, cell?.typical, cell?.score];
    if (state === MISSING || state === -1) rows.push(["actual", "no data"]);
    else if (actual != null) rows.push(["actual", exact(actual)]);
    if (typical != null) rows.push(["expected", exact(typical)]);
    if (lane === null && model.lower[at] !== null) rows.push(["95 % band", `${exact(Math.max(0, model.lower[at]))} – ${exact(model.upper[at])}`]);
    if (actual != null && typical >= 0.5) rows.push(["ratio", `${(actual / typical).toFixed(1)}x`]);
    if (lane === null && model.compare?.[at] != null) rows.push([model.comparedAs, exact(model.compare[at])]);
    const band = bandOf(score ?? 0);
    if (band > 0) rows.push(["score", `${Math.floor(score)}, ${BANDS[band]}`]);
    else if (rows.length === 0) rows.push(["score", "nothing unusual"]);
    if (lane === null && model.multi.has(at)) rows.push(["found", "with the buckets before it"]);
    const note = { [OPEN]: "still open", [LEARNING]: "learning", [UNADJUSTED]: "unadjusted" }[state];
    if (note) rows.push(["state", note]);
    return { title: bucketName(at), name: lane === null ? null : model.lanes[lane].title, rows };
  }

  function point(found, speak) {
    const p = place();
    const x = found.event ? Math.max(p.left, xOf(model.events[found.event.row].items[found.event.n].from, p)) : xOf(startOf(found.at) + model.span / 2, p);
    parts.line.style.cssText += `;display:block;left:${x}px;top:${p.top}px;height:${p.bottom - p.top}px;opacity:.7`;
    const { title, name, rows } = content(found);
    const { tip } = parts;
    tip.innerHTML = `<strong>${escape(name ? `${name} · ${title}` : title)}</strong><dl>${rows
      .map(([k, v]) => (k ? `<dt>${escape(k)}</dt><dd>${escape(v)}</dd>` : `<dd class="all">${escape(v)}</dd>`))
      .join("")}</dl>`;
    tip.style.display = "block";
    const fits = x + 14 + tip.offsetWidth <= p.width;
    tip.style.left = `${Math.max(0, fits ? x + 14 : x - 14 - tip.offsetWidth)}px`;
    const row = found.event ? p.eventsTop + found.event.row * EVENT : found.isStack ? p.stackTop : found.lane === null ? 0 : p.lanesTop + found.lane * LANE;
    tip.style.top = `${row === 0 ? p.top + 8 : Math.max(0, row - tip.offsetHeight - 6)}px`;
    if (speak) parts.spoken.textContent = `${name ? `${name}, ` : ""}${title}: ${rows.map((pair) => pair.join(" ")).join(", ")}`;
  }

  function hide() {
    parts.line.style.display = parts.tip.style.display = "none";
  }

  /** A press on a bucket chooses it, with Shift as the second one; on an event it opens what the event is of. */
  function pick(found, isSecond) {
    if (found.event) {
      const item = model.events[found.event.row].items[found.event.n];
      if (item.href) tell("Open", item.href);
      return;
    }
    const cell = { from: startOf(found.at), to: startOf(found.at + 1), lane: found.lane === null ? null : model.lanes[found.lane].key };
    look = { ...look, [isSecond ? "second" : "chosen"]: cell };
    paint();
    tell("Pick", cell.from, cell.to, cell.lane, isSecond);
  }

  function setBrush() {
    const p = place();
    const [a, b] = [drag.from, drag.to].sort((l, r) => l - r);
    parts.brush.style.cssText = `display:block;left:${a}px;width:${b - a}px;top:${p.top}px;height:${p.bottom - p.top}px`;
  }

  function endDrag(isKept) {
    const done = drag;
    drag = null;
    parts.brush.style.display = "none";
    zr.setCursorStyle("default");
    if (waiting) take(...waiting);
    if (!isKept || !done?.isWide) return done;
    const [from, to] = [timeAt(done.from), timeAt(done.to)].sort((l, r) => l - r);
    if (done.annotates) {
      setAnnotating(false);
      tell("Annotate", Math.round(from), Math.round(to));
    } else {
      show(from, to, 0);
    }
    return done;
  }

  function setAnnotating(on) {
    annotates = on;
    box.dataset.mode = on ? "annotate" : "";
  }

  function take(next, nextLook) {
    waiting = null;
    model = {
      ...next.line,
      ...next,
      multi: new Set(next.multi),
      lanes: next.line.lanes.map((lane) => ({
        ...lane,
        byPlace: new Map(lane.cells.map(([at, score, actual, typical]) => [at, { score, actual, typical }])),
      })),
    };
    look = nextLook;
    view = { from: model.from, to: model.to };
    if (cursor && (cursor.at >= model.length || cursor.lane >= model.lanes.length)) cursor = null;
    chart.resize();
    paint();
  }

  const clampX = (x) => {
    const p = place();
    return Math.max(p.left, Math.min(p.left + p.plot, x));
  };

  zr.on("mousedown", (e) => {
    if (!model || e.event.button !== 0 || !find(e.offsetX, e.offsetY)) return;
    drag = { from: clampX(e.offsetX), to: clampX(e.offsetX), y: e.offsetY, isWide: false, annotates: annotates || (e.event.altKey && look.canAnnotate), isSecond: e.event.shiftKey };
  });
  const onMove = (e) => {
    if (!drag) return;
    drag.to = clampX(e.clientX - box.getBoundingClientRect().left);
    drag.isWide ||= Math.abs(drag.to - drag.from) >= DRAG;
    if (!drag.isWide) return;
    hide();
    setBrush();
    e.preventDefault();
  };
  const onUp = () => {
    if (!drag) return;
    const done = endDrag(true);
    if (done.isWide) return;
    const found = find(done.from, done.y);
    if (!found) return;
    clearTimeout(picking);
    // Waits for a second click: what zooms back out should not choose a bucket on its way.
    picking = setTimeout(() => pick(found, done.isSecond), found.event ? 0 : DOUBLE);
  };
  zr.on("mousemove", (e) => {
    if (drag?.isWide) return;
    const found = find(e.offsetX, e.offsetY);
    const isSomething = found && found.event !== null;
    zr.setCursorStyle(annotates ? "crosshair" : isSomething ? "pointer" : "default");
    if (isSomething) point(found, false);
    else hide();
  });
  zr.on("globalout", hide);
  zr.on("dblclick", () => {
    clearTimeout(picking);
    tell("Back");
  });
  const onWheel = (e) => {
    // Over the line a turn of the wheel zooms; over the rest it scrolls the page, sideways it pans.
    if (!model || drag) return;
    const at = box.getBoundingClientRect();
    const isMain = e.clientY - at.top < look.main;
    if (Math.abs(e.deltaX) > Math.abs(e.deltaY)) panBy(Math.max(-0.5, Math.min(0.5, e.deltaX / 600)));
    else if (isMain) zoomBy(Math.exp(Math.max(-100, Math.min(100, e.deltaY)) / 300), timeAt(clampX(e.clientX - at.left)));
    else return;
    e.preventDefault();
  };

  const onKey = (e) => {
    if (!model || model.length === 0 || e.ctrlKey || e.metaKey || e.altKey) return;
    const { at, lane } = cursor ?? { at: Math.min(model.length, Math.floor((view.to - model.start) / model.span)), lane: null };
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
    if (go) {
      cursor = { at: go[0], lane: go[1] };
      point(cursor, true);
    } else if (e.key === "Enter" && cursor) pick(cursor, e.shiftKey);
    else if (e.key === "Escape" && (drag || annotates || cursor)) {
      if (drag) endDrag(false);
      setAnnotating(false);
      cursor = null;
      hide();
    } else if (e.key === "+" || e.key === "=") zoomBy(0.5, cursor ? startOf(cursor.at) + model.span / 2 : undefined);
    else if (e.key === "-") zoomBy(2, cursor ? startOf(cursor.at) + model.span / 2 : undefined);
    else if (e.key === "[") panBy(-0.5);
    else if (e.key === "]") panBy(0.5);
    else return;
    e.preventDefault();
    e.stopPropagation();
  };
  box.addEventListener("keydown", onKey);
  box.addEventListener("blur", hide);
  box.addEventListener("wheel", onWheel, { passive: false });
  window.addEventListener("mousemove", onMove);
  window.addEventListener("mouseup", onUp);
  const resized = new ResizeObserver(() => {
    chart.resize();
    paint();
  });
  resized.observe(box);
  const themed = new MutationObserver(paint);
  themed.observe(document.documentElement, { attributeFilter: ["data-theme"] });

  return {
    draw(next, nextLook) {
      if (drag || asking) waiting = [next, nextLook];
      else take(next, nextLook);
    },
    zoomBy: (factor) => model && zoomBy(factor),
    panBy: (part) => model && panBy(part),
    annotate: () => setAnnotating(!annotates),
    dispose() {
      clearTimeout(asking);
      clearTimeout(picking);
      resized.disconnect();
      themed.disconnect();
      box.removeEventListener("keydown", onKey);
      box.removeEventListener("blur", hide);
      box.removeEventListener("wheel", onWheel);
      window.removeEventListener("mousemove", onMove);
      window.removeEventListener("mouseup", onUp);
      chart.dispose();
      for (const part of Object.values(parts)) part.remove();
    },
  };
}
