import { Moon, Sun, SunMoon } from "lucide-react";
import { Button } from "@/shared/ui/Button";
import { chooseTheme, type Theme, useChosenTheme } from "@/shared/ui/theme";

const next: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };
const icons = { system: SunMoon, light: Sun, dark: Moon };
const names: Record<Theme, string> = { system: "as the system", light: "light", dark: "dark" };

export function ThemeControl() {
  const theme = useChosenTheme();
  const Icon = icons[theme];
  return (
    <Button tone="ghost" onClick={() => chooseTheme(next[theme])} aria-label={`Theme: ${names[theme]}. Change to ${names[next[theme]]}`}>
      <Icon size={17} aria-hidden />
    </Button>
  );
}
