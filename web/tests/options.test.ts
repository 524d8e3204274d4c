import { beforeEach, expect, test } from "vitest";
import { asFields, change, changedCount, DEFAULTS, options, pagesAreWrong } from "../src/home/options";

beforeEach(() => change(DEFAULTS));

test("only what differs from the service's own settings is sent", () => {
  expect(asFields(DEFAULTS)).toEqual({ priority: "interactive" });
  expect(
    asFields({ ...DEFAULTS, pages: " 1-3, 7 ", engine: "vlm", joinPages: false, readAnew: true, pageMarkers: "rule" }),
  ).toEqual({
    priority: "interactive",
    pages: "1-3,7",
    engine: "vlm",
    join_pages: "false",
    page_markers: "rule",
    cache: "false",
  });
});

test.each(["1", "1-3", "1-3, 7, -1", "5-", "-3--1", ""])("the pages %s are accepted", (pages) => {
  change({ pages });
  expect(pagesAreWrong.value).toBe(false);
});

test.each(["a", "1,,2", "1-2-3", "1;2", ","])("the pages %s are refused", (pages) => {
  change({ pages });
  expect(pagesAreWrong.value).toBe(true);
});

test("changed options are counted", () => {
  change({ dpi: "300", password: "x" });
  expect(changedCount.value).toBe(2);
  expect(options.value.engine).toBe("auto");
});
