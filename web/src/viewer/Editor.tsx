import { ChevronLeft, ChevronRight, MoveDown, MoveUp, Trash2, Undo2, X } from "lucide";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { getPage } from "../api/client";
import { ApiError } from "../api/problem";
import type { Job, Page, Region, Word } from "../api/types";
import { explainError, formatTime, labelName, t } from "../i18n";
import { announce } from "../state/announce";
import { Icon } from "../ui/Icon";
import {
  type Change,
  correct,
  doubtIndex,
  doubtOf,
  doubts,
  editing,
  idOf,
  newest,
  note,
  type Place,
  stepDoubt,
  stopEditing,
  unsureWords,
} from "./corrections";
import { loadPage, type PageData, type Picture } from "./page-data";
import { type Cell, tableRows, withCells } from "./table-cells";

const KINDS = [
  "text",
  "paragraph_title",
  "doc_title",
  "table",
  "figure_title",
  "formula",
  "footnote",
  "header",
  "footer",
  "number",
  "aside_text",
  "abstract",
  "content",
  "reference",
] as const;
const TITLES = new Set(["doc_title", "paragraph_title"]);
const LEVELS = [1, 2, 3, 4, 5, 6] as const;

/** The region that is open, beside its crop. */
export function Editor({ job }: { job: Job }): JSX.Element | null {
  const place = editing.value;
  useEffect(() => stopEditing, [job.id]);
  return place && <EditorDialog job={job} place={place} />;
}

function EditorDialog({ job, place }: { job: Job; place: Place }): JSX.Element {
  const texts = t.value;
  const dialog = useRef<HTMLDialogElement>(null);
  const [data, setData] = useState<PageData | null>(null);
  const [saved, setSaved] = useState(0);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  useEffect(() => {
    const { data: loading, release } = loadPage(job.id, place.page, { words: true });
    setData(loading);
    return release;
  }, [job.id, place.page]);
  const loaded = data?.page.value ?? null;
  const page = loaded && !(loaded instanceof ApiError) && loaded.number === place.page ? newest(job.id, loaded) : null;
  const index = page?.regions.findIndex((region, at) => idOf(region, at) === place.region) ?? -1;
  const region = page?.regions[index];
  const picture = data?.picture.value ?? null;
  return (
    <dialog class="dialog editor" ref={dialog} aria-labelledby="editor-title" onClose={stopEditing}>
      <EditorHead page={page} place={place} index={index} region={region ?? null} />
      {loaded instanceof ApiError && <p class="field-error">{explainError(loaded)}</p>}
      {page && !region && <p class="muted">{texts.regionGone}</p>}
      {page && region && (
        <RegionForm
          key={`${place.page} ${place.region} ${saved}`}
          job={job.id}
          onSaved={() => setSaved(saved + 1)}
          page={page}
          region={region}
          index={index}
          picture={picture instanceof ApiError ? null : picture}
        />
      )}
    </dialog>
  );
}

function EditorHead({
  page,
  place,
  index,
  region,
}: {
  page: Page | null;
  place: Place;
  index: number;
  region: Region | null;
}): JSX.Element {
  const texts = t.value;
  const all = doubts.value;
  const doubt = region && doubtOf(region);
  const total = page?.regions.length ?? 0;
  const go = (to: number): void => {
    const other = page?.regions[to];
    if (other) editing.value = { page: place.page, region: idOf(other, to) };
  };
  const step = (by: 1 | -1): void => (all ? stepDoubt(by) : go(index + by));
  const at = all ? doubtIndex() : index;
  const count = all ? all.length : total;
  return (
    <header class="editor-head">
      <h2 id="editor-title">{texts.editorTitle(region ? labelName(region.label) : texts.regionNotRead, place.page)}</h2>
      {doubt && <span class="pill partial">{texts.doubtNames[doubt]}</span>}
      <span class="editor-steps">
        <button
          class="icon-button small"
          type="button"
          aria-label={all ? texts.doubtPrevious : texts.regionPrevious}
          disabled={at <= 0}
          onClick={() => step(-1)}
        >
          <Icon node={ChevronLeft} />
        </button>
        <span class="muted nowrap" role="status">
          {at >= 0 && texts.searchCount(at + 1, count)}
        </span>
        <button
          class="icon-button small"
          type="button"
          aria-label={all ? texts.doubtNext : texts.regionNext}
          disabled={at < 0 || at >= count - 1}
          onClick={() => step(1)}
        >
          <Icon node={ChevronRight} />
        </button>
      </span>
      <button class="icon-button small" type="button" aria-label={texts.close} onClick={stopEditing}>
        <Icon node={X} />
      </button>
    </header>
  );
}

