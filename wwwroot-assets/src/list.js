/**
 * Brings a row of a virtual table into view although it may not be rendered: rows are alike, so its place follows from
 * the height of any of them.
 */
export function reveal(table, index, count) {
  const scroller = table?.closest("main");
  const body = table?.tBodies[0];
  if (!scroller || !body || count === 0) return;

  const head = table.tHead?.offsetHeight ?? 0;
  const rowHeight = body.offsetHeight / count;
  const top = body.getBoundingClientRect().top - scroller.getBoundingClientRect().top + index * rowHeight;
  if (top < head + 8) scroller.scrollTop += top - head - 8;
  else if (top + rowHeight > scroller.clientHeight - 72) scroller.scrollTop += top + rowHeight - scroller.clientHeight + 72;
}
