import type { ReactElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import type { LiveMessage } from "@/shared/live/live";
import { Feed } from "./LiveFeed";

const ranking = (offset: number): LiveMessage => ({ channel: "top_products", type: "ranking_update", offset, timestamp: 1_697_564_800, products: [] });
const keysOf = (messages: LiveMessage[], received: number) => (Feed({ messages, received }) as ReactElement<{ children: ReactElement[] }>).props.children.map((line) => line.key);

it("tells what a newer server says by its name", () => {
  const news = { ...ranking(1), type: "cover_withdrawn" } as unknown as LiveMessage;
  expect(renderToStaticMarkup(<Feed messages={[news, ranking(2)]} received={2} />)).toMatch(/Cover withdrawn.*No product has cover/);
});

it("knows each message again, though offsets begin anew", () => {
  expect(keysOf([ranking(1), ranking(2), ranking(1)], 7)).toEqual(["7", "6", "5"]);
  expect(keysOf([ranking(2), ranking(1), ranking(2), ranking(1)], 8)).toEqual(["8", "7", "6", "5"]);
});
