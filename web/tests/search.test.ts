import { beforeEach, expect, test } from "vitest";
import type { Page } from "../src/api/types";
import { rangesOf } from "../src/viewer/highlight";
import { find, placesOf } from "../src/viewer/search";
import { region } from "./regions";

const pages = [
  {
    number: 1,
    regions: [
      region({ content: "Второй: ДОГОВОР", order: 1 }),
      region({ content: "Первый: дого-\nвор и\nдоговор", order: 0 }),
    ],
  },
  { number: 7, regions: [region({ label: "table", format: "html", content: "<td>Счёт &amp;</td><td>договор</td>" })] },
] as Page[];

test("hits come in reading order, each with its page and region", () => {
  expect(find(placesOf(pages), "договор")).toEqual([
    { page: 1, region: 1 },
    { page: 1, region: 1 },
    { page: 1, region: 0 },
    { page: 7, region: 0 },
  ]);
});

test("words over a line's end and with another case, ё for е, are found", () => {
  expect(find(placesOf(pages), "И  ДОГОВОР")).toHaveLength(1);
  expect(find(placesOf(pages), "счет")).toEqual([{ page: 7, region: 0 }]);
});

test.each(["", " ", "д", "нет такого", "td"])("%j finds nothing", (words) => {
  expect(find(placesOf(pages), words)).toEqual([]);
});

test("500 pages are searched at once", () => {
  const text = "Обычный текст страницы, в котором много слов. ".repeat(60);
  const book = Array.from({ length: 500 }, (_, index) => ({
    number: index + 1,
    regions: [region({ content: text }), region({ content: index === 499 ? "редкое слово" : text })],
  })) as Page[];
  expect(find(placesOf(book), "редкое слово")).toEqual([{ page: 500, region: 1 }]);
});

let root: HTMLElement;

beforeEach(() => {
  root = document.createElement("div");
});

test("words that several elements hold are marked from the first to the last letter", () => {
  const bold = document.createElement("b");
  bold.append("жир");
  root.append("очень ", bold, "ный\n  текст");
  const [range] = rangesOf(root, "жирный текст");
  expect(range?.startContainer).toBe(bold.firstChild);
  expect(range?.startOffset).toBe(0);
  expect(range?.endOffset).toBe("ный\n  текст".length);
});

test("every occurrence is marked", () => {
  root.append("aa bb AA");
  expect(rangesOf(root, "aa").map((range) => range.startOffset)).toEqual([0, 6]);
});
