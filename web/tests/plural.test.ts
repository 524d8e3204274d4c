import { expect, test } from "vitest";
import { plural } from "../src/i18n/plural";

const PAGES = { one: "страница", few: "страницы", many: "страниц", other: "страницы" };

test.each([
  [1, "страница"],
  [3, "страницы"],
  [5, "страниц"],
  [11, "страниц"],
  [21, "страница"],
  [1.5, "страницы"],
])("%s takes the form %s", (n, form) => {
  expect(plural("ru", n, PAGES)).toBe(form);
});
