import { Menu, ShieldCheck } from "lucide-react";
import { Suspense, useEffect, useRef, useState } from "react";
import { NavLink, Outlet, useLocation, useNavigation } from "react-router";
import { Button } from "@/shared/ui/Button";
import { Dialog } from "@/shared/ui/Dialog";
import { Skeleton } from "@/shared/ui/QueryState";
import { ConnectionState } from "./ConnectionState";
import { DataNotice } from "./DataNotice";
import { KeyControl } from "./KeyControl";
import { pages } from "./pages";
import styles from "./Shell.module.css";
import { ThemeControl } from "./ThemeControl";

export function Shell() {
  const { pathname } = useLocation();
  const navigation = useNavigation();
  const [menu, setMenu] = useState(false);
  // Of the page that was opened first nothing is to be told.
  const told = useRef(pathname);
  useEffect(() => setMenu(false), [pathname]);
  useEffect(() => {
    // While the menu is open nothing behind it takes the focus, and as it closes it gives it back to its button.
    if (menu || told.current === pathname) return;
    told.current = pathname;
    // A new page begins at its top and with its title, also for those who hear it.
    window.scrollTo(0, 0);
    document.getElementById("page-title")?.focus({ preventScroll: true });
  }, [menu, pathname]);
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#content">Skip to the content</a>
      <header className={styles.bar}>
        <Button tone="ghost" className={styles.menuButton ?? ""} aria-label="Menu" aria-haspopup="dialog" onClick={() => setMenu(true)}>
          <Menu size={18} aria-hidden />
        </Button>
        <NavLink to="/" className={styles.brand ?? ""} aria-label="Sure, overview">
          <ShieldCheck size={20} aria-hidden />
          <span>Sure</span>
        </NavLink>
        <div className={styles.tools}>
          <ConnectionState />
          <ThemeControl />
          <KeyControl />
        </div>
      </header>
      <nav className={styles.side} aria-label="Pages">
        <Links />
      </nav>
      <Dialog title="Pages" open={menu} onClose={() => setMenu(false)} side>
        <nav aria-label="Pages">
          {/* Also with the page that one is on already. */}
          <Links onChoose={() => setMenu(false)} />
        </nav>
      </Dialog>
      <main id="content" className={styles.main} tabIndex={-1} aria-busy={navigation.state === "loading"}>
        <DataNotice />
        <Suspense fallback={<Skeleton lines={8} />}>
          <Outlet />
        </Suspense>
      </main>
    </div>
  );
}

function Links({ onChoose }: { onChoose?: () => void }) {
  return (
    <ul className={styles.links}>
      {pages.map(({ path, name, icon: Icon }) => (
        <li key={path}>
          <NavLink to={path} end={path === "/"} {...(onChoose && { onClick: onChoose })}>
            <Icon size={17} aria-hidden />
            {name}
          </NavLink>
        </li>
      ))}
    </ul>
  );
}
