package model

// ScanTarget is one image to be scanned on demand.
type ScanTarget struct {
	// Digest is the one that runs: "sha256:…"; Reference is what to ask a scanner for: "docker.io/library/nginx:1.29@sha256:…".
	Digest, Reference string
	// Platform is that of the nodes that run it: "linux/amd64"; "" where that is not known. An index has an image for each.
	Platform string
	// Pulled tells that a runtime has pulled it from the registry of Reference: it is no address that only somebody has written into a spec.
	Pulled bool
}

// ScanProgress tells how scanning on demand goes.
type ScanProgress struct {
	Target ScanTarget
	// Done and All count targets; Running lists the references of those in work.
	Done, All int
	Running   []string
	// Err is why this one gave no result; nil where it did or is not over.
	Err error
	// Cached tells that a former result was taken.
	Cached bool
}
