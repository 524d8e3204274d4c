"""The look of the HTML result: readable lines, light and dark, fit for printing. Part of every file, so kept small."""

STYLE = """
:root { color-scheme: light dark; --ink: #1b1b1a; --paper: #fdfdfb; --faint: #6b6b66; --line: #d8d8d2; --warn: #9a3412 }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e5e1; --paper: #1a1b1d; --faint: #9b9b95; --line: #3b3d40; --warn: #fdba74 }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 17px/1.6 Charter, "Bitstream Charter", "PT Serif", Cambria, Georgia, serif; text-rendering: optimizeLegibility }
main { max-width: 44rem; margin: 0 auto; padding: 3rem 1.25rem 6rem }
h1, h2, h3, h4, h5, h6 { line-height: 1.25; margin: 2em 0 .6em; text-wrap: balance; break-after: avoid }
h1 { font-size: 1.9rem; margin-top: 0 } h2 { font-size: 1.45rem } h3 { font-size: 1.2rem }
h4, h5, h6 { font-size: 1rem }
p { margin: 0 0 1em; hyphens: auto; overflow-wrap: break-word } ul, ol { padding-left: 1.5em }
.page { display: block; margin: 2.5rem 0 1rem; color: var(--faint); font: .75rem/1 system-ui, sans-serif;
  border-top: 1px solid var(--line); padding-top: .5rem }
.wide { overflow-x: auto; margin: 1.5em 0 }
table { border-collapse: collapse; font-size: .92em; line-height: 1.4; font-variant-numeric: tabular-nums }
th, td { border: 1px solid var(--line); padding: .35em .6em; vertical-align: top; text-align: left }
figure { margin: 2em 0; text-align: center; break-inside: avoid } img { max-width: 100%; height: auto }
.caption { color: var(--faint); font-size: .9em; text-align: center }
.missing { color: var(--warn); border-left: 3px solid; padding-left: .8em; font: .9rem/1.5 system-ui, sans-serif }
math { font-size: 1.08em } math[display="block"] { margin: 1.2em 0; overflow-x: auto }
code, pre { font-family: ui-monospace, "DejaVu Sans Mono", Consolas, monospace; font-size: .88em }
pre { overflow-x: auto } .formula { overflow-wrap: anywhere }
@media print { :root { --ink: #000; --paper: #fff; --faint: #555; --line: #999; --warn: #000 }
  body { font-size: 11pt } main { max-width: none; padding: 0 } tr { break-inside: avoid } .wide { overflow: visible } }
"""
