/** The few kinds of regions that colours tell apart. */

const KINDS: Record<string, string> = {
  doc_title: "title",
  paragraph_title: "title",
  figure_title: "title",
  table_title: "title",
  chart_title: "title",
  table: "table",
  image: "figure",
  chart: "figure",
  seal: "figure",
  header_image: "margin",
  footer_image: "margin",
  formula: "formula",
  display_formula: "formula",
  inline_formula: "formula",
  formula_number: "formula",
  number: "margin",
  footnote: "margin",
  header: "margin",
  footer: "margin",
  aside_text: "margin",
};

export const kindOf = (label: string): string => KINDS[label] ?? "text";
