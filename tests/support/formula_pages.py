r"""Pages of formulas whose LaTeX is known, made by pdflatex, and how two formulas are compared.

    python -m tests.support.formula_pages

writes those of ``formula_pages/`` anew. Needs pdflatex, dvips and ps2pdf (Debian: texlive-latex-recommended,
texlive-fonts-recommended, ghostscript).
"""

from __future__ import annotations

import re
import subprocess
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pikepdf
from latex2mathml.converter import convert

EACH = 7  # formulas a page
FOLDER = Path(__file__).with_name("formula_pages")

DISPLAYS = (
    r"E = mc^2",
    r"a^2 + b^2 = c^2",
    r"e^{i\pi} + 1 = 0",
    r"x = \frac{-b \pm \sqrt{b^2 - 4ac}}{2a}",
    r"\int_0^\infty e^{-x^2} dx = \frac{\sqrt{\pi}}{2}",
    r"\sum_{n=1}^{\infty} \frac{1}{n^2} = \frac{\pi^2}{6}",
    r"\prod_{p} \frac{1}{1 - p^{-s}} = \zeta(s)",
    r"\lim_{x \to 0} \frac{\sin x}{x} = 1",
    r"f(x) = \sum_{k=0}^{n} \frac{f^{(k)}(a)}{k!} (x - a)^k",
    r"\nabla \times \mathbf{E} = -\frac{\partial \mathbf{B}}{\partial t}",
    r"i\hbar \frac{\partial}{\partial t} \Psi = \hat{H} \Psi",
    r"\mathcal{L}(\theta) = -\sum_{i=1}^{N} \log p(x_i \mid \theta)",
    r"A = \begin{pmatrix} a & b \\ c & d \end{pmatrix}",
    r"B = \begin{bmatrix} 1 & 0 & 0 \\ 0 & 1 & 0 \\ 0 & 0 & 1 \end{bmatrix}",
    r"|x| = \begin{cases} x & x \geq 0 \\ -x & x < 0 \end{cases}",
    r"\det(A) = \begin{vmatrix} a & b \\ c & d \end{vmatrix} = ad - bc",
    r"\left( \frac{a}{b} \right)^2 = \frac{a^2}{b^2}",
    r"\left[ \sum_{i} x_i \right]^{1/2} \leq \sqrt{n}",
    r"\sqrt[3]{x^3 + y^3} \neq x + y",
    r"\frac{1}{1 + \frac{1}{1 + x}} < 1",
    r"x_{i_j}^{2} + y^{a^b} = z_{n+1}",
    r"\alpha \beta \gamma \delta \epsilon \zeta \eta \theta = \lambda",
    r"\mathbb{R} \subset \mathbb{C} \ni z \mapsto \bar{z}",
    r"\forall \varepsilon > 0 \exists \delta > 0",
    r"\hat{x} + \tilde{y} + \vec{v} + \dot{q} + \ddot{q} = 0",
    r"\overline{z_1 + z_2} = \overline{z_1} + \overline{z_2}",
    r"\max_{x \in X} f(x) = \min_{y \in Y} g(y)",
    r"\bigcup_{i \in I} A_i \subseteq \bigcap_{j \in J} B_j",
    r"\oint_C F \cdot dr = \iint_S (\nabla \times F) \cdot dS",
    r"\frac{d}{dx} \int_a^x f(t) dt = f(x)",
    r"P(A \mid B) = \frac{P(B \mid A) P(A)}{P(B)}",
    r"\mathbb{E}[X] = \int_{-\infty}^{\infty} x f(x) dx",
    r"\sigma^2 = \frac{1}{N} \sum_{i=1}^{N} (x_i - \mu)^2",
    r"\text{softmax}(z)_i = \frac{e^{z_i}}{\sum_{j=1}^{K} e^{z_j}}",
    r"\left\| \sum_{i=1}^n x_i \right\| \leq \sum_{i=1}^n \| x_i \|",
    r"\lfloor x \rfloor \leq x < \lceil x \rceil + 1",
    r"\langle u, v \rangle = \sum_{i} u_i \overline{v_i}",
    r"f'(x) = \lim_{h \to 0} \frac{f(x+h) - f(x)}{h}",
    r"f''(x) + \omega^2 f(x) = 0",
    r"x \in A \cap B \iff x \in A \wedge x \in B",
    r"\underbrace{a + b + c}_{n} = \overbrace{d + e}^{m}",
    r"\widehat{xyz} = \widetilde{abc}",
    r"\Gamma(z) = \int_0^\infty t^{z-1} e^{-t} dt",
    r"\Delta u = \frac{\partial^2 u}{\partial x^2} + \frac{\partial^2 u}{\partial y^2}",
    r"\theta_{t+1} = \theta_t - \eta \nabla_\theta J(\theta_t)",
    r"Q K^T / \sqrt{d_k}",
    r"\mathrm{Attention}(Q, K, V) = \mathrm{softmax} \left( \frac{Q K^T}{\sqrt{d_k}} \right) V",
    r"a_1, a_2, \ldots, a_n \in \mathfrak{g}",
    r"x_1 + x_2 + \cdots + x_n \equiv 0",
    r"\{ x \in \mathbb{N} : x^2 \leq 10 \}",
    r"y = \sum_{\substack{i=1}}^{n} w_i x_i + b",
    r"\left\{ \frac{a}{b} \right\} \cup \emptyset",
    r"p \Rightarrow q \Leftrightarrow \neg p \vee q",
    r"H(X) = -\sum_{x} p(x) \log_2 p(x)",
    r"D_{\mathrm{KL}}(P \| Q) = \int p \log \frac{p}{q}",
    r"\frac{\partial L}{\partial w_{ij}} = \sum_k \delta_k w_{jk} x_i",
    r"\arg\min_{w} \| Xw - y \|_2^2 + \lambda \| w \|_1",
    r"\int_0^1 \int_0^{1-x} f(x,y) dy dx",
    r"10^{-3} \times 2.5 = 0.0025 \pm \varepsilon",
    r"T(n) = O(n \log n) + \Theta(n^{3/2})",
    r"\mathbf{y} = \mathbf{W} \mathbf{x} + \mathbf{b}",
    r"\sum_{i=1}^{n} \sum_{j=1}^{m} a_{ij} = \sum_{j=1}^{m} \sum_{i=1}^{n} a_{ij}",
    r"\begin{pmatrix} a_{11} & \cdots & a_{1n} \\ \vdots & \ddots & \vdots \\ a_{m1} & \cdots & a_{mn} \end{pmatrix}",
    r"\binom{n}{k} = \frac{n!}{k!(n-k)!}",
    r"\sum_{\substack{i=1 \\ i \neq j}}^{n} a_i \overset{\text{def}}{=} b \cong c",
    r"\mathbb{P}\left( \left| \frac{1}{n}\sum_{i=1}^n X_i - \mu \right| > \varepsilon \right) \leq \frac{\sigma^2}{n}",
)
LINES = (
    r"\begin{align*} f(x) &= (x + 1)^2 \\ &= x^2 + 2x + 1 \end{align*}",
    r"\begin{align*} \frac{a}{b} &= c + d \\ e^{x} &\leq \sqrt{f} \end{align*}",
)
INLINE = (
    r"x",
    r"x^2",
    r"f(x) = 0",
    r"\alpha",
    r"n \to \infty",
    r"x \in \mathbb{R}^n",
    r"\sum_{i=1}^n a_i",
    r"\frac{a}{b}",
    r"\sqrt{2x}",
    r"\theta_0",
    r"p(x \mid y)",
    r"O(n \log n)",
    r"\|x\| \leq 1",
    r"\hat{\beta}",
    r"k = 10",
    r"(x, y)",
    r"A \subseteq B",
    r"\mathcal{D}",
    r"\lambda > 0",
    r"\ell_2",
    r"x_i^{(t)}",
    r"f: X \to Y",
    r"\nabla f",
    r"e^{-\lambda t}",
    r"\mathbf{w}^T \mathbf{x}",
    r"\lim_{n \to \infty} a_n",
    r"a_{ij}",
    r"\bar{x}",
    r"\sin \theta",
    r"\{0, 1\}^n",
)
PROSE = (
    "The following statement is well known and will be used in what follows without any further comment",
    "We recall the definition of the quantity that was introduced in the previous section of this paper",
    "It follows from the assumption that the estimate holds for every choice of the free parameters below",
    "Note that this identity is stable under small perturbations and does not depend on the chosen basis",
)


