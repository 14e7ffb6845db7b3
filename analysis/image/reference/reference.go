// Package reference reads references to images, as specs write them and as runtimes report them.
package reference

// Reference is a parsed reference to an image, normalised as container runtimes do: "nginx" is docker.io/library/nginx.
type Reference struct {
	// Registry is the host, with a port where there is one: "docker.io". Repository is the path: "library/nginx".
	Registry, Repository string
	// Tag is "" where none is written; Latest tells whether that means latest.
	Tag string
	// Digest is "sha256:…"; "" where none is written.
	Digest string
	// Short tells that no registry is written, so that the runtime decides which one it is.
	Short bool
}
