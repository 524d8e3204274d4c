import { useSignal } from "@preact/signals";
import { Copy, LoaderCircle, TriangleAlert, ZoomIn } from "lucide";
import type { JSX } from "preact";
import { memo } from "preact/compat";
import { useEffect, useRef, useState } from "preact/hooks";
import type { PageMark } from "../api/events";
import { ApiError } from "../api/problem";
import type { Page } from "../api/types";
import { explain, explainError, formatSeconds, t } from "../i18n";
import { portableHtml } from "../markdown/portable";
import { renderMarkdown } from "../markdown/render";
import { copyRich } from "../state/clipboard";
import { Icon } from "../ui/Icon";
import { CorrectionList } from "./CorrectionList";
import { editing, newest, placeOf } from "./corrections";
import { PagePicture } from "./PagePicture";
import { PageText, RetryButton } from "./PageText";
import { loadPage, type PageData } from "./page-data";
import { useNear } from "./use-near";
import { Zoom } from "./Zoom";

export type ViewMode = "picture" | "text" | "markdown" | "json";

/**
 * One page of a document: a shell of its height while it is far away, its picture and text while it is near. So a
 * document of thousands of pages costs no more than the few that are looked at.
 */
export const PageRow = memo(function PageRow({
  jobId,
  number,
  mark,
  mode,
  finished,
  onRetry,
}: {
  jobId: string;
  number: number;
  mark: PageMark | null;
  mode: ViewMode;
  finished: boolean;
  onRetry: ((page: number) => void) | null;
}): JSX.Element {
  const section = useRef<HTMLElement>(null);
  const near = useNear(section);
  const data = usePageData(jobId, number, near, mark);
  const again = mark?.again === true && !finished;
  const kept = useRef({ height: 0, layout: "" });
  const loaded = data?.page.value ?? null;
  const page = loaded && !(loaded instanceof ApiError) ? newest(jobId, loaded) : loaded;
  const layout = `${mode} ${innerWidth}`;

  useEffect(() => {
    const element = section.current;
    if (!element || !page) return;
    // What was measured last stands in for the content when it is gone, so that nothing jumps.
    const observer = new ResizeObserver(([entry]) => {
      const box = entry?.borderBoxSize[0];
      if (box) kept.current = { height: box.blockSize, layout };
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [page, layout]);

  const original = mark === null ? data?.picture.value : null;
  const height = !page && kept.current.layout === layout ? `${kept.current.height}px` : undefined;
  return (
    <section
      class="page"
      id={`page-${number}`}
      data-page={number}
      data-state={again ? "again" : (mark?.status ?? "waiting")}
      ref={section}
      aria-labelledby={`page-${number}-title`}
      aria-busy={mark !== null && near && page === null}
      style={{ height }}
    >
      <PageHead
        number={number}
        mark={mark}
        again={again}
        page={page instanceof ApiError ? null : page}
        finished={finished}
      />
      {page === null && (
        <div class="page-shell" aria-hidden={original ? undefined : "true"}>
          {original && !(original instanceof ApiError) ? (
            <img class="original" src={original.url} alt={t.value.pictureOf(number)} decoding="async" />
          ) : (
            <div class="ghost-sheet" />
          )}
          <div class="ghost-text" />
        </div>
      )}
      {page instanceof ApiError && <p class="page-note bad-text">{explainError(page)}</p>}
      {page && !(page instanceof ApiError) && data && (
        <PageContent
          jobId={jobId}
          page={page}
          data={data}
          mode={mode}
          finished={finished}
          onRetry={onRetry && (() => onRetry(number))}
        />
      )}
    </section>
  );
});

function usePageData(jobId: string, number: number, wanted: boolean, mark: PageMark | null): PageData | null {
  const [data, setData] = useState<PageData | null>(null);
  useEffect(() => {
    if (!wanted) {
      setData(null);
      return;
    }
    const { data: loading, release } = loadPage(jobId, number, { unread: mark === null });
    setData(loading);
    return release;
  }, [jobId, number, wanted, mark === null, mark?.status, mark?.seconds, mark?.error]); // another mark: the page was read again
  return data;
}

function PageHead({
  number,
  mark,
  again,
  page,
  finished,
}: {
  number: number;
  mark: PageMark | null;
  again: boolean;
  page: Page | null;
  finished: boolean;
}): JSX.Element {
  const texts = t.value;
  return (
    <header class="page-head">
      <h2 id={`page-${number}-title`} tabIndex={-1}>
        {texts.page(number)}
      </h2>
      {mark === null && <span class="muted">{finished ? texts.waitingPageStopped : texts.waitingPage}</span>}
      {again && (
        <span class="pill running">
          <Icon node={LoaderCircle} size={14} />
          {texts.pageAgain}
        </span>
      )}
      {mark && !again && mark.status !== "completed" && (
        <span class={`pill ${mark.status}`}>
          <Icon node={TriangleAlert} size={14} />
          {texts.states[mark.status]}
        </span>
      )}
      {page && (
        <span class="chip" title={texts.readerTitle(texts.readers[page.reader])}>
          {texts.readers[page.reader]}
        </span>
      )}
      {mark && <span class="muted">{formatSeconds(mark.seconds)}</span>}
      {page && page.angle !== 0 && <span class="muted">{texts.turned(page.angle)}</span>}
      {page?.markdown && (
        <button
          class="icon-button small page-copy"
          type="button"
          aria-label={texts.copyPage(number)}
          title={texts.copyPage(number)}
          onClick={() => void copyPage(number, page)}
        >
          <Icon node={Copy} size={16} />
        </button>
      )}
    </header>
  );
}

/** Formatted as it is shown, figures too; plain, its Markdown. */
async function copyPage(number: number, page: Page): Promise<void> {
  const blocks = document.querySelectorAll(`#page-${number} .prose > .block`);
  await copyRich(
    blocks.length > 0 ? portableHtml(blocks) : portableHtml([renderMarkdown(page.markdown)]),
    page.markdown,
  );
}

function PageContent({
  jobId,
  page,
  data,
  mode,
  finished,
  onRetry,
}: {
  jobId: string;
  page: Page;
  data: PageData;
  mode: ViewMode;
  finished: boolean;
  onRetry: (() => void) | null;
}): JSX.Element {
  const texts = t.value;
  const marked = useSignal<number | null>(null);
  const [zoomed, setZoomed] = useState(false);
  const text = useRef<HTMLDivElement>(null);
  const picture = data.picture.value;
  const pick = (region: number): void => {
    const parts = [...(text.current?.querySelectorAll<HTMLElement>("[data-regions]") ?? [])];
    const part = parts.find((other) => other.dataset.regions?.split(" ").includes(String(region)));
    part?.scrollIntoView({ block: "center", behavior: "smooth" });
    part?.closest<HTMLElement>(".block")?.focus({ preventScroll: true });
    marked.value = region;
  };
  const open = (region: number): void => {
    editing.value = placeOf(page, region);
  };
  const onCorrect = finished ? open : null;
  return (
    <div class="page-body" data-mode={mode}>
      <div class="page-left">
        <PagePicture page={page} picture={picture} marked={marked} onPick={pick} onCorrect={onCorrect} />
        {picture && !(picture instanceof ApiError) && (
          <button
            class="icon-button zoom-open"
            type="button"
            aria-label={texts.zoomOpen(page.number)}
            title={texts.zoomOpen(page.number)}
            onClick={() => setZoomed(true)}
          >
            <Icon node={ZoomIn} />
          </button>
        )}
        {zoomed && picture && !(picture instanceof ApiError) && (
          <Zoom url={picture.url} name={texts.pictureOf(page.number)} onClose={() => setZoomed(false)} />
        )}
      </div>
      <div class="page-right" ref={text}>
        {page.error && (
          <div class="callout bad">
            <Icon node={TriangleAlert} size={16} />
            <div>
              <p class="callout-title">{texts.pageFailed}</p>
              <p class="hint">{explain(page.error.code)}</p>
            </div>
            {onRetry && <RetryButton title={texts.retryPageTitle} onRetry={onRetry} />}
          </div>
        )}
        {finished && <CorrectionList job={jobId} page={page} />}
        {page.warnings.map((warning) => (
          <p key={warning} class="hint page-warning">
            {warning}
          </p>
        ))}
        {mode === "markdown" && (
          <pre class="source" tabIndex={0} aria-label={`${texts.viewMarkdown}: ${texts.page(page.number)}`}>
            {page.markdown}
          </pre>
        )}
        {mode === "json" && (
          <pre class="source" tabIndex={0} aria-label={`${texts.viewJson}: ${texts.page(page.number)}`}>
            {JSON.stringify(page, null, 2)}
          </pre>
        )}
        {(mode === "text" || mode === "picture") && !(page.error && !page.markdown) && (
          <PageText page={page} picture={picture} marked={marked} onRetry={onRetry} onCorrect={onCorrect} />
        )}
      </div>
    </div>
  );
}
