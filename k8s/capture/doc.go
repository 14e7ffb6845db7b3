// Package capture reads clusters from files: manifests, dumps, and the captures that it writes itself from a live cluster.
//
// What is read is somebody else's data, often taken from a cluster that was broken into. Nothing in it is trusted: sizes,
// depths, aliases, ratios and paths are bounded, links are not followed, and a document that does not fit is named and
// skipped while the rest is read.
//
// A Source that was read is also a Writer, in memory only: that makes the demo, the labs and what-if run without a cluster.
package capture