@dataclass(frozen=True, slots=True)
class Style:
    """A document's class and packages."""

    name: str
    options: str
    packages: str
    number: bool = False
    dvips: bool = False


CM = Style("cm", "10pt", r"\usepackage{amsmath,amssymb}")


def source_of(style: Style, displays: Sequence[str], inline: Sequence[str]) -> str:
    parts = []
    for n, (display, formula) in enumerate(zip(displays, inline, strict=True)):
        name = "equation" if style.number and n % 2 else "equation*"
        shown = display if display.startswith("\\begin{align") else f"\\begin{{{name}}}{display}\\end{{{name}}}"
        parts.append(f"{PROSE[n % 4]}, where ${formula}$ is as it was given before, so that we have\n{shown}")
    return (
        rf"\documentclass[{style.options}]{{article}}{style.packages}\begin{{document}}"
        + "\n\n".join(parts)
        + r"\end{document}"
    )


def typeset(source: str, path: Path) -> Path:
    with tempfile.TemporaryDirectory() as folder:
        tex = Path(folder, "page.tex")
        tex.write_text(source)
        dateless = r"\pdfinfoomitdate=1\pdftrailerid{}\pdfsuppressptexinfo=-1\input{page}"
        subprocess.run(["pdflatex", "-interaction=batchmode", dateless], cwd=folder, check=True, capture_output=True)
        path.write_bytes(tex.with_suffix(".pdf").read_bytes())
    return path


def typeset_by_dvips(source: str, path: Path) -> Path:
    with tempfile.TemporaryDirectory() as folder:
        tex = Path(folder, "page.tex")
        tex.write_text(source)
        for command in (["latex", "-interaction=batchmode", "page"], ["dvips", "-q", "page"], ["ps2pdf", "page.ps"]):
            subprocess.run(command, cwd=folder, check=True, capture_output=True)
        with pikepdf.open(tex.with_suffix(".pdf")) as pdf:
            del pdf.docinfo
            del pdf.Root.Metadata
            pdf.save(path, deterministic_id=True)
    return path


_SAME = {
    "−": "-",
    "∣": "|",
    "ǀ": "|",
    "‖": "∥",
    "∥": "∥",
    "*": "∗",
    "⋯": "…",
    "⟩": "〉",
    "⟨": "〈",
    "ϵ": "ε",
    "→": "→",
    "′": "'",
    "″": "''",
}


