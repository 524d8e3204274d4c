"""What PDFium says of a page: glyphs, fonts, objects, annotations, outline. Nothing here is believed or doubted."""
