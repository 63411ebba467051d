"""What the page of the paper says besides its figures and claims."""

from quantsync.papers.paper import Profile

PROFILE = Profile(version="", summary="", coverage={})
