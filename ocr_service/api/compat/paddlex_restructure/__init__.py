"""PaddleX's ``/restructure-pages``: pages of ``/layout-parsing`` made one text. The shapes of pages are in paddlex/."""
