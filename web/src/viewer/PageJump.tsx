import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n";
import { askedPage, notePage } from "../state/route";

const SETTLED_MS = 400;

/** Says which page is in view and goes to another. */
export function PageJump({
  id,
  numbers,
  onPick,
}: {
  id: string;
  numbers: readonly number[];
  onPick: (number: number) => void;
}): JSX.Element {
  const texts = t.value;
  const current = useCurrentPage(numbers.length);
  useEffect(() => {
    // Scrolling by is not written down.
    const timer = setTimeout(() => notePage(id, current > 1 ? current : 0, false), SETTLED_MS);
    return () => clearTimeout(timer);
  }, [id, current]);
  const [typed, setTyped] = useState<string | null>(null);
  const last = numbers.at(-1) ?? 1;
  const go = (event: SubmitEvent): void => {
    event.preventDefault();
    const wanted = Number(typed);
    setTyped(null);
    const number = numbers.find((other) => other >= wanted) ?? last;
    if (wanted > 0) onPick(number);
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
  const [current, setCurrent] = useState(askedPage.peek().number || 1);
  useEffect(() => {
    const inView = new Set<number>();
    const observer = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          const number = Number((target as HTMLElement).dataset.page);
          if (isIntersecting) inView.add(number);
          else inView.delete(number);
        }
        if (inView.size > 0) setCurrent(Math.min(...inView));
      },
      { rootMargin: "-160px 0px -60% 0px" },
    );
    for (const page of document.querySelectorAll(".page")) observer.observe(page);
    return () => observer.disconnect();
  }, [count]);
  return current;
}
