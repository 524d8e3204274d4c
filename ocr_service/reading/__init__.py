"""The pages of one document from file to result: the pipeline, the readers, the tasks of a page worker.

Jobs, queues and HTTP belong above; how one region is read belongs in vlm/ and tesseract/.
"""
