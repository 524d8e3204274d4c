import { type Signal, useSignalEffect } from "@preact/signals";
import { Copy, PenLine, RotateCw, TriangleAlert } from "lucide";
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { ApiError } from "../api/problem";
import type { Page, Region } from "../api/types";
import { explain, labelName, t } from "../i18n";
import { portableHtml, tableText } from "../markdown/portable";
import { type Block, renderPage } from "../markdown/render";
import { copyRich } from "../state/clipboard";
import { Icon } from "../ui/Icon";
import { drawFigures } from "./figures";
import { highlight, unhighlight } from "./highlight";
import type { Picture } from "./page-data";
import { currentHit, query, searching } from "./search";
import { stopShowing } from "./show-page";

/** The page's Markdown, rendered; what lies under the pointer is marked in the picture too. */
export function PageText({
  page,
  picture,
  marked,
  onRetry,
  onCorrect,
}: {
  page: Page;
  picture: Picture | ApiError | null;
  marked: Signal<number | null>;
  onRetry: (() => void) | null;
  onCorrect: ((region: number) => void) | null;
}): JSX.Element {
  const root = useRef<HTMLDivElement>(null);
  const language = t.value;
  const blocks = useMemo(() => renderPage(page), [page, language]);
  useEffect(() => {
    if (!root.current || !picture || picture instanceof ApiError) return;
    const stop = new AbortController();
    void drawFigures(root.current, page, picture.blob, stop.signal);
    return () => stop.abort();
  }, [blocks, picture]);
  useSignalEffect(() => {
    const region = marked.value;
    for (const part of root.current?.querySelectorAll<HTMLElement>("[data-regions]") ?? []) {
      part.classList.toggle("marked", region !== null && regionsOf(part).includes(region));
    }
  });
  useSignalEffect(() => {
    const element = root.current;
    const words = query.value;
    const hit = currentHit.value;
    if (!element) return;
    if (searching.value === "closed") unhighlight(element);
    else highlight(element, words);
    if (hit?.page !== page.number) return;
    marked.value = hit.region;
    const parts = [...element.querySelectorAll<HTMLElement>("[data-regions]")];
    stopShowing();
    parts.find((part) => regionsOf(part).includes(hit.region))?.scrollIntoView({ block: "center" });
  });
  useEffect(() => {
    const element = root.current;
    return () => {
      if (element) unhighlight(element);
    };
  }, []);
  const [active, setActive] = useState(-1);
  const activate = (event: Event): void => {
    const block = (event.target as HTMLElement).closest<HTMLElement>(".block");
    setActive(block ? Number(block.dataset.index) : -1);
  };
  const mark = (event: Event): void => {
    activate(event);
    const part = (event.target as HTMLElement).closest<HTMLElement>("[data-regions]");
    marked.value = part ? (regionsOf(part)[0] ?? null) : null;
  };
  const leave = (): void => {
    marked.value = null;
    setActive(-1);
  };
  const together = commonFailure(page.regions);
  if (blocks.length === 0) return <p class="page-note muted">{language.pageEmpty}</p>;
  return (
    <div class="prose" ref={root} onMouseOver={mark} onFocusIn={activate} onMouseLeave={leave}>
      {together && (
        <div class="callout bad">
          <Icon node={TriangleAlert} size={16} />
          <div>
            <p class="callout-title">{language.regionsFailed(together.count)}</p>
            <p class="hint">{explain(together.code)}</p>
          </div>
          {onRetry && <RetryButton title={language.retryPageTitle} onRetry={onRetry} />}
        </div>
      )}
      {blocks.map((block, index) => (
        <TextBlock
          key={index}
          block={block}
          regions={page.regions}
          told={together?.code ?? null}
          place={index}
          active={index === active}
          onRetry={onRetry}
          onCorrect={onCorrect}
        />
      ))}
    </div>
  );
}

const regionsOf = (part: HTMLElement): number[] => (part.dataset.regions ?? "").split(" ").filter(Boolean).map(Number);

