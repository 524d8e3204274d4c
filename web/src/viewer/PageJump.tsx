import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n";

/** Says which page is in view and goes to another. */
export function PageJump({ numbers }: { numbers: readonly number[] }): JSX.Element {
  const texts = t.value;
  const current = useCurrentPage(numbers.length);
  const [typed, setTyped] = useState<string | null>(null);
  const last = numbers.at(-1) ?? 1;
  const go = (event: SubmitEvent): void => {
    event.preventDefault();
    const wanted = Number(typed);
    setTyped(null);
    const number = numbers.find((other) => other >= wanted) ?? last;
    if (wanted > 0) document.querySelector(`#page-${number}`)?.scrollIntoView({ block: "start" });
  };
  return (
    <form class="page-jump" onSubmit={go}>
      <input
        type="text"
        inputMode="numeric"
        size={Math.max(2, String(last).length)}
        aria-label={texts.goToPage}
        value={typed ?? String(current)}
        onFocus={(event) => event.currentTarget.select()}
        onInput={(event) => setTyped(event.currentTarget.value)}
        onBlur={() => setTyped(null)}
      />
      <span class="muted nowrap">{texts.pageOf(last)}</span>
    </form>
  );
}

/** The page that lies under the toolbar. */
function useCurrentPage(count: number): number {
  const [current, setCurrent] = useState(1);
  useEffect(() => {
    let frame = 0;
    const look = (): void => {
      frame = 0;
      const below = document.querySelector(".toolbar")?.getBoundingClientRect().bottom ?? 0;
      const page = document.elementsFromPoint(innerWidth / 2, below + 60).find((element) => element.matches(".page"));
      const number = Number((page as HTMLElement | undefined)?.dataset.page);
      if (number) setCurrent(number);
    };
    const scrolled = (): void => {
      frame ||= requestAnimationFrame(look);
    };
    look();
    addEventListener("scroll", scrolled, { passive: true });
    return () => {
      removeEventListener("scroll", scrolled);
      cancelAnimationFrame(frame);
    };
  }, [count]);
  return current;
}
