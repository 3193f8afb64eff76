import { asOperator, buy, expect, isLive, test, withKey } from "./support";

/** A policy that an event played on this platform has triggered; the test that plays it passes its id. */
const policy = process.env["SURE_PAID_POLICY"] ?? "";

test("a played event is seen as it happens, with the claim that it paid @event", async ({ page, request }) => {
  await withKey(page);
  await page.goto(`/policies/${policy}`);
  const claims = page.getByRole("region", { name: "Claims and evidence" });
  await expect(claims).toContainText("Paid");
  await expect(claims).toContainText("100.00 % of the cover");
  await expect(claims).toContainText("multichain_eth_ton");

  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Overview" }).click();
  await isLive(page);
  await expect(page.getByRole("region", { name: "Weakest bridges" })).toContainText("Multichain ETH → TON");
  await expect(page.getByRole("region", { name: "Weakest bridges" })).toContainText("Exploit detected");

  // It is played anew while somebody looks: for a quarter of a minute the bridge has most of its value back, then it is drained again.
  const happening = page.getByRole("region", { name: "As it happens" });
  await expect(happening).not.toContainText(/Multichain ETH → TON: CRITICAL/);
  const played = await request.post("/api/v2/admin/market/play", { headers: asOperator, data: { event: "multichain-2023", speed: 20 } });
  expect(played.status()).toBe(200);
  const critical = async () => {
    const bridge = await request.get("/api/v2/bridge-health/multichain_eth_ton");
    return ((await bridge.json()) as { active_alerts: { severity: string }[] }).active_alerts.some((a) => a.severity === "Critical");
  };
  await expect.poll(critical, { timeout: 15_000 }).toBe(false);
  const told = happening.getByText(/^Multichain ETH → TON: CRITICAL/);
  await expect(told).toBeVisible({ timeout: 120_000 });
  const [, message] = ((await told.textContent()) ?? "").split("TON: ");
  await expect(page.getByRole("list", { name: "Active alerts" })).toContainText(message ?? "no message");
});

test("the weekend of Silicon Valley Bank, played from the page, triggers a policy whose evidence the browser verifies @event", async ({ page }) => {
  const bought = await buy(page.request, { coverage_type: "cex_liquidation", chain: "Ethereum", stablecoin: "USDC" });
  await withKey(page);
  await page.goto("/bridges?show=prices&coin=USDC");
  const play = page.getByRole("region", { name: "Play an event" });
  await play.getByLabel("Event").selectOption("svb-2023");
  // After 22 s USDC is at 0.95 and stays below for 12 s: long enough for what is judged every second.
  await play.getByLabel("Speed").fill("4000");
  await play.getByRole("button", { name: "Play it" }).click();
  await expect(play.getByRole("status")).toContainText("svb-2023 plays at 4000 times its speed");

  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Claims" }).click();
  const claim = page.getByRole("region", { name: "Claims, newest first" }).getByRole("row").filter({ has: page.locator(`a[href="/policies/${bought}"]`) });
  await expect(claim).toContainText("Paid", { timeout: 120_000 });
  await claim.getByRole("link").first().click();
  await expect(page.getByRole("region", { name: "Verification" }).getByText("Verified.", { exact: true })).toBeVisible();
  const basis = page.getByRole("region", { name: "What it rests on" });
  await expect(basis).toContainText("CEX liquidation · Ethereum · USDC");
  await expect(basis).toContainText("clamp((0.95 − ");
  // Lower than 0.88 USDC never was; the simulated sources differ by less than a hundredth.
  await expect(basis.getByRole("figure")).toHaveAccessibleName(/Peg ratio: lowest 0\.(8[7-9]|9[0-4])/);

  await page.goto("/bridges?show=prices&coin=USDC");
  await expect(page.getByRole("region", { name: "USDC", exact: true }).getByRole("figure")).toHaveAccessibleName(/Lowest: lowest 0\.(8[7-9]|9[0-4])/);
});
