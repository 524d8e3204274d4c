import { expect, test } from "vitest";
import { shareOf } from "../src/viewer/exports";

test.each([
  [{ progress: 0.25 }, 0.25],
  [{ done: 3, total: 12 }, 0.25],
  [{ done: 0, total: 0 }, null],
  [{ progress: 7 }, null],
  [{}, null],
  [null, null],
  ["text", null],
])("of the answer %j the share %s is taken", (answer, share) => {
  expect(shareOf(answer)).toBe(share);
});
