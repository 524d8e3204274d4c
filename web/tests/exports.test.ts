import { expect, test } from "vitest";
import { shareOf } from "../src/viewer/exports";

test.each([
  [{ status: "preparing", pages_done: 3, pages: 12 }, 0.25],
  [{ status: "preparing", pages_done: 0, pages: 0 }, null],
  [{ pages_done: 7, pages: 1 }, null],
  [{}, null],
  [null, null],
  ["text", null],
])("of the answer %j the share %s is taken", (answer, share) => {
  expect(shareOf(answer)).toBe(share);
});
