"""Foreign protocols, one folder each: models (shapes, and what they mean here), mapping (our result to theirs), routes.

What no protocol is stands here: document_jobs (a document becomes a job), request_files and request_answers (batches of
requests in JSON lines), task_ids, page_numbers, error_shapes, long_strings (JSON with many figures or documents);
job_results, json_pieces and answer_files for the answers. What our own API needs too belongs in intake/.
"""
