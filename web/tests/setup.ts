// happy-dom says that it is in quirks mode, in which Temml draws nothing; the page has a doctype.
Object.defineProperty(document, "compatMode", { value: "CSS1Compat" });
