import { Activity, Cable, ChartColumn, FileCheck2, Gavel, Landmark, LayoutDashboard, type LucideIcon, ServerCog, ShoppingCart } from "lucide-react";

export interface PageLink {
  readonly path: string;
  readonly name: string;
  readonly icon: LucideIcon;
}

/** The bar, in its order. */
export const pages: readonly PageLink[] = [
  { path: "/", name: "Overview", icon: LayoutDashboard },
  { path: "/cover", name: "Quote and buy", icon: ShoppingCart },
  { path: "/policies", name: "Policies", icon: FileCheck2 },
  { path: "/capital", name: "Capital", icon: Landmark },
  { path: "/risk", name: "Risk", icon: Activity },
  { path: "/bridges", name: "Bridges and prices", icon: Cable },
  { path: "/claims", name: "Claims", icon: Gavel },
  { path: "/analytics", name: "Analytics", icon: ChartColumn },
  { path: "/operations", name: "Operations", icon: ServerCog },
];