def tree(latex: str) -> str:
    """A formula's structure and signs, without grouping, spaces, kinds of letters' elements and sizes."""
    source = re.sub(r"\\tag\*?\{[^}]*\}", "", latex)
    source = re.sub(
        r"\\(?:begin|end)\{(?:align\*?|aligned|array)\}(?:\{[lcr]+\})?",
        lambda m: m[0].split("{")[0] + "{matrix}",
        source,
    )
    source = source.replace("&=", "& =").replace("\\iint", "\\int\\int").replace("\\operatorname*", "\\operatorname")
    source = re.sub(r"\\(?:substack|quad|qquad|(?:big|Big)g?[lrm]?)(?![A-Za-z])", " ", source)
    try:
        root = ET.fromstring(convert(source.replace("<", "\\lt ")))
    except Exception as error:  # noqa: BLE001
        return f"unreadable {error}"
    return "".join(_walk(root))


_LEAVES = ("mi", "mo", "mn", "mtext", "ms")
_STRUCTURES = {
    "mfrac",
    "msqrt",
    "mroot",
    "msub",
    "msup",
    "msubsup",
    "munder",
    "mover",
    "munderover",
    "mtable",
    "mtr",
    "mtd",
}
_SCRIPTS = {"munder": "msub", "mover": "msup", "munderover": "msubsup"}


def _walk(element: ET.Element) -> Iterator[str]:
    tag = element.tag.rpartition("}")[2]
    if tag in _LEAVES:
        for sign in (element.text or "").replace("\u00a0", " "):
            if not sign.isspace() and sign not in "\u2061\u2062\u200b":
                yield _SAME.get(sign, sign)
        return
    if tag == "mspace":
        return
    inner = ["".join(_walk(child)) for child in element]
    if tag in _STRUCTURES:
        between = "" if tag in ("mtable", "mtr", "mtd", "msqrt") else ","
        yield f"{_SCRIPTS.get(tag, tag)}({between.join(inner)})"
    else:
        yield from inner


PROSE_PAGE = r"""\documentclass[10pt]{article}
\begin{document}
\section{Introduction}
The price rose from \$25 to \$40 in 2013, by about 60\,\% (or $\pm 5$\,\%) of the total; it was $-20$ degrees at night
and 10--15 by day. We used $10^{-3}$ mol of the acid, 25 m$^2$ of land and CO$_2$ as a gas. Results with $\leq 5$\,\%
are marked with an asterisk*, those of Smith$^{1,2}$ and Jones$^{\dagger}$ are not. A range of $5 \times 10^{6}$ to
$7 \cdot 10^{6}$ cells was used; see [12, 13] and (a) to (c). The ratio is 3:1 or 1/2; the score was $\geq 90$, and the
arrow $\rightarrow$ means next.
\begin{itemize}
\item first point with \emph{emphasis} and \textbf{bold text}
\item second point, 100 \% sure
\end{itemize}
\begin{tabular}{lrr}
\hline
Article & Price & Change \\ \hline
Oak board & 12.50 & $-3.5$ \\
Brass screw & 0.08 & $+1.2$ \\
Wood glue & 14.95 & $\pm 0.0$ \\ \hline
\end{tabular}
\begin{verbatim}
for (int i = 0; i < n; i++) {
    sum += a[i] * b[i];
}
\end{verbatim}
\end{document}"""

ARTICLE_PAGE = r"""\documentclass[10pt]{article}
\usepackage{amsmath,amssymb}
\begin{document}
\section{The $k$-means problem}
Let $X = (x_1, x_2, \ldots, x_n)$ be a sample of size $n$ from the distribution $F_\theta$, i.e.\ that
$X_i \sim F_\theta$ for all $i \in \{1, \ldots, n\}$. An $n$-th root of $z$ is $\sqrt[n]{z}$; the mean is $\bar{x} =
\frac{1}{n}\sum_{i=1}^n x_i$ and its variance $\sigma^2/n$ (with $\sigma > 0$). If $p<0.05$, then $H_0$ is rejected; see
Smith (2013) and the cost of \$5 or $c(n) = O(n^2)$. The $\chi^2$-test uses $\alpha=0.05$; so $e^{-x^2/2}$, $\log_2 n$,
$\max_i a_i$ and $\mathrm{d}x$, $f''(x)$, $\vec{v} \cdot \mathbf{u}$, $x \notin S$, $\tfrac{1}{2}$.
By Lemma 3: $a = b$.
\begin{itemize}
\item The set $\mathbb{N}$ of numbers $n \geq 0$.
\end{itemize}
\begin{tabular}{|l|c|c|}\hline
Method & $\alpha$ & $R^2$ \\\hline
Lasso & $\lambda = 0.1$ & 0.93 \\\hline
Ridge & $|\lambda| < 1$ & 0.91 \\\hline
\end{tabular}
\end{document}"""


# Scripts before their signs, which have no certain reading.
UNCERTAIN_PAGE = r"""\documentclass[10pt]{article}
\usepackage{amsmath}
\begin{document}
The product that follows is set with scripts on both of its sides, as some books on tensors do.
\[ \sideset{_a^b}{_c^d}\prod_{i} \frac{x}{y} = {}_{p}^{q}\int_{D} \frac{1}{2} \]
The prose behind it goes on as if nothing had happened, and is to be found in the result as well.
\end{document}"""


