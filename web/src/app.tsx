import type { FunctionComponent, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { DropAnywhere } from "./home/DropZone";
import { Home } from "./home/Home";
import { t } from "./i18n";
import { route } from "./state/route";
import { ConnectionBanner } from "./ui/ConnectionBanner";
import { Header } from "./ui/Header";
import { KeyDialog } from "./ui/KeyDialog";
import { Toast } from "./ui/Toast";

export function App(): JSX.Element {
  const here = route.value;
  return (
    <>
      <a class="skip" href="#main" onClick={focusMain}>
        {t.value.skip}
      </a>
      <Header />
      <ConnectionBanner />
      {here.view === "job" ? <LazyViewer key={here.id} id={here.id} /> : <Home />}
      <DropAnywhere />
      <KeyDialog />
      <Toast />
    </>
  );
}

/** The viewer brings the Markdown and formula libraries: they are fetched when the first document is opened. */
function LazyViewer({ id }: { id: string }): JSX.Element {
  const [Viewer, setViewer] = useState<FunctionComponent<{ id: string }> | null>(null);
  useEffect(() => {
    void import("./viewer/Viewer").then((module) => setViewer(() => module.Viewer));
  }, []);
  return Viewer ? <Viewer id={id} /> : <main id="main" class="viewer" aria-busy="true" />;
}

/** The address after `#` is the route, so the link must not change it. */
function focusMain(event: Event): void {
  event.preventDefault();
  const main = document.querySelector<HTMLElement>("#main");
  main?.setAttribute("tabindex", "-1");
  main?.focus();
}
