// The script that the first page needs, gzipped, must stay within its budget. Follows the static imports of the entry and of each
// page in the manifest of the build; a page counts on top of the entry, since a visitor may begin with any.
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";

const budgetKiB = 250;
const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(await readFile(new URL(".vite/manifest.json", dist), "utf8"));

const sizes = new Map();
async function size(file) {
  if (!sizes.has(file)) sizes.set(file, gzipSync(await readFile(new URL(file, dist)), { level: 9 }).length);
  return sizes.get(file);
}

function filesOf(key, seen = new Set()) {
  if (!seen.has(key)) {
    seen.add(key);
    for (const next of manifest[key].imports ?? []) filesOf(next, seen);
  }
  return seen;
}

async function total(keys) {
  let bytes = 0;
  for (const key of keys) bytes += await size(manifest[key].file);
  return bytes / 1024;
}

const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
if (!entry) throw new Error("The manifest of the build names no entry.");
const first = filesOf(entry);
let worst = { name: "entry", kib: await total(first) };
for (const [key, chunk] of Object.entries(manifest)) {
  if (!chunk.isDynamicEntry || !key.startsWith("src/features/")) continue;
  const kib = await total(new Set([...first, ...filesOf(key)]));
  console.log(`${kib.toFixed(1).padStart(7)} KiB  ${key}`);
  if (kib > worst.kib) worst = { name: key, kib };
}

console.log(`First load: at most ${worst.kib.toFixed(1)} KiB of script gzipped (${worst.name}), budget ${budgetKiB} KiB.`);
if (worst.kib > budgetKiB) {
  console.error("The first load is over its budget.");
  process.exit(1);
}
