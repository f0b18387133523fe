import { readLook, showLook } from "./look.js";

showLook(readLook());

// A server that was restarted does not know our circuit any more: a fresh page does, and its address says what it shows.
document.addEventListener("DOMContentLoaded", () =>
  document.getElementById("components-reconnect-modal")?.addEventListener("components-reconnect-state-changed", (e) => {
    if (e.detail.state === "rejected") location.reload();
    if (e.detail.state === "failed") document.addEventListener("visibilitychange", () => location.reload(), { once: true });
  }),
);