# A comma that stands between a fraction's lines, far from its equation's number; limits of two operators side by side.
NUMBERED_PAGE = r"""\documentclass[10pt]{article}
\usepackage{amsmath}
\begin{document}
The two equations that follow have numbers of their own, as the last one of this page has.
\begin{align} \lambda_2 &= 1-\inf_{f}\frac{E(f,f)}{V(f)},\\
\int_0^\infty e^{-\alpha x^2}dx &= \frac12\sqrt{\frac{\pi}{\alpha}}. \end{align}
The prose between them goes on as if nothing had happened, and is to be found in the result as well.
\begin{equation} \lim_{n\to\infty} \sup_{k\geq n} a_k = \max_{i} \min_{j<i} b_{ij} \end{equation}
\end{document}"""
NUMBERED = (
    r"\lambda_2 = 1-\inf_{f}\frac{E(f,f)}{V(f)},",
    r"\int_0^\infty e^{-\alpha x^2}dx = \frac12\sqrt{\frac{\pi}{\alpha}}.",
    r"\lim_{n\to\infty} \sup_{k\geq n} a_k = \max_{i} \min_{j<i} b_{ij}",
)

# What papers have besides: the source of each display, and the LaTeX of each formula in it. amsart sets the numbers at
# the left.
CONSTRUCTIONS = (
    (r"\[ e^{\binom{n}{2}} + 2^{\binom{n}{k}} = 0 \]", (r"e^{\binom{n}{2}} + 2^{\binom{n}{k}} = 0",)),
    (
        r"\begin{multline} \int_0^1 \left( f(x) + g(x) + h(x) \right)^2 dx + \sum_{i=1}^n a_i b_i c_i d_i + \alpha"
        r" + \beta + \gamma + \delta \\ + \lambda_1 \lambda_2 + \mu_1 \mu_2 = \Lambda \end{multline}",
        (
            r"\begin{aligned} \int_0^1 ( f(x) + g(x) + h(x) )^2 dx + \sum_{i=1}^n a_i b_i c_i d_i + \alpha"
            r" + \beta + \gamma + \delta \\ + \lambda_1 \lambda_2 + \mu_1 \mu_2 = \Lambda \end{aligned}",
        ),
    ),
    (
        r"\[ \underbrace{x_1 + \cdots + x_n}_{n \text{ times}} + \overbrace{a + b}^{\text{sum}} = c \]",
        (r"\underbrace{x_1 + \cdots + x_n}_{n \text{ times}} + \overbrace{a + b}^{\text{sum}} = c",),
    ),
    (
        r"\[ X \xrightarrow{f} Y \xleftarrow{g} Z, \qquad A \xrightarrow[\beta]{\alpha} B \]",
        (r"X \xrightarrow{f} Y \xleftarrow{g} Z, \qquad A \xrightarrow[\beta]{\alpha} B",),
    ),
    (
        r"\[ \phi = 1 + \cfrac{1}{1 + \cfrac{1}{1 + \cfrac{1}{1 + \cdots}}} \]",
        (r"\phi = 1 + \frac{1}{1 + \frac{1}{1 + \frac{1}{1 + \cdots}}}",),
    ),
    (
        r"\begin{align} f(x) &= (x+1)^2 - 1 && \text{by definition} \\ &= x^2 + 2x && \text{by (1).} \end{align}",
        (
            r"f(x) = (x+1)^2 - 1 \text{by definition}",
            r"= x^2 + 2x \text{by } (1).",
        ),
    ),
    (
        r"\begin{equation} \begin{split} H &= \sum_{l=0}^n (n-l)^{p} \\ &\quad + \sum_{i=1}^n \alpha_i \end{split}"
        r" \end{equation}",
        (r"\begin{aligned} H & = \sum_{l=0}^n (n-l)^{p} \\ & + \sum_{i=1}^n \alpha_i \end{aligned}",),
    ),
    (
        r"\[ p = \begin{cases} P, & \text{if } \frac{g_1}{\sigma_1^2} > \frac{g_2}{\sigma_2^2},"
        r" \\ 0, & \text{otherwise.} \end{cases} \]",
        (
            r"p = \begin{cases} P, & \text{if } \frac{g_1}{\sigma_1^2} > \frac{g_2}{\sigma_2^2},"
            r" \\ 0, & \text{otherwise} . \end{cases}",
        ),
    ),
    (
        r"\begin{gather} \iint_D f \, dA = \int_a \int_b f, \qquad E = 13.6\,\mathrm{eV} \\ \min_x f(x) \quad"
        r" \text{s.t.} \quad x \geq 0 \end{gather}",
        (
            r"\iint_D f dA = \int_a \int_b f, \qquad E = 13.6 \mathrm{eV}",
            r"\min_x f(x) \quad \text{s.t.} \quad x \geq 0",
        ),
    ),
)

