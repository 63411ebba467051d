"""The explorer: a page in the browser where maps of a model follow its sliders."""