function RegionForm({
  job,
  page,
  region,
  index,
  picture,
  onSaved,
}: {
  job: string;
  page: Page;
  region: Region;
  index: number;
  picture: Picture | null;
  onSaved: () => void;
}): JSX.Element {
  const texts = t.value;
  const id = idOf(region, index);
  const unread = region.label === "unread";
  const kind = unread ? "text" : region.label;
  const level = region.level ?? (region.label === "doc_title" ? 1 : 2);
  const [content, setContent] = useState(region.content);
  const [label, setLabel] = useState(kind);
  const [titleLevel, setTitleLevel] = useState(level);
  const [failure, setFailure] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const stepping = doubts.value !== null;
  const doubt = doubtOf(region);
  const kinds = KINDS.includes(kind as (typeof KINDS)[number]) ? KINDS : [kind, ...KINDS];
  const isTitle = TITLES.has(label);
  const unsure = useMemo(() => unsureWords(region), [region]);
  const isChanged = content !== region.content || label !== kind || (isTitle && titleLevel !== level);

  const send = async (change: Change, then: () => void): Promise<void> => {
    setBusy(true);
    setFailure(null);
    try {
      await correct(job, page, id, change);
      announce(texts.correctionSaved);
      onSaved();
      then();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setFailure(error);
      if (error.code === "correction_conflict") await showOthers();
    } finally {
      setBusy(false);
    }
  };
  /** What the other has made of it is shown; a text that was typed here stays, and may be saved after a look. */
  const showOthers = async (): Promise<void> => {
    const now = await getPage(job, page.number, new AbortController().signal);
    const other = now.regions.find((one, at) => idOf(one, at) === id);
    note(job, now);
    if (other && isTable(other)) setContent(other.content);
  };
  const next = (): void => (stepping ? stepDoubt(1) : stopEditing());
  const save = (): void => {
    const change: Change = {
      ...(content !== region.content || doubt ? { content, ...(unread ? { format: "text" as const } : {}) } : {}),
      ...(label !== region.label ? { label } : {}),
      ...(isTitle && titleLevel !== level ? { level: titleLevel } : {}),
    };
    if (Object.keys(change).length === 0) next();
    else void send(change, next);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save();
    else if (event.key === "F8" && stepping && !event.shiftKey) (isChanged ? save : next)();
    else if (event.key === "F8" && stepping) stepDoubt(-1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <form
      class="editor-form"
      onKeyDown={onKey}
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <Crop page={page} region={region} picture={picture} unsure={unsure} />
      {unsure.length > 0 && <p class="hint">{texts.unsureWords(unsure.map((word) => word.text))}</p>}
      <div class="editor-fields">
        {failure && (
          <p class="field-error" role="alert">
            {explainError(failure)}
            {failure.code === "correction_conflict" && !isTable(region) && ` «${region.content}»`}
          </p>
        )}
        <ContentField key={region.content} region={region} content={content} onContent={setContent} />
        <div class="editor-row">
          <label class="field">
            <span class="field-name">{texts.fieldKind}</span>
            <select value={label} onChange={(event) => setLabel(event.currentTarget.value)}>
              {kinds.map((name) => (
                <option key={name} value={name}>
                  {labelName(name)}
                </option>
              ))}
            </select>
          </label>
          {isTitle && (
            <label class="field">
              <span class="field-name">{texts.fieldLevel}</span>
              <select value={titleLevel} onChange={(event) => setTitleLevel(Number(event.currentTarget.value))}>
                {LEVELS.map((value) => (
                  <option key={value} value={value}>
                    {value}
                  </option>
                ))}
              </select>
            </label>
          )}
        </div>
        <AsRead page={page} id={id} onUndo={() => void send({ undo: true }, () => undefined)} />
      </div>
      <div class="dialog-actions editor-actions">
        <button
          class="icon-button"
          type="button"
          aria-label={texts.regionDelete}
          title={texts.regionDelete}
          disabled={busy}
          onClick={() => void send({ deleted: true }, next)}
        >
          <Icon node={Trash2} />
        </button>
        {([-1, 1] as const).map((by) => (
          <button
            key={by}
            class="icon-button"
            type="button"
            aria-label={by < 0 ? texts.regionUp : texts.regionDown}
            title={by < 0 ? texts.regionUp : texts.regionDown}
            disabled={busy || isChanged || index + by < 0 || index + by >= page.regions.length}
            onClick={() => void send({ order: index + by }, () => undefined)}
          >
            <Icon node={by < 0 ? MoveUp : MoveDown} />
          </button>
        ))}
        <span class="editor-space" />
        <button class="button" type="button" onClick={stopEditing}>
          {texts.cancel}
        </button>
        <button class="button primary" type="submit" disabled={busy} title="Ctrl+Enter">
          {doubt && !isChanged ? texts.correctionConfirm : stepping ? texts.correctionSaveNext : texts.correctionSave}
        </button>
      </div>
    </form>
  );
}

const isTable = ({ format, content }: Region): boolean =>
  (format === "html" || format === "markdown") && tableRows(content) !== null;

/** A table as its cells, everything else as text. */
function ContentField({
  region,
  content,
  onContent,
}: {
  region: Region;
  content: string;
  onContent: (content: string) => void;
}): JSX.Element {
  const texts = t.value;
  const rows = useMemo(() => (isTable(region) ? tableRows(region.content) : null), [region]);
  const [edits, setEdits] = useState<ReadonlyMap<Cell, string>>(new Map());
  const [isSource, setSource] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => root.current?.querySelector("textarea")?.focus(), [isSource]);
  if (!rows || isSource) {
    const name = region.format === "image" && region.label !== "unread" ? texts.fieldDescription : texts.fieldText;
    return (
      <div ref={root}>
        <label class="field">
          <span class="field-name">{isSource ? texts.fieldSource : name}</span>
          <textarea
            class={region.format === "text" ? "" : "source"}
            rows={Math.min(14, Math.max(3, content.split("\n").length + Math.ceil(content.length / 90)))}
            value={content}
            onInput={(event) => onContent(event.currentTarget.value)}
          />
        </label>
      </div>
    );
  }
  const change = (cell: Cell, text: string): void => {
    const now = new Map(edits);
    if (text === cell.text) now.delete(cell);
    else now.set(cell, text);
    setEdits(now);
    onContent(withCells(region.content, now));
  };
  return (
    <div class="field" ref={root}>
      <span class="field-name">
        {texts.table}
        <button class="button small" type="button" onClick={() => setSource(true)}>
          {texts.fieldSource}
        </button>
      </span>
      <div class="table-frame cells" role="group" aria-label={texts.table}>
        <table>
          <tbody>
            {rows.map((row, y) => (
              <tr key={y}>
                {row.map((cell, x) => (
                  <td key={x} colSpan={cell.colspan} rowSpan={cell.rowspan}>
                    <textarea
                      rows={Math.max(1, (edits.get(cell) ?? cell.text).split("\n").length)}
                      aria-label={texts.cellName(y + 1, x + 1)}
                      value={edits.get(cell) ?? cell.text}
                      onInput={(event) => change(cell, event.currentTarget.value)}
                    />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

/** What was read, where it was corrected, and the way back. */
function AsRead({ page, id, onUndo }: { page: Page; id: number; onUndo: () => void }): JSX.Element | null {
  const texts = t.value;
  const entry = page.corrections?.find((other) => other.region === id && other.changed.length > 0);
  if (!entry) return null;
  return (
    <div class="callout as-read">
      <div>
        <p class="callout-title">{texts.asRead}</p>
        <p class="as-read-text">{entry.original.content || texts.regionNotRead}</p>
        <p class="hint">{texts.correctedBy(entry.by, formatTime(new Date(entry.at * 1000).toISOString()))}</p>
      </div>
      <button class="button small" type="button" onClick={onUndo}>
        <Icon node={Undo2} size={14} />
        {texts.correctionUndo}
      </button>
    </div>
  );
}

const UNSURE_COLOUR = "rgb(255 176 0 / 38%)";
const MARGIN = 0.012; // of the page's width, around the region
const WIDEST = 1400;

function Crop({
  page,
  region,
  picture,
  unsure,
}: {
  page: Page;
  region: Region;
  picture: Picture | null;
  unsure: readonly Word[];
}): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const margin = MARGIN * page.width;
  const [x0, y0, x1, y1] = region.bbox;
  const [left, top] = [Math.max(0, x0 - margin), Math.max(0, y0 - margin)];
  const [width, height] = [Math.min(page.width, x1 + margin) - left, Math.min(page.height, y1 + margin) - top];
  useEffect(() => {
    if (!picture) return;
    let stopped = false;
    void createImageBitmap(picture.blob).then((whole) => {
      const target = canvas.current;
      if (!target || stopped) return;
      const scale = whole.width / page.width; // large pages come scaled down
      target.width = Math.max(1, Math.round(Math.min(width * scale, WIDEST)));
      target.height = Math.max(1, Math.round((target.width * height) / width));
      const from = [left * scale, top * scale, width * scale, height * scale] as const;
      const context = target.getContext("2d");
      context?.drawImage(whole, ...from, 0, 0, target.width, target.height);
      whole.close();
      const drawn = target.width / width;
      if (context) context.fillStyle = UNSURE_COLOUR;
      for (const { bbox } of unsure) {
        const [a, b, c, d] = bbox;
        context?.fillRect((a - left) * drawn, (b - top) * drawn, (c - a) * drawn, (d - b) * drawn);
      }
    });
    return () => {
      stopped = true;
    };
  }, [picture, page, region, unsure]);
  return (
    <div class="editor-crop" tabIndex={0} role="group" aria-label={t.value.cropOf(page.number)}>
      <canvas ref={canvas} role="img" aria-label={t.value.cropOf(page.number)} />
    </div>
  );
}
