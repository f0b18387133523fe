import { readLook, writeLook } from "./look.js";

export { writeLook };

/** What C# cannot know: the look kept in this browser, and its time zone. */
export function read() {
  return { ...readLook(), browserZone: Intl.DateTimeFormat().resolvedOptions().timeZone ?? "UTC" };
}

const isTyping = (target) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/**
 * Keyboard of every page: "g" and a letter follow the rail, "/" goes to the search box, "?" shows the keys. Other keys go
 * to C# only if the page asked for them, so that ordinary typing costs no round trip.
 */
export function attach(dotnet) {
  let pageKeys = new Set();
  let goSince = 0;

  const onKey = (e) => {
    if (e.ctrlKey || e.altKey || e.metaKey || e.isComposing) return;
    if (isTyping(e.target)) {
      if (e.key === "Escape") e.target.blur();
      return;
    }
    if (document.querySelector("dialog[open], [popover]:popover-open")) return;

    if (Date.now() - goSince < 1500) {
      goSince = 0;
      const link = document.querySelector(`[data-go="${CSS.escape(e.key.toLowerCase())}"]`);
      if (link) {
        e.preventDefault();
        link.click();
      }
      return;
    }

    if (e.key === "g") {
      goSince = Date.now();
    } else if (e.key === "/") {
      const search = document.querySelector("[data-search]");
      if (!search) return;
      e.preventDefault();
      search.focus();
      search.select();
    } else if (e.key === "?") {
      e.preventDefault();
      dotnet.invokeMethodAsync("ShowHelp");
    } else if (pageKeys.has(e.key) && !(e.key === "Enter" && e.target.closest?.("a, button"))) {
      e.preventDefault();
      dotnet.invokeMethodAsync("Press", e.key);
    }
  };

  // With a <base> in the page "#main" would be another address.
  const onSkip = (e) => {
    if (!e.target.closest?.("[data-skip]")) return;
    e.preventDefault();
    e.stopPropagation();
    document.getElementById("main")?.focus();
  };

  document.addEventListener("keydown", onKey);
  document.addEventListener("click", onSkip, true);
  return {
    setKeys: (keys) => (pageKeys = new Set(keys)),
    dispose: () => {
      document.removeEventListener("keydown", onKey);
      document.removeEventListener("click", onSkip, true);
    },
  };
}

/** The platform's own dialog: it keeps the focus inside, closes on Escape and gives the focus back. */
export function showDialog(dialog) {
  if (dialog?.isConnected && !dialog.open) dialog.showModal();
}

export function closeDialog(dialog) {
  dialog?.close();
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Plain http has no clipboard API; the old way still works there.
    const area = Object.assign(document.createElement("textarea"), { value: text });
    area.style.cssText = "position:fixed;opacity:0";
    (document.querySelector("dialog[open]") ?? document.body).append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}
