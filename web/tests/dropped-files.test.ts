import { afterEach, expect, test, vi } from "vitest";
import type { Options } from "../src/api/types";
import { filesOf, judged } from "../src/home/dropped-files";
import { offered } from "../src/state/offered";

vi.hoisted(() => {
  // The page asks the service what it offers as soon as it is loaded.
  vi.stubGlobal("fetch", () => Promise.resolve(new Response("{}", { status: 404 })));
});

const file = (name: string, size: number): File => new File([new Uint8Array(size)], name);
const refusal = (name: string, size: number): string | undefined =>
  judged({ file: file(name, size), name }).refused?.code;

afterEach(() => {
  offered.value = null;
});

test.each([
  ["a.pdf", 5, undefined],
  ["A.TIFF", 5, undefined],
  ["a.docx", 5, "unsupported_type"],
  ["a", 5, "unsupported_type"],
  ["a.pdf", 0, "empty_file"],
  ["a.pdf", 11, "file_too_large"],
])("%s of %s bytes: %s", (name, size, code) => {
  offered.value = { max_upload_bytes: 10 } as Options;
  expect(refusal(name, size)).toBe(code);
});

test("while the limit is not known nothing is too large", () => {
  expect(refusal("a.pdf", 11)).toBeUndefined();
});

/** An entry of a drop, as browsers give it; folders give their entries in parts. */
function entry(name: string, inside?: FileSystemEntry[]): FileSystemEntry {
  const parts = inside ? [inside.slice(0, 1), inside.slice(1), []] : [];
  return {
    name,
    isFile: !inside,
    isDirectory: Boolean(inside),
    file: (done: (file: File) => void) => done(file(name, 1)),
    createReader: () => ({ readEntries: (done: (part: FileSystemEntry[]) => void) => done(parts.shift() ?? []) }),
  } as unknown as FileSystemEntry;
}

test("folders are walked through, files of the system left out, in the order of their names", async () => {
  const dropped = [
    entry("scans", [
      entry("10.pdf"),
      entry("2.pdf"),
      entry(".DS_Store"),
      entry("deep", [entry("a.pdf"), entry("~$a.docx")]),
    ]),
    entry("b.pdf"),
  ];
  const items = dropped.map((one) => ({ kind: "file", webkitGetAsEntry: () => one }));
  const found = await filesOf({ items, files: [] } as unknown as DataTransfer);
  expect(found.map((one) => one.name)).toEqual(["b.pdf", "scans/2.pdf", "scans/10.pdf", "scans/deep/a.pdf"]);
});
