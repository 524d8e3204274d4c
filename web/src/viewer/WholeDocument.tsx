/**
 * What the browser does with a page it does with the whole document here: pages that are far from view have no text, so
 * that printing and "select all" would get a part of it.
 */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { call, resultPath } from "../api/client";
import { ApiError } from "../api/problem";
import type { Job } from "../api/types";
import { explainError, t } from "../i18n";
import { portableHtml } from "../markdown/portable";
import { renderMarkdown } from "../markdown/render";
import { announce } from "../state/announce";
import { copyRich } from "../state/clipboard";

const PREFETCH_AFTER_MS = 2000; // the pages in view come first

export function WholeDocument({ job }: { job: Job }): JSX.Element {
  const section = useRef<HTMLElement>(null);
  const place = useRef<HTMLDivElement>(null);
  const { id, state, corrections } = job;
  useEffect(() => {
    if (!section.current || !place.current) return;
    const text = (images: string) => async (): Promise<string> => {
      const path = resultPath(id, "md", state);
      return (await call(`${path}${path.includes("?") ? "&" : "?"}image_links=${images}`)).text();
    };
    const document = new WholeText(text("relative"));
    const print = new PrintedDocument(section.current, place.current, text("embedded"));
    const finished = state === "completed" || state === "partial";
    // The browser's own menu waits for nothing: what it prints must be there before.
    const soon = finished ? setTimeout(() => document.get().catch(() => undefined), PREFETCH_AFTER_MS) : 0;
    const unlisten = listen(document, print);
    return () => {
      clearTimeout(soon);
      unlisten();
    };
  }, [id, state, corrections]);
  return (
    <section class="print-document" aria-label={t.value.printDocument} ref={section}>
      <h1 class="print-title">{job.file.name}</h1>
      <div class="prose" ref={place} />
    </section>
  );
}

/** What is printed instead of the pages in view; empty while nothing is printed. */
class PrintedDocument {
  private pictures: string[] = [];

  constructor(
    private readonly section: HTMLElement,
    private readonly place: HTMLElement,
    private readonly fetchText: () => Promise<string>,
  ) {}

  get filled(): boolean {
    return this.section.classList.contains("filled");
  }

  async print(): Promise<void> {
    this.fill(await this.fetchText());
    await Promise.all(
      [...this.place.querySelectorAll("img")].map((picture) => picture.decode().catch(() => undefined)),
    );
    print();
  }

  fill(markdown: string): void {
    const content = renderMarkdown(markdown);
    for (const figure of content.querySelectorAll<HTMLElement>('.figure[data-source^="data:"]')) {
      const picture = new Image();
      picture.alt = figure.dataset.alt ?? "";
      picture.src = objectUrl(figure.dataset.source ?? "");
      this.pictures.push(picture.src);
      figure.replaceChildren(picture);
    }
    this.place.replaceChildren(content);
    this.section.classList.add("filled");
    addEventListener("afterprint", () => this.clear(), { once: true });
  }

  private clear(): void {
    this.section.classList.remove("filled");
    this.place.replaceChildren();
    for (const url of this.pictures) URL.revokeObjectURL(url);
    this.pictures = [];
  }
}

/** The page's policy takes pictures from blobs, not from `data:` addresses. */
function objectUrl(source: string): string {
  const [head = "", encoded = ""] = source.split(",", 2);
  const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
  return URL.createObjectURL(new Blob([bytes], { type: head.slice("data:".length).split(";")[0] ?? "" }));
}

/** Fetched once, when it is first wanted. */
class WholeText {
  private wanted: Promise<string> | null = null;
  text: string | null = null;

  constructor(private readonly fetchText: () => Promise<string>) {}

  async get(): Promise<string> {
    this.wanted ??= this.fetchText();
    this.text = await this.wanted;
    return this.text;
  }

  /** A document that is corrected, or grows, is fetched again the next time. */
  forget(): void {
    this.wanted = null;
    this.text = null;
  }
}

function listen(document: WholeText, printed: PrintedDocument): () => void {
  let allSelected = false;
  const told = (work: Promise<void>): void => {
    work.catch((error: unknown) => {
      if (!(error instanceof ApiError)) throw error;
      announce(explainError(error));
    });
  };
  const onKey = (event: KeyboardEvent): void => {
    if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey || isTyping()) return;
    if (event.code === "KeyP") {
      event.preventDefault();
      announce(t.value.printing);
      told(printed.print());
    } else if (event.code === "KeyA") {
      allSelected = true; // the browser selects what is there; copying gets the rest too
      document.forget();
      told(document.get().then(() => announce(t.value.allSelected)));
    }
  };
  const onPointer = (): void => {
    allSelected = false;
  };
  const onCopy = (event: ClipboardEvent): void => {
    if (!allSelected || isTyping() || !event.clipboardData) return;
    event.preventDefault();
    if (document.text === null) {
      told(document.get().then((text) => copyRich(portableHtml([renderMarkdown(text)]), text)));
      return;
    }
    event.clipboardData.setData("text/plain", document.text);
    event.clipboardData.setData("text/html", portableHtml([renderMarkdown(document.text)]));
  };
  const onBeforePrint = (): void => {
    if (!printed.filled && document.text !== null) printed.fill(document.text);
  };
  addEventListener("beforeprint", onBeforePrint);
  addEventListener("keydown", onKey);
  addEventListener("pointerdown", onPointer);
  addEventListener("copy", onCopy);
  return () => {
    removeEventListener("beforeprint", onBeforePrint);
    removeEventListener("keydown", onKey);
    removeEventListener("pointerdown", onPointer);
    removeEventListener("copy", onCopy);
  };
}

const isTyping = (): boolean => document.activeElement?.matches("input, textarea, select") ?? false;