# What is higher than the delimiters around it, and brackets of several lines under each other.
HIGHER = (
    (
        r"\begin{align*} \Big\| \sum_{j=1}^n x_j \Big\|_{L^p} &\leq \big( \max_{1 \leq i \leq m} a_i \big)^{1/2}"
        r" + \frac{d}{m} \\ &\leq \Big\| \sum_{j=1}^n y_j - \frac{s}{m} I \Big\|_{L^p}^{2} \end{align*}",
        (
            r"\begin{aligned} \Big\| \sum_{j=1}^n x_j \Big\|_{L^p} &\leq \big( \max_{1 \leq i \leq m} a_i"
            r" \big)^{1/2} + \frac{d}{m} \\ &\leq \Big\| \sum_{j=1}^n y_j - \frac{s}{m} I \Big\|_{L^p}^{2}"
            r" \end{aligned}",
        ),
    ),
    (
        r"\begin{align*} &\sum_{0 \leq k \leq n} (-1)^k \binom{n}{k} k^l \\[-4pt] &= -\sum_{0 \leq j \leq n}"
        r" \binom{n}{j} \binom{j}{2} + \prod_{i=1}^n a_i \\[-4pt] &\quad \cdot V(x_1 - k_1) \end{align*}",
        (
            r"\begin{aligned} \sum_{0 \leq k \leq n} (-1)^k \binom{n}{k} k^l \\ = -\sum_{0 \leq j \leq n} \binom{n}{j}"
            r" \binom{j}{2} + \prod_{i=1}^n a_i \\ \cdot V(x_1 - k_1) \end{aligned}",
        ),
    ),
)


# Lines whose high signs reach near the line above: integrals under fractions, limits and superscripts between lines,
# rules over letters under a line.
ALIGNED = tuple(
    (rf"\begin{{align*}} {lines} \end{{align*}}", (rf"\begin{{aligned}} {lines} \end{{aligned}}",))
    for lines in (
        r"\frac{d}{dx} (f + g) &= \frac{df}{dx} + \frac{dg}{dx} \\ \int (f + g) dx &= \int f dx + \int g dx \\"
        r" A \cap (B \cup C) &= (A \cap B) \cup (A \cap C) \\ \overline{A \cup B} &= \overline{A} \cap \overline{B}",
        r"\int_0^1 g(t) dt &= \int f dx + \int g dx \\ &\geq c^2 \\ \overline{z} &= \sum_{j=1}^{m} a_j b_j \\"
        r" &\leq \prod_{i} \overline{x_i} \\ &\approx \overline{f(x)} g(x)",
        r"\sup_{x \in X} f(x) &\leq x_i - \eta \nabla f(x_i) \\ &< \frac{\overline{a}}{\overline{b}} \\"
        r" P(A \mid B) &= \sum_{\substack{i=1 \\ i \neq j}}^{n} a_i \\ &= \int_a^b \frac{dt}{t} + \sqrt{\frac{x}{y}}",
    )
)


# Rules and scripts that stand near what they do not belong to, and displays that begin with a function's name.
COMBINED = tuple(
    (rf"\[ {latex} \]", (latex,))
    for latex in (
        r"a^1 \sqrt{x^2 + y} + x^2 \sqrt{y} = \sqrt[3]{z} Y_t^{i,j} \sqrt{N}",
        r"\frac{a + \lfloor b \rfloor}{\overline{z} + \sqrt{y}} = \frac{\overline{ab}}{c} + \frac{c}{\overline{ab}}",
        r"\min_x \overline{\int_0^1 k y} \leq \overline{\left| x \right|} + \left| z \overline{y_n^{1/2} z} \right| w",
        r"\det (k \omega) \subset \exp (z_j^2)",
        r"B_\ast^{2} + c_\ast \log (\mathbf{x}) = Y^\ast",
    )
)


# Rows of matrices and cases that stand close: scripts, fractions and integrals of one near those of the next.
ROWS = (
    r"z = \begin{Bmatrix} b_{k+1} & m & B \\ B & -1 & y_0 \\ x_i & \frac{k}{t} & c \end{Bmatrix}",
    r"c_\alpha = \begin{pmatrix} \frac{t}{v} & t \\ a_j & \frac{\alpha}{u} \\ b & \frac{\sigma}{m} \end{pmatrix}",
    r"Y = \begin{bmatrix} B & \frac{m}{a} \\ \frac{m}{y} & \frac{A}{b} \end{bmatrix}",
    r"g = \begin{pmatrix} g \\ \frac{u}{A} \\ \tilde{y} \end{pmatrix}",
    r"y = \begin{cases} \int_{-\infty}^{\infty} m N \cap \overline{X^{k+1} m} y^{n-1} & \text{if } T > 0 \\"
    r" t \frac{y^{1/2}}{42 a n}, & \text{if } \pi > v \end{cases}",
    r"x = \begin{cases} \sum_{i=1}^n b_i & \text{if } a > 0 \\ \int_0^1 b & x = 1 \\"
    r" \max_i c & x \leq T \\ v Y_{i,j}^{k+1} & x > T \end{cases}",
)


# Conditions of nothing but words, far behind their cases; the point of the line behind them all.
CONDITIONS = (
    r"(w(a), w(-1 - a)) = \begin{cases} (w(a), 0) & \text{if } w(a) > 0, \\ (w(a), w(a)) & \text{if } w(a) < 0, \\"
    r" (0, w(b)) & \text{if } a = -1 + b, w(b) > 0, \\ (0, 0) & \text{otherwise.} \end{cases}.",
    r"f(x, y) = \begin{cases} x^2 + 2 x y + y^2 & \text{if } x > y, \\ 0 & \text{otherwise.} \end{cases}",
    r"g(n) = \begin{cases} \frac{n}{2} & \text{for all others,} \\"
    r" 3 n + 1 + \sqrt{n + 4} & \text{if } n > 1 \end{cases},",
)


