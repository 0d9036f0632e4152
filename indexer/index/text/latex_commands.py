"""What the LaTeX commands of titles and abstracts stand for: the commonest, one table a kind."""

from __future__ import annotations

_GREEK = (
    "alpha α beta β gamma γ delta δ epsilon ϵ varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι kappa κ "
    "varkappa ϰ lambda λ mu μ nu ν xi ξ omicron ο pi π varpi ϖ rho ρ varrho ϱ sigma σ varsigma ς tau τ "
    "upsilon υ phi ϕ varphi φ chi χ psi ψ omega ω Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ "
    "Upsilon Υ Phi Φ Psi Ψ Omega Ω digamma ϝ"
)
_LETTERS = (
    "ell ℓ hbar ℏ imath ı jmath ȷ aleph ℵ beth ℶ wp ℘ Re ℜ Im ℑ o ø O Ø l ł L Ł ae æ AE Æ oe œ OE Œ ss ß "
    "aa å AA Å i ı j ȷ dh ð DH Ð dj đ DJ Đ th þ TH Þ ng ŋ NG Ŋ"
)
_SIGNS = (
    "leq ≤ le ≤ geq ≥ ge ≥ leqslant ⩽ geqslant ⩾ ll ≪ gg ≫ neq ≠ ne ≠ equiv ≡ approx ≈ sim ∼ simeq ≃ cong "
    "≅ propto ∝ asymp ≍ lesssim ≲ gtrsim ≳ doteq ≐ lt < gt > prec ≺ succ ≻ preceq ≼ succeq ≽ perp ⊥ "
    "parallel ∥ mid ∣ in ∈ notin ∉ ni ∋ subset ⊂ supset ⊃ subseteq ⊆ supseteq ⊇ subsetneq ⊊ cup ∪ cap ∩ "
    "setminus ∖ backslash \\ emptyset ∅ varnothing ∅ bigcup ⋃ bigcap ⋂ sqcup ⊔ forall ∀ exists ∃ neg ¬ "
    "lnot ¬ wedge ∧ land ∧ vee ∨ lor ∨ times × div ÷ cdot · ast ∗ star ⋆ circ ∘ bullet ∙ pm ± mp ∓ oplus "
    "⊕ otimes ⊗ odot ⊙ ominus ⊖ boxtimes ⊠ bigoplus ⨁ bigotimes ⨂ ltimes ⋉ rtimes ⋊ wr ≀ amalg ⨿ dagger † "
    "ddagger ‡ to → rightarrow → longrightarrow ⟶ leftarrow ← leftrightarrow ↔ Rightarrow ⇒ Leftarrow ⇐ "
    "Leftrightarrow ⇔ iff ⇔ implies ⇒ mapsto ↦ uparrow ↑ downarrow ↓ hookrightarrow ↪ rightharpoonup ⇀ "
    "curvearrowright ↷ nearrow ↗ infty ∞ partial ∂ nabla ∇ sum ∑ prod ∏ coprod ∐ int ∫ oint ∮ sqrt √ "
    "prime ′ angle ∠ triangle △ square □ Box □ langle ⟨ rangle ⟩ lfloor ⌊ rfloor ⌋ lceil ⌈ rceil ⌉ lvert "
    "| rvert | vert | lVert ‖ rVert ‖ Vert ‖ lbrace { rbrace } dots … ldots … cdots ⋯ vdots ⋮ ddots ⋱ top "
    "⊤ bot ⊥ vdash ⊢ models ⊨ sharp ♯ flat ♭ natural ♮ S § P ¶ copyright © pounds £ euro € texttimes × "
    "textmu µ textdegree ° degree ° textasciitilde ~ textbackslash \\ textendash – textemdash — "
    "textquoteright ’ colon : slash / textbar | textless < textgreater > textunderscore _ textregistered "
    "® texttrademark ™"
)


def _pairs(table: str) -> dict[str, str]:
    cells = table.split()
    return dict(zip(cells[::2], cells[1::2], strict=True))


# Letters of words: the space that ends the command is not part of the text (`S\o ren`).
LETTERS = _pairs(_LETTERS)
SYMBOLS = _pairs(_GREEK) | _pairs(_SIGNS)

# Fonts, sizes and accents over formulas: their argument is the text.
TRANSPARENT = frozenset(
    """
    emph textit textbf texttt textrm textsf textsc textsl textup textmd textnormal text mbox hbox fbox
    makebox mathbb mathcal mathbf mathrm mathfrak mathsf mathscr mathit mathtt mathds mathbbm mathnormal
    boldsymbol bm pmb Bbb Cal cal frak bold bf it em rm sf tt sc sl bfseries itshape rmfamily sffamily
    ttfamily scshape upshape normalfont tiny scriptsize footnotesize small normalsize large Large LARGE
    huge Huge displaystyle textstyle scriptstyle scriptscriptstyle bar tilde hat vec dot ddot check
    breve acute grave widetilde widehat overline underline overrightarrow overleftarrow overbrace
    underbrace left right big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr middle limits
    nolimits mathop mathrel mathbin mathord operatorname operatornamewithlimits ensuremath smash phantom
    mathstrut boxed url href footnote enquote uppercase lowercase noindent protect relax stackrel
    textsuperscript textsubscript overset underset xspace Tilde Hat Bar smallskip textquote
    """.split()
)

# Commands that are white space.
SPACES = frozenset(
    """
    quad qquad hspace vspace newline linebreak par item indent medskip bigskip hfill thinspace enspace space
    choose centering maketitle
    """.split()
)

# Names of functions and operators, which stay as words.
NAMES = frozenset(
    """
    log ln lg exp sin cos tan cot sec csc sinh cosh tanh coth arcsin arccos arctan arg max min sup inf
    lim limsup liminf det dim deg ker gcd hom Pr mod bmod pmod rank tr Tr diag sign poly polylog opt
    argmax argmin eps OPT frac tfrac dfrac binom LaTeX TeX BibTeX not over
    """.split()
)

# Lost braces (`\\sqrtT`, `\\mathcalO`): a command that begins with one of these is that one and the rest.
GLUED = (
    "mathcal", "mathbb", "mathbf", "mathrm", "mathsf", "mathfrak", "boldsymbol", "sqrt", "widetilde", "tilde",
    "emph", "textbf", "textit", "text", "log",
)  # fmt: skip

# The accents of words, as combining characters that follow their letter.
ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306", ".": "\u0307",
    '"': "\u0308", "r": "\u030a", "H": "\u030b", "v": "\u030c", "d": "\u0323", "c": "\u0327", "k": "\u0328",
    "b": "\u0331", "t": "\u0361",
}  # fmt: skip
