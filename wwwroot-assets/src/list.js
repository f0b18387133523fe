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

/** Puts the focus into a field that is on its way: a panel needs a moment to be read and drawn. */
export async function focusSoon(id) {
  for (let i = 0; i < 40; i++) {
    const field = document.getElementById(id);
    if (field) {
      field.scrollIntoView({ block: "nearest" });
      field.focus();
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
