"""What a window's posts are about."""

from fedilens.topics.clustering import find_clusters

__all__ = ["find_clusters"]
