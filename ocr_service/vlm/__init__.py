"""One region to the vision-language model and back: crop, prompt, scheduler, client, checks, content.

The server's start belongs in launcher/, Markdown of whole documents in export/.
"""
