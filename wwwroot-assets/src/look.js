// How this browser wants its pages to look. One entry in its storage, mirrored on <html> for the style sheet.
const key = "denywatch.look";
const defaults = { theme: "dark", density: "normal", rail: "open", zone: "local" };

export function readLook() {
  try {
    return { ...defaults, ...JSON.parse(localStorage.getItem(key) ?? "{}") };
  } catch {
    return { ...defaults }; // storage is blocked or holds something else: the defaults will do
  }
}

export function showLook(look) {
  Object.assign(document.documentElement.dataset, { theme: look.theme, density: look.density, rail: look.rail });
  document.querySelector("meta[name=color-scheme]")?.setAttribute("content", look.theme);
}

export function writeLook(name, value) {
  const look = { ...readLook(), [name]: value };
  try {
    localStorage.setItem(key, JSON.stringify(look));
  } catch {
    // the choice then lasts as long as the page
  }
  showLook(look);
}
