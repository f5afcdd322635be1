"""The pictures of the chapters: one module a chapter, and what they share."""