# Formulas in frames and in the cells of tables, in type of 12 and 10 points whose large signs have 10 in both.
FRAMES_PAGE = r"""\documentclass[12pt]{article}
\usepackage[cmex10]{amsmath}
\begin{document}
The update of the parameters that follows from what was said before is the one that stands in this frame.
\[ \boxed{\theta_j \leftarrow \theta_j + \alpha \sum_{i=1}^m \left[ y_i - h(x_i) \right] x_{ij}} \]
The weights of the examples are those of the frame that follows, and the sum is in a fraction's lower half.
{\small \[ \boxed{w(x) = \exp \left( -\frac{(x - y)^2}{2 \tau^2} \right)} \qquad
\phi_i = \frac{\exp(\theta_i)}{\displaystyle\sum_{j=1}^K \exp(\theta_j)} \]}
The distributions that are used most are those of the two tables that follow, the second one without rules.

\bigskip\noindent\renewcommand{\arraystretch}{1.6}
\begin{tabular}{|l|c|c|}\hline
Distribution & $a(\eta)$ & $b(y)$ \\\hline
Gaussian & $\frac{\eta^2}{2}$ & $\frac{1}{\sqrt{2\pi}} \exp \left( -\frac{y^2}{2} \right)$ \\\hline
Poisson & $e^\eta$ & $\frac{1}{y!}$ \\\hline
\end{tabular}

\bigskip\noindent
\begin{tabular}{lccc}\hline
Name & Mean & Variance & Tail \\\hline
Uniform & $\frac{a+b}{2}$ & 12.5 & $\frac{1}{x}$ \\
Beta & $\frac{\alpha}{\alpha+\beta}$ & 13.5 & $\frac{2}{x}$ \\
Gamma & $\frac{\alpha}{\beta}$ & 14.5 & $\frac{3}{x}$ \\\hline
\end{tabular}
\end{document}"""
FRAMES = (
    r"\theta_j \leftarrow \theta_j + \alpha \sum_{i=1}^m \left[ y_i - h(x_i) \right] x_{ij}",
    r"w(x) = \exp \left( -\frac{(x - y)^2}{2 \tau^2} \right) \qquad"
    r" \phi_i = \frac{\exp(\theta_i)}{\sum_{j=1}^K \exp(\theta_j)}",
)


# Limits over and under operators in running text, where LaTeX would set them beside these.
LIMITS_PAGE = r"""\documentclass[10pt]{article}
\begin{document}
\noindent The sum of the products of all numbers that were chosen, which are even or odd, is zero here, that is
$\sum\limits_{0 \leq i \leq n} (-1)^i x_i = 0$ for any of the numbers that were chosen, as it follows from the theory,
so that either it or $\sum\limits_{k=1}^{n} a_k$ is zero, and the prose goes on with words that are of no formula.
\end{document}"""
LIMITS = (r"\sum_{0 \leq i \leq n} (-1)^i x_i = 0", r"\sum_{k=1}^{n} a_k")


# Displays that begin with the name of a function or have words of names alone, arrows of two glyphs, and an integral of
# Palatino, whose slanted sign has its limits in its own box.
NAMES_PAGE = r"""\documentclass[10pt]{article}
\usepackage{amsmath}\usepackage{newpxtext,newpxmath}
\begin{document}
\small\noindent The estimate that follows from all that was said before holds for the integral of each function, where
$\int_0^1 f$ is what it was before.
\[ \tilde{O}(n^{2.5} \exp^2 n) \]
\noindent It is known that the variance of a number is the one that stands here,
\[ \mathrm{Var}(X) = \mathbb{E}[X^2] - (\mathbb{E} X)^2 \]
\noindent and that these two divide the product of the two numbers that were chosen,
\[ \gcd(a, b) \cdot \mathrm{ord}(a, b) = ab \]
\noindent and that there are maps of the kind that follows, all of which are injective,
\[ \mathrm{Hom}(X, Y) \ni f: X \hookrightarrow Y \hookleftarrow Z \]
\end{document}"""
NAMES = (
    r"\tilde{O}(n^{2.5} \exp^2 n)",
    r"\operatorname{Var}(X) = \mathbb{E}[X^2] - (\mathbb{E} X)^2",
    r"\gcd(a, b) \cdot \operatorname{ord}(a, b) = ab",
    r"\operatorname{Hom}(X, Y) \ni f: X \hookrightarrow Y \hookleftarrow Z",
)
NAMES_INLINE = (r"\int_0^1 f",)


# Rules as dvips draws them, each an image of one pixel.
DVIPS_PAGE = r"""\documentclass[10pt]{article}
\begin{document}
The rules of fractions and roots are images in what dvips writes, as it does for all papers with old figures.
\[ x = \frac{-b \pm \sqrt{b^2 - 4ac}}{2a} \]
The prose behind it has $\frac{1}{2}$ in it, and goes on as if nothing had happened.
\end{document}"""
DVIPS = (r"x = \frac{-b \pm \sqrt{b^2 - 4ac}}{2a}",)


