import { expect, test } from "vitest";
import type { Page, Region, Word } from "../src/api/types";
import { doubtfulPlaces, newest, note, placeOf, unsureWords } from "../src/viewer/corrections";
import { region } from "./regions";

const page = (fields: Partial<Page>): Page => ({ number: 3, revision: 0, regions: [], ...fields }) as Page;

test("doubtful places are those that the service marks for review, or that show it, in their order", () => {
  const found = doubtfulPlaces([
    page({ regions: [region({}), region({ label: "unread", id: 4 }), region({ review: ["low_confidence"] })] }),
    page({ number: 9, regions: [region({ contradicted: true, id: 0 })] }),
  ]);
  expect(found).toEqual([
    { page: 3, region: 4, doubt: "unread" },
    { page: 3, region: 2, doubt: "low_confidence" },
    { page: 9, region: 0, doubt: "contradicted" },
  ]);
});

test("a page that came back from a correction stands in for the one that was loaded, until a newer one is", () => {
  note("job", page({ revision: 2, markdown: "corrected" }));
  expect(newest("job", page({ revision: 0, markdown: "read" })).markdown).toBe("corrected");
  expect(newest("job", page({ revision: 3, markdown: "read again" })).markdown).toBe("read again");
  expect(newest("other", page({ markdown: "another's" })).markdown).toBe("another's");
});

test("a region is named by its id, which stays when others are deleted", () => {
  expect(placeOf(page({ regions: [region({ id: 7 })] }), 0)).toEqual({ page: 3, region: 7 });
  expect(placeOf(page({ regions: [region({})] }), 0)).toEqual({ page: 3, region: 0 });
  expect(placeOf(page({}), 0)).toBeNull();
});

test("unsure are the words below the service's limit, and the least sure one where another limit holds", () => {
  const word = (text: string, confidence: number | null) => ({ text, confidence, bbox: [0, 0, 1, 1] as Word["bbox"] });
  const words = [word("sure", 0.98), word("half", 0.7), word("hardly", 0.4), word("—", 0.1), word("unsaid", null)];
  const texts = (fields: Partial<Region>): string[] => unsureWords(region(fields)).map(({ text }) => text);
  expect(texts({ words })).toEqual(["hardly"]);
  expect(texts({ words: words.slice(0, 2) })).toEqual([]);
  expect(texts({ words: words.slice(0, 2), review: ["low_confidence"] })).toEqual(["half"]);
  expect(texts({ words, edited: ["content"] })).toEqual([]);
  expect(texts({})).toEqual([]);
});
