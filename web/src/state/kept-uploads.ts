/**
 * Documents that were dropped and are not accepted yet, in IndexedDB: they survive a reload and a closed tab. Where the
 * browser keeps nothing (private windows, a full disk) they live as long as the page.
 */

export interface KeptUpload {
  id: string;
  file: File;
  name: string;
  options: Record<string, string>;
  /** Milliseconds since the epoch: the first dropped goes first. */
  at: number;
}

interface Row extends KeptUpload {
  tab: string;
}

const DATABASE = "ocr-uploads";
const STORE = "uploads";
const ANSWER_MS = 400;
const PASSWORD = "password"; // never written to disk

const tab = tabId();
let opened: Promise<IDBDatabase | null> | null = null;

/** Never throws: what could not be kept is still sent by this page. */
export async function keep(upload: KeptUpload): Promise<void> {
  const { [PASSWORD]: _, ...options } = upload.options;
  await write((store) => store.put({ ...upload, options, tab } satisfies Row));
}

export async function forget(id: string): Promise<void> {
  await write((store) => store.delete(id));
}

/** What this tab left behind, and what tabs left that are closed; they belong to this tab from now on. */
export async function takeOver(): Promise<KeptUpload[]> {
  const rows = await all();
  const others = [...new Set(rows.map((row) => row.tab))].filter((other) => other !== tab);
  const open = others.length > 0 ? await openTabs() : new Set<string>();
  const mine = rows.filter((row) => !open.has(row.tab)).sort((a, b) => a.at - b.at);
  for (const row of mine) await keep(row);
  return mine;
}

async function database(): Promise<IDBDatabase | null> {
  opened ??= new Promise((resolve) => {
    try {
      const request = indexedDB.open(DATABASE, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "id" });
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => resolve(null);
    } catch {
      resolve(null); // switched off
    }
  });
  return opened;
}

async function write(change: (store: IDBObjectStore) => unknown): Promise<void> {
  const db = await database();
  if (!db) return;
  await new Promise<void>((resolve) => {
    try {
      const transaction = db.transaction(STORE, "readwrite");
      transaction.oncomplete = transaction.onabort = transaction.onerror = () => resolve();
      change(transaction.objectStore(STORE));
    } catch {
      resolve(); // the file may have gone from the disk meanwhile
    }
  });
}

async function all(): Promise<Row[]> {
  const db = await database();
  if (!db) return [];
  return new Promise((resolve) => {
    const request = db.transaction(STORE).objectStore(STORE).getAll();
    request.onsuccess = () => resolve(request.result as Row[]);
    request.onerror = () => resolve([]);
  });
}

/** One id for as long as the tab lives, over reloads. */
function tabId(): string {
  const stored = "ocr-tab";
  try {
    const known = sessionStorage.getItem(stored);
    if (known) return known;
    const made = String(crypto.getRandomValues(new Uint32Array(2)).join(""));
    sessionStorage.setItem(stored, made);
    return made;
  } catch {
    return "only";
  }
}

const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel(DATABASE) : null;
const heard = new Set<string>();

channel?.addEventListener("message", ({ data }: MessageEvent<{ ask?: true; tab?: string }>) => {
  if (data.ask) channel.postMessage({ tab });
  else if (data.tab) heard.add(data.tab);
});

async function openTabs(): Promise<Set<string>> {
  heard.clear();
  channel?.postMessage({ ask: true });
  await new Promise((resolve) => setTimeout(resolve, ANSWER_MS));
  heard.delete(tab);
  return heard;
}
