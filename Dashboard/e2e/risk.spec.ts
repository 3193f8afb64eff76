import { expect, test, usd, withKey } from "./support";

interface Snapshot {
  horizons: { days: number; worst: number; tranches: { tranche_id: string }[] }[];
}

test("the loss of the book is shown for each horizon, with who would bear it", async ({ page, request }) => {
  await withKey(page);
  await page.goto("/risk");
  for (const [choice, days, name] of [["1 year", 365, "one year"], ["1 day", 1, "one day"]] as const) {
    await page.getByRole("radio", { name: choice }).click();
    const loss = page.getByRole("region", { name: `Loss over ${name}`, exact: true });
    await expect(loss.getByRole("figure")).toHaveAccessibleName(new RegExp(`^Scenarios by loss over ${name}`));
    await expect(loss.getByRole("list", { name: /95 % intervals/ }).getByRole("listitem")).toHaveCount(6);
    // The book of other tests may have grown in between.
    await expect(async () => {
      const snapshot = (await (await request.get("/api/v2/risk/snapshot")).json()) as Snapshot;
      const horizon = snapshot.horizons.find((h) => h.days === days);
      await expect(loss).toContainText(usd(horizon?.worst ?? Number.NaN), { timeout: 3_000 });
      await expect(page.getByRole("region", { name: `Loss of each tranche over ${name}, first loss first` }).getByRole("row")).toHaveCount(1 + (horizon?.tranches.length ?? 0));
    }).toPass();
  }

  const exposure = page.getByRole("region", { name: "Exposure", exact: true });
  await exposure.getByRole("radio", { name: "Chain" }).click();
  await expect(exposure.getByRole("list", { name: "Exposure by chain" }).getByRole("listitem").first()).toContainText("of capital");
  await expect(page.getByRole("region", { name: "Against the limits" }).getByRole("meter").first()).toHaveAccessibleName(/^LTV/);
});

test("an operator runs a scenario on the book as it is now", async ({ page }) => {
  await withKey(page);
  await page.goto("/risk");
  await page.getByRole("region", { name: "Stress scenarios side by side" }).getByRole("button", { name: /SVB|Silicon Valley/ }).click();
  const scenario = page.getByRole("dialog");
  await expect(scenario).toContainText("USDC 0.8800");
  const answered = page.waitForResponse((response) => response.url().includes("/api/v2/risk/stress-test"));
  await scenario.getByRole("button", { name: "Run it on the book as it is now" }).click();
  const result = (await (await answered).json()) as { triggered_usd: number; claims_usd: number; by_tranche: unknown[] };
  await expect(scenario).toContainText(`${usd(result.triggered_usd)} of cover triggers and is paid ${usd(result.claims_usd)}`);
  await expect(scenario.getByRole("list", { name: "Loss by tranche, first loss first" }).getByRole("listitem")).toHaveCount(result.by_tranche.length);
  await page.keyboard.press("Escape");
  await expect(scenario).toBeHidden();
});
