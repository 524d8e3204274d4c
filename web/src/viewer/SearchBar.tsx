import { ChevronDown, ChevronUp, X } from "lucide";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Job } from "../api/types";
import { t } from "../i18n";
import { Icon } from "../ui/Icon";
import { ask, closeSearch, current, currentHit, hits, openSearch, query, searching, step } from "./search";
import { showPage } from "./show-page";

/** Ctrl+F of the document: all pages, whether they are in view or not. A second Ctrl+F is the browser's own. */
export function SearchBar({ job, read }: { job: Job; read: number }): JSX.Element | null {
  const input = useRef<HTMLInputElement>(null);
  const texts = t.value;
  const state = searching.value;
  const isOpen = state !== "closed";
  useEffect(() => {
    const key = (event: KeyboardEvent): void => {
      if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey || event.code !== "KeyF") return;
      if (document.activeElement === input.current && input.current) return;
      event.preventDefault();
      input.current?.focus();
      void openSearch(job.id, job.state, read);
    };
    addEventListener("keydown", key);
    return () => removeEventListener("keydown", key);
  }, [job.id, job.state, read]);
  useEffect(() => {
    if (isOpen) input.current?.focus();
  }, [isOpen]);
  useEffect(() => closeSearch, [job.id]);

  const hit = currentHit.value;
  useEffect(() => {
    // What is near is scrolled to by the page itself.
    if (hit && !document.querySelector(`#page-${hit.page} .prose`)) showPage(hit.page, false);
  }, [hit]);
  if (!isOpen) return null;
  const count = hits.value.length;
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === "Escape") closeSearch();
    else if (event.key === "Enter") step(event.shiftKey ? -1 : 1);
    else return;
    event.preventDefault();
  };
  return (
    <search class="search-bar" onKeyDown={onKey}>
      <input
        ref={input}
        type="search"
        aria-label={texts.searchLabel}
        placeholder={texts.searchLabel}
        value={query.value}
        onInput={(event) => ask(event.currentTarget.value)}
      />
      <span class="muted nowrap" role="status">
        {state === "loading" && texts.loadingPage}
        {state === "failed" && texts.searchFailed}
        {state === "ready" &&
          query.value.trim().length > 1 &&
          texts.searchCount(count === 0 ? 0 : current.value + 1, count)}
      </span>
      <button
        class="icon-button small"
        type="button"
        aria-label={texts.searchPrevious}
        disabled={count === 0}
        onClick={() => step(-1)}
      >
        <Icon node={ChevronUp} />
      </button>
      <button
        class="icon-button small"
        type="button"
        aria-label={texts.searchNext}
        disabled={count === 0}
        onClick={() => step(1)}
      >
        <Icon node={ChevronDown} />
      </button>
      <button class="icon-button small" type="button" aria-label={texts.close} onClick={closeSearch}>
        <Icon node={X} />
      </button>
    </search>
  );
}
