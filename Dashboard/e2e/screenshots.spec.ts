import { expect, pages, test, withKey } from "./support";

for (const [scheme, width] of [["light", 1440], ["dark", 1440], ["light", 360], ["dark", 360]] as const) {
  test(`every page, ${scheme} at ${width} px`, async ({ page, decision }) => {
    test.setTimeout(180_000);
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await page.setViewportSize({ width, height: width < 600 ? 780 : 900 });
    await withKey(page);
    for (const { name, path, shows } of pages) {
      await page.goto(path(decision));
      await expect(shows(page)).toBeVisible();
      await expect(page.getByRole("status", { name: "Loading" })).toHaveCount(0);
      await page.screenshot({ path: `screenshots/${name}-${width}-${scheme}.png`, fullPage: true });
    }
  });
}
