/**
 * Opens a menu beside the button that asked for it: top layer, closes on Escape or a press outside, arrow keys walk
 * through it, and the focus goes back to the button.
 */
export function open(button, menu, dotnet) {
  if (!button?.isConnected || !menu?.isConnected || menu.matches(":popover-open")) return;

  const items = () => [...menu.querySelectorAll("[role^=menuitem]:not([aria-disabled=true]), input, select")];

  const place = () => {
    const at = button.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = menu;
    const below = at.bottom + 4 + height <= innerHeight - 8;
    const top = below ? at.bottom + 4 : Math.max(8, at.top - 4 - height);
    const left = menu.dataset.align === "end" ? at.right - width : at.left;
    menu.style.top = `${top}px`;
    menu.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
  };

  const onKey = (e) => {
    const all = items();
    const at = all.indexOf(document.activeElement);
    const to = {
      ArrowDown: (at + 1) % all.length,
      ArrowUp: (at - 1 + all.length) % all.length,
      Home: 0,
      End: all.length - 1,
    }[e.key];
    if (to !== undefined && !(document.activeElement instanceof HTMLInputElement && /^(Home|End)$/.test(e.key))) {
      e.preventDefault();
      all[to]?.focus();
    } else if (e.key === "Tab" && !menu.querySelector("input")) {
      menu.hidePopover();
    }
    e.stopPropagation();
  };

  const onClick = (e) => {
    if (e.target.closest("[role^=menuitem]")) menu.hidePopover();
  };

  const onToggle = (e) => {
    if (e.newState !== "closed") return;
    menu.removeEventListener("keydown", onKey);
    menu.removeEventListener("click", onClick);
    menu.removeEventListener("toggle", onToggle);
    removeEventListener("scroll", onScroll, true);
    // A press elsewhere has moved the focus already, and that is where it belongs.
    if (menu.contains(document.activeElement) || document.activeElement === document.body) button.focus();
    dotnet.invokeMethodAsync("Closed").catch(() => {});
  };

  const onScroll = (e) => {
    if (!menu.contains(e.target)) menu.hidePopover();
  };

  menu.showPopover();
  place();
  menu.addEventListener("keydown", onKey);
  menu.addEventListener("click", onClick);
  menu.addEventListener("toggle", onToggle);
  addEventListener("scroll", onScroll, true);
  (menu.querySelector("[aria-checked=true]") ?? items()[0])?.focus({ preventScroll: true });
}

export function close(menu) {
  if (menu?.isConnected && menu.matches(":popover-open")) menu.hidePopover();
}
