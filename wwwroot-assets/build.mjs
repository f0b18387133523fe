// Bundles what the browser gets. Called by Assets.targets; by hand: node build.mjs OUT
import { build } from "esbuild";
import { cp, mkdir } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const out = path.resolve(process.argv[2] ?? path.join(here, "../src/Denywatch.Web/wwwroot"));

await build({
  absWorkingDir: here,
  entryPoints: { timeline: "src/timeline.js", shell: "src/shell.js", menu: "src/menu.js", list: "src/list.js" },
  outdir: path.join(out, "js"),
  bundle: true,
  format: "esm",
  minify: true,
  target: "es2022",
  legalComments: "linked",
  logLevel: "warning",
});

// Runs before the first paint, so it is a classic script: a module would wait for the document.
await build({
  absWorkingDir: here,
  entryPoints: { first: "src/first.js" },
  outdir: path.join(out, "js"),
  bundle: true,
  format: "iife",
  minify: true,
  target: "es2022",
  logLevel: "warning",
});

await build({
  absWorkingDir: here,
  entryPoints: { app: "css/index.css" },
  outdir: path.join(out, "css"),
  bundle: true,
  minify: true,
  target: ["chrome120", "firefox121", "safari17"],
  logLevel: "warning",
});

await mkdir(out, { recursive: true });
await cp(path.join(here, "icons"), out, { recursive: true });
