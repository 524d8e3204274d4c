import type { JSX } from "preact";
import { memo } from "preact/compat";
import { useEffect, useRef, useState } from "preact/hooks";
import { getThumbnail } from "../api/client";
import { ApiError } from "../api/problem";
import { t } from "../i18n";
import type { Marks } from "../state/live";

/** All pages as small pictures beside the document; each is fetched when it comes into view. */
export function Thumbnails({
  id,
  numbers,
  marks,
  onPick,
  onClose,
}: {
  id: string;
  numbers: readonly number[];
  marks: Marks;
  onPick: (number: number) => void;
  onClose: () => void;
}): JSX.Element {
  const root = useRef<HTMLElement>(null);
  useEffect(() => root.current?.querySelector("button")?.focus(), []);
  return (
    <nav
      class="thumbnails"
      ref={root}
      aria-label={t.value.thumbnails}
      onKeyDown={(event) => event.key === "Escape" && onClose()}
    >
      {numbers.map((number) => (
        <Thumbnail
          key={number}
          id={id}
          number={number}
          state={marks.get(number)?.status ?? "waiting"}
          onPick={onPick}
        />
      ))}
    </nav>
  );
}

const Thumbnail = memo(function Thumbnail({
  id,
  number,
  state,
  onPick,
}: {
  id: string;
  number: number;
  state: string;
  onPick: (number: number) => void;
}): JSX.Element {
  const button = useRef<HTMLButtonElement>(null);
  const [near, setNear] = useState(false);
  const [url, setUrl] = useState("");
  useEffect(() => {
    if (!button.current) return;
    const observer = new IntersectionObserver((entries) => setNear(entries.at(-1)?.isIntersecting ?? false), {
      root: button.current.parentElement,
      rootMargin: "60% 0px",
    });
    observer.observe(button.current);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (!near) return;
    const stop = new AbortController();
    let made = "";
    getThumbnail(id, number, stop.signal).then(
      (blob) => {
        made = URL.createObjectURL(blob);
        setUrl(made);
      },
      (error: unknown) => {
        if (!stop.signal.aborted && !(error instanceof ApiError)) throw error;
      },
    );
    return () => {
      stop.abort();
      if (made) URL.revokeObjectURL(made);
      setUrl("");
    };
  }, [id, number, near, state]);
  return (
    <button class="thumbnail" type="button" ref={button} data-state={state} onClick={() => onPick(number)}>
      {url ? <img src={url} alt="" decoding="async" /> : <span class="thumbnail-empty" />}
      <span class="thumbnail-name">
        <span class="off-screen">{t.value.page(number)}</span>
        <span aria-hidden="true">{number}</span>
      </span>
    </button>
  );
});
