import { deliberately, expect, test, withKey } from "./support";

test("bridges and prices say where they are from, and what is looked at is in the address", async ({ page, request }) => {
  await page.goto("/bridges");
  await expect(page.getByText("Simulated market and demonstration book.")).toBeVisible();
  const bridges = page.getByRole("region", { name: "Bridges, worst first" });
  await expect(bridges.getByRole("row")).toHaveCount(1 + 9);
  await bridges.getByRole("button", { name: "Wormhole ETH → TON" }).click();
  await expect(page).toHaveURL(/bridge=wormhole_eth_ton/);
  const course = page.getByRole("region", { name: "Wormhole ETH → TON", exact: true });
  await expect(course.getByRole("figure")).toHaveCount(2);
  await expect(course.getByRole("figure").first()).toHaveAccessibleName(/^Value locked over time\. Value locked: lowest \$/);
  const served = (await (await request.get("/api/v2/bridge-health/wormhole_eth_ton")).json()) as { sources: { source: string }[] };
  const sources = page.getByRole("region", { name: "Sources of Wormhole ETH → TON" });
  for (const { source } of served.sources) await expect(sources.getByRole("row").filter({ hasText: source })).toContainText("Live");

  await page.getByRole("tab", { name: "Bridges" }).press("ArrowRight");
  await expect(page).toHaveURL(/show=prices/);
  const coins = page.getByRole("region", { name: "Coins, the furthest below the peg first" });
  await expect(coins.getByRole("row")).toHaveCount(1 + 14);
  await coins.getByRole("button", { name: "DAI", exact: true }).click();
  await page.reload();
  await expect(page.getByRole("region", { name: "DAI", exact: true }).getByRole("figure")).toHaveAccessibleName(/^Peg ratio of DAI over time\. Peg ratio: lowest (0|1)\./);
  await expect(page.getByRole("region", { name: "Sources of the price of DAI" }).getByRole("row")).toHaveCount(1 + 3);
});

test("what part of a course was chosen stays while an exploit goes on, and is none of another bridge", async ({ page }) => {
  let read = 0;
  // Two readings and more of an exploit that is not over; each has one point more.
  await page.route("**/api/v2/bridge-health/*/history*", async (route) => {
    const answer = await route.fetch();
    const known = (await answer.json()) as { points: { time: number }[]; resolution_seconds: number };
    const last = known.points.at(-1);
    const more = Array.from({ length: 50 + read++ }, (_, index) => ({ ...last, time: (last?.time ?? 0) + (index + 1) * known.resolution_seconds, exploit_detected: true }));
    await route.fulfill({ response: answer, json: { ...known, points: [...known.points, ...more] } });
  });
  await page.clock.install();
  await page.goto("/bridges?bridge=wormhole_sol_ton");
  const bridges = page.getByRole("region", { name: "Bridges, worst first" });
  await expect(page.getByRole("region", { name: "Wormhole SOL → TON", exact: true }).locator(".uplot")).toHaveCount(2);
  await bridges.getByRole("button", { name: "Wormhole ETH → TON" }).click();
  const course = page.getByRole("region", { name: "Wormhole ETH → TON", exact: true });
  const plots = course.locator(".uplot");
  await expect(plots).toHaveCount(2);
  // A chart that is made anew has forgotten what part of it was chosen.
  await plots.evaluateAll((all) => all.forEach((plot) => plot.setAttribute("data-kept", "")));
  const points = course.getByRole("definition").nth(2);
  const before = await points.textContent();
  await page.clock.fastForward("01:05");
  await expect(points).not.toHaveText(before ?? "");
  await expect(page.locator("[data-kept]")).toHaveCount(2);
  await bridges.getByRole("button", { name: "Wormhole SOL → TON" }).click();
  await expect(page.getByRole("region", { name: "Wormhole SOL → TON", exact: true }).locator(".uplot")).toHaveCount(2);
  await expect(page.locator("[data-kept]")).toHaveCount(0);
  await page.unrouteAll({ behavior: "ignoreErrors" });
});

test("only an operator may play an event", async ({ page }) => {
  await page.goto("/bridges");
  await expect(page.getByRole("region", { name: "Bridges, worst first" })).toBeVisible();
  await expect(page.getByRole("region", { name: "Play an event" })).toHaveCount(0);
  await withKey(page);
  await page.reload();
  const play = page.getByRole("region", { name: "Play an event" });
  await play.getByLabel("Event").selectOption("nyag-2019");
  await expect(play).toContainText("Attorney General of New York");
  await play.getByLabel("Speed").fill("0");
  await expect(play.getByText("A number from 0.1 to 10,000.")).toBeVisible();
  await expect(play.getByRole("button", { name: "Play it" })).toBeDisabled();
});

test("a double click clears no exploit", async ({ page }) => {
  // Detected as far as this page knows: nothing is drained for it, and nothing is cleared.
  await page.route("**/api/v2/bridge-health", async (route) => {
    const answer = await route.fetch();
    const known = (await answer.json()) as { bridges: { bridge_id: string; timestamp: number }[] };
    const bridges = known.bridges.map((bridge) => (bridge.bridge_id === "wormhole_eth_ton" ? { ...bridge, exploit_detected: true, exploit_confirmed: false, timestamp: bridge.timestamp + 3_600 } : bridge));
    await route.fulfill({ response: answer, json: { ...known, bridges } });
  });
  const rulings: string[] = [];
  await page.route("**/exploit/*", async (route) => {
    rulings.push(new URL(route.request().url()).pathname);
    await route.fulfill({ json: {} });
  });
  await withKey(page);
  await page.goto("/bridges?bridge=wormhole_eth_ton");
  const state = page.getByRole("region", { name: "State", exact: true });
  const clear = state.getByRole("button", { name: "Clear the exploit…" });
  await clear.dblclick();
  await expect(state.getByRole("alert")).toContainText("no bridge policy of Ethereum and TON is paid for it");
  await expect(state.getByRole("button", { name: "Cancel" })).toBeVisible();
  expect(rulings).toEqual([]);
  await deliberately(state.getByRole("button", { name: "Clear: it is none, or over" }), () => expect.poll(() => rulings, { timeout: 5_000 }).toEqual(["/api/v2/bridge-health/wormhole_eth_ton/exploit/clear"]));
  await page.unrouteAll({ behavior: "ignoreErrors" });
});
