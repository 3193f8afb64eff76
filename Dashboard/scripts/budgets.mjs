// What a visitor waits for and sees, measured by the browser itself on a running platform: `SURE_GATEWAY=http://… npm run budgets`.
// Interactive is when the overview's figures stand there and the main thread has rested for 200 ms; frames are counted while a
// thousand messages of bridges arrive within ten seconds. The figures depend on the machine; no test hangs on them.
import { chromium } from "@playwright/test";

const gateway = process.env.SURE_GATEWAY ?? "http://localhost:8080";
const messages = 1_000;
const seconds = 10;

const browser = await chromium.launch({ executablePath: process.env.SURE_CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] });

async function interactive() {
  const page = await (await browser.newContext()).newPage();
  await page.addInitScript(() => {
    window.longTasks = [];
    new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map((e) => e.startTime + e.duration))).observe({ type: "longtask", buffered: true });
  });
  await page.goto(gateway, { waitUntil: "commit" });
  await page.waitForFunction(() => document.querySelector('[role="meter"]') !== null);
  const shown = await page.evaluate(() => performance.now());
  await page.waitForTimeout(1_000);
  // A long task that ends within the next second delays the first click.
  const result = await page.evaluate((at) => ({
    ready: Math.max(at, ...window.longTasks.filter((end) => end < at + 200)),
    firstPaint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? null,
    script: performance.getEntriesByType("resource").filter((r) => r.name.endsWith(".js")).reduce((sum, r) => sum + r.encodedBodySize, 0) / 1024,
  }), shown);
  await page.context().close();
  return result;
}

async function frames() {
  const page = await (await browser.newContext()).newPage();
  await page.routeWebSocket(/\/ws$/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((message) => server.send(message));
    // Live ones of the platform would take the offsets of those below.
    const positions = new Map();
    server.onMessage((message) => {
      const frame = JSON.parse(String(message));
      if (frame.type === "subscribed") positions.set(frame.channel, frame.offset);
      if (frame.channel !== "bridge_health" || frame.type === "subscribed" || frame.snapshot === true) socket.send(message);
    });
    socketOfPage = { send: (m) => socket.send(m), positions };
  });
  let socketOfPage;
  await page.goto(gateway);
  await page.waitForFunction(() => document.querySelector('[role="meter"]') !== null);
  await page.getByRole("banner").getByRole("status").filter({ hasText: "Live" }).waitFor();
  await page.waitForTimeout(2_000);
  const idle = await count(page, 2);
  const counting = count(page, seconds);
  let offset = socketOfPage.positions.get("bridge_health");
  for (let sent = 0; sent < messages; sent++) {
    const score = 0.5 + (sent % 50) / 100;
    socketOfPage.send(JSON.stringify({
      channel: "bridge_health", type: "health_change", offset: ++offset, bridge_id: ["wormhole_eth_ton", "orbit_eth_ton", "celer_eth_ton"][sent % 3], previous_score: score, current_score: score,
      health_score: score, health_status: "Warning", tvl_usd: 1e6 + sent, exploit_detected: false, timestamp: Date.now() / 1_000,
    }));
    await new Promise((resolve) => setTimeout(resolve, (seconds * 1_000) / messages - 1));
  }

  const busy = await counting;
  const received = await page.getByText(/messages since this page was opened/).textContent();
  await page.context().close();
  return { idle, busy, received };
}

const count = (page, forSeconds) => page.evaluate((duration) => new Promise((resolve) => {
  let drawn = 0;
  const from = performance.now();
  const draw = (now) => {
    drawn += 1;
    if (now - from < duration * 1_000) requestAnimationFrame(draw);
    else resolve((drawn * 1_000) / (now - from));
  };
  requestAnimationFrame(draw);
}), forSeconds);

await interactive(); // The first start of the browser is not the page's.
const opened = [];
for (let i = 0; i < 5; i++) opened.push(await interactive());
opened.sort((a, b) => a.ready - b.ready);
const median = opened[2];
const { idle, busy, received } = await frames();
await browser.close();

console.log(`interactive   ${median.ready.toFixed(0)} ms (median of ${opened.length}, ${opened[0].ready.toFixed(0)} … ${opened.at(-1).ready.toFixed(0)}), goal 2000 ms`);
console.log(`first paint   ${median.firstPaint?.toFixed(0)} ms`);
console.log(`script        ${median.script.toFixed(1)} KiB over the wire`);
console.log(`frames        ${busy.toFixed(1)} a second while ${messages} messages came in ${seconds} s (${idle.toFixed(1)} without; ${received}), goal 50`);