def constructions_page(constructions: Sequence[tuple[str, Sequence[str]]] = CONSTRUCTIONS) -> str:
    parts = (f"{PROSE[n % 4]}.\n{source}\n" for n, (source, _) in enumerate(constructions))
    inline = r"The inline matrix $\left(\begin{smallmatrix} a & b \\ c & d \end{smallmatrix}\right)$ ends the page."
    packages = r"\usepackage{amssymb}\begin{document}"
    return rf"\documentclass[9pt]{{amsart}}{packages}" + "\n".join(parts) + inline + r"\end{document}"


# A display whose full stop stands in the row of a matrix of the other column.
COLUMNS_PAGE = r"""\documentclass[10pt,twocolumn]{article}
\usepackage{amsmath,amssymb}
\begin{document}
Then, with a probability that tends to one as the number of vertices grows, it is known for all the graphs that were
considered above that the following equation holds, the proof of which is in the book that was cited.
\begin{equation*} \chi(G(n,p))=\left(\frac12+o(1)\right)\frac{n}{\log_{b}n},\qquad b=\frac1{1-p}. \end{equation*}
This is the end of the first column of the page, and the second one follows, with a matrix in it at the height of the
equation, as it may happen in any paper.
\newpage
\noindent The matrix of the system of equations is written here in the second column, beside the equation of the
first, so that a row of it is level with the full stop of that. It is as follows, and has dots in it.\vspace{4pt}
\[ M=\begin{bmatrix} 1&-1&0&\cdots&0\\ 0&1&-1&\cdots&0\\ \vdots&\vdots&\ddots&\ddots&\vdots\\ 0&0&\cdots&1&-1
\end{bmatrix}\in\mathbb{R}^{(n-1)\times n}. \]
Its singular values are well known, and are given in the book that was cited above, where there are also others.
\end{document}"""
COLUMNS = (
    r"\chi(G(n,p))=\left(\frac12+o(1)\right)\frac{n}{\log_{b}n},\qquad b=\frac1{1-p}.",
    r"M=\begin{bmatrix} 1&-1&0&\cdots&0\\ 0&1&-1&\cdots&0\\ \vdots&\vdots&\ddots&\ddots&\vdots\\ 0&0&\cdots&1&-1"
    r"\end{bmatrix}\in\mathbb{R}^{(n-1)\times n}.",
)


# Times, whose italic letters set text and mathematics with one font.
TIMES_PAGE = r"""\documentclass[10pt]{article}
\usepackage{amsmath,amssymb}\usepackage{txfonts}
\begin{document}
\noindent\textit{Let $f$ be a function on the set $X$ such that $f(x) \leq 0$ for all $x \in X$. A set of this life is
in effect a fine selection, as it is said in J. Amer. Math. Soc.\ of the year, and in part (i) of the work cited.}
\begin{equation} \int_0^\infty e^{-\alpha x} dx = \frac12 \sqrt{\frac{\pi}{\alpha}} \end{equation}
The prose goes on in upright letters, and an \emph{emphasised word} of it is no formula.
\[ \mathcal{L}(\theta) = -\sum_{i=1}^{N} \log p(x_i \mid \theta) \neq \hat{y} \cdot \mathbf{E} \]
\end{document}"""
TIMES = (
    r"\int_0^\infty e^{-\alpha x} dx = \frac12 \sqrt{\frac{\pi}{\alpha}}",
    r"\mathcal{L}(\theta) = -\sum_{i=1}^{N} \log p(x_i \mid \theta) \neq \hat{y} \cdot \mathbf{E}",
)
TIMES_INLINE = ("f", "X", r"f(x) \leq 0", r"x \in X")


# Accents as TeX's old encoding has them: glyphs of their own, over or under their letters.
ACCENTS = (
    ('The Gr\\"onwall inequality and the \\v{C}ech complex', "The Grönwall inequality and the Čech complex"),
    (
        'A na\\"{\\i}ve idea of H\\"older, Poincar\\\'e, \\\'Elie Cartan, Erd\\H{o}s and \\AA ngstr\\"om'
        " in Fran\\c{c}ois",
        "A naïve idea of Hölder, Poincaré, Élie Cartan, Erdős and Ångström in François",
    ),
    (
        "\\emph{Ma\\~nana, Dvo\\v{r}\\'ak and Zieli\\'nski \\`a la cr\\^epe, na\\\"{\\i}ve \\\"Ubung}",
        "Mañana, Dvořák and Zieliński à la crêpe, naïve Übung",
    ),
    ("The signs \\\"{} and \\'{} and \\^{} stand a \\^{} b alone", "The signs ¨ and ´ and ˆ stand a ˆ b alone"),
)


def accents_page(preamble: str = "") -> str:
    lines = "\n\n".join(rf"\noindent {source}" for source, _ in ACCENTS)
    return rf"{preamble}\documentclass[10pt]{{article}}\begin{{document}}\pagestyle{{empty}}{lines}\end{{document}}"


