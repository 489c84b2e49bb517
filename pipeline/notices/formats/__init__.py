"""One module per format, recognised by its content, never by file name or date."""
