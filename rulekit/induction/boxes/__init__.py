"""The boxes method: find boxes of bin edges with high purity, refine them, and select among them."""
