"""What a window's posts are about, and how that goes on from window to window."""

from fedilens.topics.clustering import find_clusters
from fedilens.topics.communities import centre_of, nearest_centres
from fedilens.topics.labels import terms_of

__all__ = ["centre_of", "find_clusters", "nearest_centres", "terms_of"]
