"""What several reports share: numbers, templates, the law in words, comparisons."""
