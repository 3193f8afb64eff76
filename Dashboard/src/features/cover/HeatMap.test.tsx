import type { FocusEvent, ReactElement, TableHTMLAttributes } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it, vi } from "vitest";
import { HeatMap } from "./HeatMap";

it("is looked at no more once the focus has left it", () => {
  const onLook = vi.fn();
  let drawn: ReactElement<{ children: ReactElement<TableHTMLAttributes<HTMLTableElement>>[] }> | undefined;
  const Seen = () => (drawn = HeatMap({ matrix: { types: [], chains: [], coins: [], cell: () => undefined }, types: [], measure: "rate", chosen: null, onChoose: () => undefined, onLook }));
  renderToStaticMarkup(<Seen />);
  const blur = (staysInside: boolean) => drawn?.props.children[0]?.props.onBlur?.({ relatedTarget: null, currentTarget: { contains: () => staysInside } } as unknown as FocusEvent<HTMLTableElement>);
  blur(true);
  expect(onLook).not.toHaveBeenCalled();
  blur(false);
  expect(onLook.mock.calls).toEqual([[null]]);
});
