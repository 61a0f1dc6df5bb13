"""The public portal: a Django site that reads the warehouse's schema `portal` as a reader, and nothing else of it."""
