/** The files of a drop, those in folders too, each with what the page can already say of it. */
import { ApiError } from "../api/problem";
import { offered } from "../state/offered";
import type { Dropped } from "../state/uploads";
import { isUsable } from "./file-types";

// Of the system, not of the person.
const HIDDEN = /^(\..*|Thumbs\.db|desktop\.ini|~\$.*)$/i;
const MOST_FILES = 5000; // of one drop: somebody dropped the disk

interface Named {
  file: File;
  name: string;
}

/** Must be called within the event: afterwards the browser takes the files away. */
export function filesOf(transfer: DataTransfer): Promise<Named[]> {
  const entries = [...transfer.items].map((item) => (item.kind === "file" ? item.webkitGetAsEntry() : null));
  if (!entries.some((entry) => entry?.isDirectory)) {
    return Promise.resolve([...transfer.files].map((file) => ({ file, name: file.name })));
  }
  const found: Named[] = [];
  return Promise.all(entries.map((entry) => entry && walk(entry, "", found))).then(() =>
    found.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true })),
  );
}

async function walk(entry: FileSystemEntry, folder: string, found: Named[]): Promise<void> {
  if (HIDDEN.test(entry.name) || found.length >= MOST_FILES) return;
  const name = folder + entry.name;
  if (entry.isFile) {
    const file = await new Promise<File | null>((resolve) =>
      (entry as FileSystemFileEntry).file(resolve, () => resolve(null)),
    );
    if (file) found.push({ file, name });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // A hundred at a time, until there are none.
    const part = await new Promise<FileSystemEntry[]>((resolve) => reader.readEntries(resolve, () => resolve([])));
    if (part.length === 0) return;
    for (const inner of part) await walk(inner, `${name}/`, found);
  }
}

/** Refused here, with the service's own code, is what the service would refuse after a vain upload. */
export function judged({ file, name }: Named): Dropped {
  const limit = offered.value?.max_upload_bytes ?? Number.POSITIVE_INFINITY;
  const code = !isUsable(file)
    ? "unsupported_type"
    : file.size === 0
      ? "empty_file"
      : file.size > limit
        ? "file_too_large"
        : null;
  return { file, name, refused: code ? new ApiError(0, code, "") : null };
}
