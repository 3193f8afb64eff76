import AxeBuilder from "@axe-core/playwright";
import { expect, pages, test, withKey } from "./support";

/** Rows of a table are all alike, and axe takes seconds for a few hundred: the first stand for them. */
const alike = "tbody tr:nth-child(n + 4)";

/** The header's, by which one sees that the browser has taken a scheme on: until all of a page has, its contrasts are of neither. */
const surfaces = { dark: "rgb(20, 28, 32)", light: "rgb(255, 255, 255)" };

// One test with one page: a browser that has the files already shows the next in a fraction of the time.
test("no page has a serious fault, dark on a phone and light on a wide screen", async ({ page, decision }) => {
  test.setTimeout(180_000);
  await withKey(page);
  // Legacy says that there are no frames of other origins to look into, for which axe would open another page each time.
  // What is in order is not described: it is nearly everything, and would take longer than looking at it.
  const axe = () => new AxeBuilder({ page }).options({ resultTypes: ["violations"] }).setLegacyMode().exclude(alike);
  for (const { name, path, shows } of pages) {
    await test.step(name, async () => {
      await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
      await page.setViewportSize({ width: 360, height: 800 });
      await page.goto(path(decision));
      await expect(shows(page)).toBeVisible();
      await expect(page.getByRole("banner")).toHaveCSS("background-color", surfaces.dark);
      const onPhone = await axe().analyze();
      // Nothing but tables and drawings is wider than the screen, and they scroll by themselves.
      expect.soft(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), name).toBeLessThanOrEqual(0);

      await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
      await page.setViewportSize({ width: 1440, height: 900 });
      await expect(shows(page)).toBeVisible();
      await expect(page.getByRole("banner")).toHaveCSS("background-color", surfaces.light);
      // What the theme and the width change.
      const wide = await axe().withRules(["color-contrast", "landmark-unique", "scrollable-region-focusable"]).analyze();

      const serious = [...onPhone.violations, ...wide.violations].filter((v) => v.impact === "serious" || v.impact === "critical");
      expect.soft(serious.map((v) => `${v.id}: ${v.nodes.map((n) => `${n.target.join(" ")} ${n.failureSummary ?? ""}`).slice(0, 3).join("; ")}`), name).toEqual([]);
    });
  }
});

test("the menu of a phone closes with what is chosen, and a page begins with its title", async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 800 });
  await page.goto("/");
  const button = page.getByRole("banner").getByRole("button", { name: "Menu" });
  const menu = page.getByRole("dialog", { name: "Pages" });
  await button.click();
  await menu.getByRole("link", { name: "Capital" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Capital" })).toBeFocused();
  await expect(menu).toBeHidden();

  // Also with the page that one is on already: nothing begins, so that the focus goes back.
  await button.click();
  await menu.getByRole("link", { name: "Capital" }).click();
  await expect(menu).toBeHidden();
  await expect(button).toBeFocused();

  // And who goes back while it is open.
  await button.click();
  await expect(menu).toBeVisible();
  await page.goBack();
  await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeFocused();
  await expect(menu).toBeHidden();
});
