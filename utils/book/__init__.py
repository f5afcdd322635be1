"""The book: the course as a site to read, search and print, made from the solved notebooks."""
