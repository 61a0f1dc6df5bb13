// The dataset page: what was asked is told to who cannot see it change, and charts are drawn when they come into view.
