// Package reference reads references to images, as specs write them and as runtimes report them.
package reference

// Reference is a parsed reference to an image, normalised as container runtimes do: "nginx" is docker.io/library/nginx.
type Reference struct {
	// Registry is the host, in lower case as far as that can be, with a port where there is one: "docker.io". Repository is the path: "library/nginx".
	Registry, Repository string
	// Tag is "" where none is written; Latest tells whether that means latest.
	Tag string
	// Digest is "sha256:…" or "sha512:…"; "" where none is written.
	Digest string
	// Short tells that no registry is written, so that the runtime decides which one it is.
	Short bool
}

const latest = "latest"

// Latest tells that whatever is called latest is run: by its tag, or for want of a tag and a digest. Where a digest is written,
// runtimes go by that and look at no tag.
func (r Reference) Latest() bool { return r.Digest == "" && (r.Tag == "" || r.Tag == latest) }

// Name is the registry with the repository: "docker.io/library/nginx".
func (r Reference) Name() string {
	if r.Registry == "" {
		return r.Repository
	}
	return r.Registry + "/" + r.Repository
}

// Tagged is the name with the tag that a runtime asks a registry for, latest where none is written: "docker.io/library/nginx:1.29".
// Where only a digest is written it is the name alone.
func (r Reference) Tagged() string {
	switch {
	case r.Tag != "":
		return r.Name() + ":" + r.Tag
	case r.Digest != "":
		return r.Name()
	}
	return r.Name() + ":" + latest
}

// String is the whole reference with what is written and nothing added but the registry: "docker.io/library/nginx:1.29@sha256:…".
func (r Reference) String() string {
	s := r.Name()
	if r.Tag != "" {
		s += ":" + r.Tag
	}
	if r.Digest != "" {
		s += "@" + r.Digest
	}
	return s
}
