import { effect } from "@preact/signals";
import { beforeEach, expect, test } from "vitest";
import { askedPage, notePage } from "../src/state/route";

function goBackTo(hash: string): void {
  history.replaceState(null, "", hash);
  dispatchEvent(new PopStateEvent("popstate"));
}

beforeEach(() => goBackTo("#/jobs/book/p/20"));

test("back to the page that was asked for before a jump asks for it again", () => {
  const asked: number[] = [];
  const stop = effect(() => void asked.push(askedPage.value.number));
  notePage("book", 5, true);
  expect(location.hash).toBe("#/jobs/book/p/5");
  goBackTo("#/jobs/book/p/20");
  stop();
  expect(asked).toEqual([20, 20]);
});

test("back to an address without a page goes to the first", () => {
  goBackTo("#/jobs/book");
  expect(askedPage.value.number).toBe(1);
});

test("another document begins as it is", () => {
  goBackTo("#/jobs/letter");
  expect(askedPage.value.number).toBe(0);
});
