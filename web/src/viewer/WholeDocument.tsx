/**
 * What the browser does with a page it does with the whole document here: pages that are far from view have no text, so
 * that printing and "select all" would get a part of it.
 */
import { signal } from "@preact/signals";
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

/** The Markdown to print; empty while nothing is printed. */
const printed = signal("");

export function WholeDocument({ job }: { job: Job }): JSX.Element | null {
  const place = useRef<HTMLDivElement>(null);
  const { id, state } = job;
  useEffect(() => {
    const document = new WholeText(() => call(resultPath(id, "md", state)).then((answer) => answer.text()));
    return listen(document);
  }, [id, state]);
  const markdown = printed.value;
  useEffect(() => {
    if (!markdown) return;
    place.current?.replaceChildren(renderMarkdown(markdown));
    addEventListener("afterprint", () => (printed.value = ""), { once: true });
    print();
  }, [markdown]);
  if (!markdown) return null;
  return (
    <section class="print-document" aria-label={t.value.printDocument}>
      <h1 class="print-title">{job.file.name}</h1>
      <div class="prose" ref={place} />
    </section>
  );
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

function listen(document: WholeText): () => void {
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
      document.forget();
      told(document.get().then((text) => void (printed.value = text)));
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
  addEventListener("keydown", onKey);
  addEventListener("pointerdown", onPointer);
  addEventListener("copy", onCopy);
  return () => {
    removeEventListener("keydown", onKey);
    removeEventListener("pointerdown", onPointer);
    removeEventListener("copy", onCopy);
  };
}

const isTyping = (): boolean => document.activeElement?.matches("input, textarea, select") ?? false;
