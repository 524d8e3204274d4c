import { ArrowLeft, ChevronDown, Copy, LayoutGrid, ListChecks, Search, Trash2, X } from "lucide";
import type { JSX } from "preact";
import { call, resultPath } from "../api/client";
import { ApiError } from "../api/problem";
import { isFinished } from "../api/states";
import type { Job } from "../api/types";
import { explainError, t } from "../i18n";
import { portableHtml } from "../markdown/portable";
import { renderMarkdown } from "../markdown/render";
import { cancelOrRemove } from "../state/actions";
import { announce } from "../state/announce";
import { copyRich } from "../state/clipboard";
import { goTo } from "../state/route";
import { Icon } from "../ui/Icon";
import { Menu } from "../ui/Menu";
import { StatePill } from "../ui/StatePill";
import { DownloadMenu } from "./DownloadMenu";
import type { ViewMode } from "./PageRow";
import { RetryButton } from "./PageText";

export function Toolbar({
  job,
  mode,
  setMode,
  pages,
  onPage,
  onOverview,
  overview,
  onCheck,
  onRetry,
  onSearch,
}: {
  job: Job;
  mode: ViewMode;
  setMode: (mode: ViewMode) => void;
  pages: JSX.Element;
  onPage: JSX.Element | null;
  onOverview: (() => void) | null;
  overview: boolean;
  onCheck: (() => void) | null;
  onRetry: (() => void) | null;
  onSearch: () => void;
}): JSX.Element {
  const texts = t.value;
  const finished = isFinished(job.state);
  const modes: [ViewMode, string][] = [
    ["picture", texts.viewPicture],
    ["text", texts.viewText],
    ["markdown", texts.viewMarkdown],
    ["json", texts.viewJson],
  ];
  const remove = async (): Promise<void> => {
    if (await cancelOrRemove(job)) goTo("#/");
  };
  return (
    <div class="toolbar">
      <div class="toolbar-row">
        <a class="icon-button" href="#/" aria-label={texts.back} title={texts.back}>
          <Icon node={ArrowLeft} />
        </a>
        <h1 class="toolbar-name" title={job.file.name}>
          {job.file.name}
        </h1>
        <StatePill state={job.state} />
        <div class="toolbar-actions">
          {onRetry && <RetryButton title={texts.retryTitle} onRetry={onRetry} />}
          <button
            class="icon-button"
            type="button"
            aria-label={texts.search}
            title={`${texts.search} (Ctrl+F)`}
            onClick={onSearch}
          >
            <Icon node={Search} />
          </button>
          {onCheck && (
            <button
              class="icon-button"
              type="button"
              aria-label={texts.doubtsCheck}
              title={`${texts.doubtsCheck} (F8)`}
              onClick={onCheck}
            >
              <Icon node={ListChecks} />
            </button>
          )}
          <Menu
            label={
              <>
                <Icon node={Copy} size={16} />
                <span class="wide-only">{texts.copy}</span>
                <Icon node={ChevronDown} size={14} />
              </>
            }
            name={texts.copy}
            buttonClass="button"
          >
            <button class="menu-item" type="button" onClick={() => void copyAll(job, true)}>
              <span class="menu-item-name">{texts.copyFormatted}</span>
              <span class="hint">{texts.copyFormattedHint}</span>
            </button>
            <button class="menu-item" type="button" onClick={() => void copyAll(job, false)}>
              <span class="menu-item-name">{texts.copyMarkdown}</span>
              <span class="hint">{texts.copyMarkdownHint}</span>
            </button>
          </Menu>
          <DownloadMenu job={job} />
          <button
            class="icon-button"
            type="button"
            aria-label={finished ? texts.removeJob : texts.cancelJob}
            title={finished ? texts.removeJobTitle : texts.cancelJobTitle}
            onClick={() => void remove()}
          >
            <Icon node={finished ? Trash2 : X} />
          </button>
        </div>
      </div>
      <div class="toolbar-row second">
        <div class="toolbar-strip">
          {onOverview && (
            <button
              class="icon-button small"
              type="button"
              aria-label={texts.thumbnails}
              title={texts.thumbnails}
              aria-pressed={overview}
              onClick={onOverview}
            >
              <Icon node={LayoutGrid} />
            </button>
          )}
          {onPage}
          {pages}
        </div>
        <div class="segments" role="group" aria-label={texts.viewAs}>
          {modes.map(([value, name]) => (
            <button
              key={value}
              type="button"
              class={value === "picture" ? "narrow-only" : ""}
              aria-pressed={mode === value}
              onClick={() => setMode(value)}
            >
              {name}
            </button>
          ))}
        </div>
      </div>
    </div>
  );
}

/** `formatted`: as HTML too, for Word and the like. */
async function copyAll(job: Job, formatted: boolean): Promise<void> {
  try {
    const markdown = await (await call(resultPath(job.id, "md", job.state))).text();
    await copyRich(formatted ? portableHtml([renderMarkdown(markdown)]) : "", markdown);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    announce(explainError(error));
  }
}