/** Several regions that failed for the same reason are told once; the most frequent one. */
function commonFailure(regions: readonly Region[]): { code: string; count: number } | null {
  const counts = new Map<string, number>();
  for (const { error, content } of regions) {
    if (error && !content) counts.set(error.code, (counts.get(error.code) ?? 0) + 1);
  }
  const [code, count] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? ["", 0];
  return count > 1 ? { code, count } : null;
}

function TextBlock({
  block,
  regions,
  told,
  place: index,
  active,
  onRetry,
  onCorrect,
}: {
  block: Block;
  regions: readonly Region[];
  told: string | null;
  place: number;
  /** Under the pointer or focused: shows what can be done with it. */
  active: boolean;
  onRetry: (() => void) | null;
  onCorrect: ((region: number) => void) | null;
}): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => place.current?.replaceChildren(block.content), [block]);
  const corrected = block.regions[0];
  const troubled = block.regions.flatMap((index) => {
    const region = regions[index];
    return region && (region.error || region.degraded) ? [{ region, index }] : [];
  });
  return (
    <div
      class="block"
      data-index={index}
      data-regions={block.byItem ? undefined : block.regions.join(" ")}
      tabIndex={-1}
    >
      {active && block.kind === "content" && (
        <span class="block-tools">
          {onCorrect && corrected !== undefined && (
            <button
              class="icon-button small"
              type="button"
              aria-label={t.value.correctBlock}
              title={t.value.correctBlock}
              onClick={() => onCorrect(corrected)}
            >
              <Icon node={PenLine} size={14} />
            </button>
          )}
          <button
            class="icon-button small"
            type="button"
            aria-label={t.value.copyBlock}
            title={t.value.copyBlock}
            onClick={() => void copyBlock(place.current)}
          >
            <Icon node={Copy} size={14} />
          </button>
        </span>
      )}
      {troubled.map(({ region, index }) =>
        region.error && region.error.code === told && !region.content ? (
          <p key={region.order} class="not-read hint">
            {labelName(region.label)}: {t.value.regionNotRead}
          </p>
        ) : (
          <RegionTrouble
            key={region.order}
            region={region}
            onRetry={onRetry}
            onCorrect={onCorrect && (() => onCorrect(index))}
          />
        ),
      )}
      {block.kind === "content" && <div ref={place} />}
    </div>
  );
}

/** For Word as HTML; plain, a table has tabs between its cells. */
async function copyBlock(element: HTMLElement | null): Promise<void> {
  if (!element) return;
  const table = element.querySelector("table");
  const plain = table ? tableText(table) : element.innerText.trim();
  await copyRich(portableHtml(element.childNodes), plain);
}

function RegionTrouble({
  region,
  onRetry,
  onCorrect,
}: {
  region: Region;
  onRetry: (() => void) | null;
  onCorrect: (() => void) | null;
}): JSX.Element {
  const texts = t.value;
  const name = labelName(region.label);
  return (
    <div class={`callout ${region.error && !region.content ? "bad" : "warn"}`}>
      <Icon node={TriangleAlert} size={16} />
      <div>
        <p class="callout-title">
          {region.error && !region.content ? texts.regionFailed(name) : texts.regionDegraded(name)}
        </p>
        <p class="hint">{region.error ? explain(region.error.code) : texts.regionDegradedHint}</p>
      </div>
      {onCorrect && (
        <button class="button small" type="button" title={texts.correctBlock} onClick={onCorrect}>
          <Icon node={PenLine} size={14} />
          {texts.correct}
        </button>
      )}
      {onRetry && <RetryButton title={texts.retryPageTitle} onRetry={onRetry} />}
    </div>
  );
}

export function RetryButton({ title, onRetry }: { title: string; onRetry: () => void }): JSX.Element {
  return (
    <button class="button small" type="button" title={title} onClick={onRetry}>
      <Icon node={RotateCw} size={14} />
      {t.value.retry}
    </button>
  );
}
