"""What the public takes away: files of every open dataset and the catalogue of them, made anew after each release."""
