import { readFile } from "node:fs/promises";
import { expect, test, withKey } from "./support";

test("every statistic can be taken along as CSV, with the figures that are shown", async ({ page }) => {
  await withKey(page);
  await page.goto("/analytics");
  await page.getByRole("radio", { name: "Per day" }).click();
  const sold = page.getByRole("region", { name: "What is sold of it" });
  await expect(sold.getByRole("figure")).toHaveAccessibleName(/^Policies sold per day/);
  const shown = Number((await sold.getByRole("definition").first().textContent())?.replaceAll(",", ""));
  // The demonstration book alone has some 300.
  expect(shown).toBeGreaterThan(250);

  for (const name of ["conversion", "top-products", "alerts", "claims"]) {
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: `Download ${name} as CSV` }).click();
    const file = await download;
    expect(file.suggestedFilename()).toBe(`${name}.csv`);
    const [head = "", ...rows] = (await readFile(await file.path(), "utf8")).trimEnd().split(/\r?\n/);
    expect(head.split(","), name).toContain(name === "top-products" ? "rank" : "time");
    for (const row of rows) expect(row.split(","), name).toHaveLength(head.split(",").length);
    if (name !== "conversion") continue;
    const column = head.split(",").indexOf("policies");
    expect(rows.reduce((sum, row) => sum + Number(row.split(",")[column]), 0)).toBeGreaterThanOrEqual(shown);
  }
});

test("without a key statistics ask for one", async ({ page }) => {
  await page.goto("/analytics");
  await expect(page.getByRole("region", { name: "What is sold of it" })).toContainText("A key is needed");
  await expect(page.getByRole("button", { name: /as CSV/ })).toHaveCount(0);
});
