"""What kind of line a line is: a caption, code, an entry with leaders, a line of one column.

What lines are together belongs in tables/ and blocks/.
"""
