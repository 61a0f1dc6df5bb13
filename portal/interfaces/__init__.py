"""What other programs read: the API, CKAN's read API, SDMX, catalogues and feeds."""
