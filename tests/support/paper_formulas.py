r"""A page of displays as authors of papers write them: operators of their own, words, brackets of chosen sizes.

    python -m tests.support.paper_formulas

writes ``formula_pages/papers.pdf`` anew. Needs pdflatex (Debian: texlive-latex-recommended).
"""

from __future__ import annotations

from tests.support.formula_pages import FOLDER, PROSE, typeset

# What stands in the source, and the LaTeX that is expected.
PAPERS = (
    (
        r"\begin{equation} \operatorname{null}(A[1:k]) \le \operatorname{null}(A[:,1:k]) - 1 \end{equation}",
        r"\text{null} ( A [ 1 : k ] ) \leq \text{ null} ( A [ : , 1 : k ] ) - 1 \tag{1}",
    ),
    (
        r"\begin{align*} \operatorname{null}(D[1:k]) &= k - \operatorname{OPT}^2 \\"
        r" \operatorname{null}(D[:]) &= (3 + \epsilon) \operatorname{OPT} + \alpha . \end{align*}",
        r"\begin{aligned} \text{null} ( D [ 1 : k ] ) & = k - \text{ OPT}^{2} \\"
        r" \text{null} ( D [ : ] ) & = ( 3 + \epsilon ) \text{ OPT } + \alpha . \end{aligned}",
    ),
    (
        r"\[ \mathop{\mathbb{E}}_{x \sim D} f(x) = \operatorname*{\mathbb{E}}_{\xi_i \sim D_i} g(x; \xi_i)"
        r" \leq G^2, \]",
        r"\mathop{\mathbb{E}}_{x \sim D} f ( x ) = \underset{\xi_{i} \sim D_{i}}{\mathbb{E}} g ( x ; \xi_{i} )"
        r" \leq G^{2} ,",
    ),
    (
        r"\[ \frac{\eta}{2} \mathop{\mathbb{E}}_{x} \frac{1}{n} \leq c \mathop{\mathbb{E}}_{x} \mathop{\mathbb{E}}_{y}"
        r" f(y). \]",
        r"\frac{\eta}{2} \mathop{\mathbb{E}}_{x} \frac{1}{n} \leq c \mathop{\mathbb{E}}_{x} \mathop{\mathbb{E}}_{y}"
        r" f ( y ) .",
    ),
    (
        r"\[ \limsup_{\varepsilon \to 0} \frac{a}{b} \geq \liminf_{n \to \infty} a_n . \]",
        r"\limsup_{\varepsilon \rightarrow 0} \frac{a}{b} \geq \liminf_{n \rightarrow \infty} a_{n} .",
    ),
    (
        r"\[ \dot{\gamma}(t) \in J \partial H(\gamma(t)) \text{ almost everywhere,} \]",
        r"\dot{\gamma} ( t ) \in J \partial H ( \gamma ( t ) ) \text{ almost everywhere} ,",
    ),
    (
        r"\[ c(K) = \min \{ A(\gamma) : \gamma \text{ is a closed characteristic on } \partial K \}. \]",
        r"c ( K ) = \min \{ A ( \gamma ) : \gamma \text{ is a closed characteristic on } \partial K \} .",
    ),
    (
        r"\[ \| z \|_{1,2} := \left( \int_0^1 \| z(t) \|^2 dt \right)^{\frac{1}{2}}, \qquad A^\dagger A = I . \]",
        r"\| z \|_{1 , 2} : = \left( \int_{0}^{1} \| z ( t ) \|^{2} d t \right)^{\frac{1}{2}} , \qquad A^{\dagger} A"
        r" = I .",
    ),
    (
        r"\[ \bigl\{ x \in X \bigm| A(x) \in I \bigr\} \cup H\bigl(x(t)\bigr) \subset \biggl( \frac{c}{d} \biggr)^2"
        r" - \left( \delta^2 \right) \]",
        r"\left\{ x \in X \big| A ( x ) \in I \right\} \cup H \bigl( x ( t ) \bigr) \subset"
        r" \biggl( \frac{c}{d} \biggr)^{2} - \left( \delta^{2} \right)",
    ),
    (
        r"\begin{align*} I(H_1,...,H_t) &= \Bigl\| \sum_{j=1}^n x_j \Bigr\| + \biggl( a_1 + \cdots + a_n \\"
        r" &\quad + b_1 + ... + b_n \biggr), \qquad (c_1, \ldots, c_n) . \end{align*}",
        r"\begin{aligned} I ( H_{1} , ... , H_{t} ) & = \Bigl\| \sum_{j = 1}^{n} x_{j} \Bigr\| + \biggl( a_{1} + \cdots"
        r" + a_{n} \\ & \quad + b_{1} + ... + b_{n} \biggr) , \qquad ( c_{1} , \ldots , c_{n} ) . \end{aligned}",
    ),
    (
        r"\[ {\Gamma^\lambda}_{\mu\nu} \coloneqq R_\mu{}^\nu, "
        r" \qquad \hat{\beta} := \operatorname*{arg\,min}_{\beta} f(\beta) \]",
        r"{\Gamma^{\lambda}}_{\mu \nu} \coloneqq {R_{\mu}}^{\nu} ,"
        r" \qquad \hat{\beta} : = \operatorname*{arg\,min}_{\beta} f ( \beta )",
    ),
    (
        r"\[ \underbrace{f(x)}_{\text{empirical risk}} = a_0 + \cfrac{1}{a_1 + \cfrac{1}{a_2 + \cdots}} \]",
        r"\underbrace{f ( x )}_{\text{empirical risk}} = a_{0} + \cfrac{1}{a_{1} + \cfrac{1}{a_{2} + \cdots}}",
    ),
    (
        r"\[ \mathrm{score} = \frac{\mathrm{precision} \cdot \mathrm{recall}}{\mathrm{precision} + \mathrm{recall}} \]",
        r"\text{score } = \frac{\text{precision } \cdot \text{ recall}}{\text{precision } + \text{ recall}}",
    ),
    (
        r"\[ J_{\mathrm{std}}(\partial_{p_i}) = \partial_{q_i}, \qquad A_{\mathrm{max}} = - B \qquad"
        r" (1 \le i \le n). \]",
        r"J_{\text{std}} ( \partial_{p_{i}} ) = \partial_{q_{i}} , \qquad A_{\max} = - B \qquad ( 1 \leq i \leq n ) .",
    ),
    (
        r"\[ \mathbb{R}^2 \stackrel{\tau^{-1}}{\longrightarrow} \xi_y \stackrel{d\Phi_t}{\longrightarrow} Y \]",
        r"\mathbb{R}^{2} \xrightarrow{\tau^{- 1}} \xi_{y} \xrightarrow{d \Phi_{t}} Y",
    ),
)
INLINE_PAPERS = (r"\mathcal{E}^{\dagger}", "S = A_{22}", "D")


def papers_page() -> str:
    parts = "\n".join(f"{PROSE[n % 4]}, so that we have\n{source}\n" for n, (source, _) in enumerate(PAPERS))
    head = r"\documentclass[10pt]{article}\usepackage{amsmath,amssymb,mathtools}\pagestyle{empty}"
    note = r"The set $\mathcal{E}^\dagger$ of Smith$^\dagger$ is that"
    end = r"\noindent where $S = A_{22}$. $D$ holds \[ A = B \]"
    return rf"{head}\begin{{document}}{parts}{note}" + "\n\n" + rf"{end}\end{{document}}"


if __name__ == "__main__":
    typeset(papers_page(), FOLDER / "papers.pdf")