# Formulas whose ink is hard to part: lines that nearly touch, a number close behind one, a word in a script, dots over
# capitals, a prime that touches its letter, letters on the bar of a fraction; a page's number under the last.
CLOSE = (
    r"|\nu_1| / \varepsilon \leq \sum_{i=0}^{m} \left| c_i^{(1)} \right| B_i"
    r" + \sum_{j=0}^{n} \widetilde{y}_j(\beta) = \mu_1",
    r"|\nu_2| / \varepsilon \leq \sum_{i=0}^{m} \left| c_i^{(2)} \right| B_i"
    r" + \sum_{j=0}^{n} \widetilde{x}_j(\alpha) = \mu_2",
    r"q^{\mathrm{vol}} = \frac{\dot{R}'}{R} + \frac{R' \ddot{R}}{\dot{R}^2}",
    r"\sum_{d} e\bigl(\tfrac{h(d_1 + d_2 c')}{2^\alpha c'}\bigr) = (-1)^{\frac{c'-1}{2} \frac{d_2 c'-1}{2}}",
    r"\min_{\mathbf{w}, \xi} \frac{1}{2} |\mkern-3mu| \mathbf{w} |\mkern-3mu|"
    r" + \sum_{i, p \in \mathcal{P}(X_i)} \xi_{ip}^{*} > 0",
    r"x_1 + x_2 + x_3 + x_4 + x_5 + x_6 + x_7 + x_8 + x_9 = y_1 + y_2 + y_3 + y_4 + y_5 + y_6 = z_0",
)
CLOSE_PAGE = (
    r"\documentclass[12pt]{article}\usepackage{amsmath,amssymb}\textheight=200mm\begin{document}\noindent"
    rf"\begin{{align}} {CLOSE[0]} \\ {CLOSE[1]} \end{{align}}"
    + "".join(rf"\begin{{equation}} {latex} \end{{equation}}" for latex in CLOSE[2:])
    + r"\end{document}"
)


# Reasons at the right of a derivation's rows; a comma between indices of indices, a brace under a sum with a script of
# a script's letter in a denominator, a full stop behind a fraction; a number with a Roman section, behind a condition.
REASONS = (
    r"\begin{aligned} P(A) & = \sum_{i=1}^n P(A_i) \quad (\text{additivity}) \\"
    r" & \leq \frac{\alpha - \beta}{1 - \beta} \quad (\text{by Lemma } 2) \end{aligned}",
    r"P_{H_{0,j}} \leq \underbrace{\sum_{i=1}^n \frac{\mu_i}{\sigma_i^2}}_{\Lambda(\theta)} + \frac{1}{n + (n - p)}.",
    r"\sum_{i=0}^{6-s} a_{i,i+s} = 2 \qquad (1 \leq s \leq 6).",
)
REASONS_PAGE = (
    r"\documentclass[11pt]{article}\usepackage{amsmath}\renewcommand{\theequation}{II.8}\begin{document}"
    r"The probability of all of them together is no larger than what stands at the end of the second row."
    r"\begin{align*} P(A) &= \sum_{i=1}^n P(A_i) && \text{(additivity)} \\"
    r" &\leq \frac{\alpha - \beta}{1 - \beta} && \text{(by Lemma 2)} \end{align*}"
    r"This is what the following bound says of the hypotheses that were not rejected in the step before it."
    rf"\[ {REASONS[1]} \]"
    r"The sums of the coefficients are known for each of the distances, as the last line of this page says."
    rf"\begin{{equation}} {REASONS[2]} \end{{equation}}\end{{document}}"
)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    pages = [part for group in groups() for part in (source_of(CM, *group), r"\newpage")]
    head, foot = rf"\documentclass[{CM.options}]{{article}}{CM.packages}\begin{{document}}", r"\end{document}"
    bodies = [page.removeprefix(head).removesuffix(foot) for page in pages]
    typeset(head + "\n\n".join(bodies) + foot, FOLDER / "displays.pdf")
    typeset(PROSE_PAGE, FOLDER / "prose.pdf")
    typeset(ARTICLE_PAGE, FOLDER / "article.pdf")
    typeset(UNCERTAIN_PAGE, FOLDER / "uncertain.pdf")
    typeset(NUMBERED_PAGE, FOLDER / "numbered.pdf")
    typeset(constructions_page(), FOLDER / "constructions.pdf")
    typeset(constructions_page(HIGHER), FOLDER / "higher.pdf")
    typeset(constructions_page(ALIGNED), FOLDER / "aligned.pdf")
    typeset(constructions_page(COMBINED), FOLDER / "combined.pdf")
    typeset(source_of(CM, ROWS, INLINE[: len(ROWS)]), FOLDER / "rows.pdf")
    typeset(source_of(CM, CONDITIONS, INLINE[: len(CONDITIONS)]), FOLDER / "conditions.pdf")
    typeset(CLOSE_PAGE, FOLDER / "close.pdf")
    typeset(REASONS_PAGE, FOLDER / "reasons.pdf")
    typeset(TIMES_PAGE, FOLDER / "times.pdf")
    typeset(COLUMNS_PAGE, FOLDER / "columns.pdf")
    typeset(LIMITS_PAGE, FOLDER / "limits.pdf")
    typeset(NAMES_PAGE, FOLDER / "names.pdf")
    typeset(FRAMES_PAGE, FOLDER / "frames.pdf")
    typeset_by_dvips(DVIPS_PAGE, FOLDER / "dvips.pdf")
    typeset(accents_page(), FOLDER / "accents.pdf")
    typeset(accents_page(r"\pdfmapfile{}"), FOLDER / "accents_in_bitmaps.pdf")


def groups() -> Iterator[tuple[list[str], list[str]]]:
    """The formulas of each page: on lines of their own, and in its prose."""
    displays = [*DISPLAYS, *LINES]
    for at in range(0, len(displays), EACH):
        part = displays[at : at + EACH]
        yield part, [INLINE[(at + n) % len(INLINE)] for n in range(len(part))]


if __name__ == "__main__":
    main()
