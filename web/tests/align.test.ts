import { expect, test } from "vitest";
import { align } from "../src/markdown/align";
import { region } from "./regions";

const FAILURE = { code: "recognition_failed", message: "no usable answer", stage: "recognition" } as const;

test("each block gets the region with its letters, whatever marks Markdown adds", () => {
  const regions = [
    region({ content: "Договор № 5", order: 0 }),
    region({ content: "a * b", order: 1 }),
    region({ content: "E = mc^2", format: "latex", order: 2 }),
  ];
  const { regionsOf, missing } = align(["# Договор № 5", "a \\* b", "$$\nE = mc^2\n$$"], regions);
  expect(regionsOf).toEqual([[0], [1], [2]]);
  expect(missing).toEqual([]);
});

test("regions are taken in reading order, not in the order of the list", () => {
  const regions = [region({ content: "same words", order: 1 }), region({ content: "same words", order: 0 })];
  expect(align(["same words", "same words"], regions).regionsOf).toEqual([[1], [0]]);
});

test("a region of several paragraphs belongs to each of their blocks", () => {
  const regions = [region({ content: "First paragraph.\n\nSecond paragraph." })];
  expect(align(["First paragraph.", "Second paragraph."], regions).regionsOf).toEqual([[0], [0]]);
});

test("several regions of one block are all named", () => {
  const regions = [region({ content: "one", order: 0 }), region({ content: "two", order: 1 })];
  expect(align(["one\ntwo"], regions).regionsOf).toEqual([[0, 1]]);
});

test("a table is found by the text of its cells", () => {
  const html = "<table><tr><td>Цена</td><td>84 500</td></tr></table>";
  const regions = [region({ label: "table", format: "html", content: html })];
  expect(align([html], regions).regionsOf).toEqual([[0]]);
});

test("a figure is found by the name of its file", () => {
  const regions = [region({ label: "image", format: "image", image: "images/p0001_r00_image.jpg" })];
  expect(align(["![](images/p0001_r00_image.jpg)"], regions).regionsOf).toEqual([[0]]);
});

test("a region whose end was changed is found by how it begins", () => {
  const regions = [region({ content: "A long beginning that is the same, then another end" })];
  expect(align(["A long beginning that is the same; the end differs"], regions).regionsOf).toEqual([[0]]);
});

test("a region that failed is missing before the block that follows it", () => {
  const regions = [
    region({ content: "above", order: 0 }),
    region({ error: FAILURE, order: 1 }),
    region({ content: "below", order: 2 }),
    region({ degraded: true, order: 3 }),
  ];
  expect(align(["above", "below"], regions).missing).toEqual([
    { region: 1, before: 1 },
    { region: 3, before: 2 },
  ]);
});

test("headers and page numbers are no missing text", () => {
  const regions = [region({ label: "header", error: FAILURE }), region({ label: "number", content: "7" })];
  expect(align(["body"], regions)).toEqual({ regionsOf: [[]], missing: [] });
});
