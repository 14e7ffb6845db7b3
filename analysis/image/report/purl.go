package report

import (
	"net/url"
	"strings"

	"canopy/analysis/image/reference"
)

// purl is a package URL: "pkg:TYPE/NAMESPACE/NAME@VERSION?QUALIFIERS#SUBPATH" (package-url/purl-spec).
type purl struct {
	kind, namespace, name, version string
	qualifiers                     map[string]string
}

// parsePURL reads one; false where the text is none.
func parsePURL(text string) (p purl, ok bool) {
	rest, ok := strings.CutPrefix(text, "pkg:")
	if !ok {
		return p, false
	}
	rest, _, _ = strings.Cut(rest, "#")
	rest, query, _ := strings.Cut(rest, "?")
	for pair := range strings.SplitSeq(query, "&") {
		if key, value, found := strings.Cut(pair, "="); found {
			if p.qualifiers == nil {
				p.qualifiers = map[string]string{}
			}
			p.qualifiers[strings.ToLower(key)] = unescape(value)
		}
	}
	rest = strings.TrimLeft(rest, "/")
	p.kind, rest, ok = strings.Cut(rest, "/")
	p.kind = strings.ToLower(p.kind)
	// A version begins at the last @ behind the last slash, but for versions of "sha256:…" none holds a slash; npm scopes begin with @.
	if i := strings.LastIndexByte(rest, '@'); i > 0 && i > strings.LastIndexByte(rest, '/')+1 {
		rest, p.version = rest[:i], unescape(rest[i+1:])
	}
	if i := strings.LastIndexByte(rest, '/'); i >= 0 {
		p.namespace, rest = unescape(rest[:i]), rest[i+1:]
	}
	p.name = unescape(rest)
	return p, ok && p.kind != "" && p.name != ""
}

func unescape(s string) string {
	if u, err := url.PathUnescape(s); err == nil {
		return u
	}
	return s
}

// image tells that a package URL is of an image.
func (p *purl) image() bool { return p.kind == "oci" || p.kind == "docker" }

// digest is that of an image; "" where it tells none.
func (p *purl) digest() string {
	if p.image() && reference.Digest(p.version) {
		return p.version
	}
	return ""
}

// reference is what an image is called: with a registry only where it tells one. False where it is of no image.
func (p *purl) reference() (r reference.Reference, tag string, ok bool) {
	if !p.image() {
		return r, "", false
	}
	repository := p.name
	if p.namespace != "" {
		repository = p.namespace + "/" + p.name
	}
	where := p.qualifiers["repository_url"]
	switch {
	case where == "" && p.kind == "oci":
		// The name alone says little: anybody may call an image so.
		return r, "", false
	case where == "":
		where = repository
	case p.kind == "docker", where != p.name && !strings.HasSuffix(where, "/"+p.name):
		where += "/" + repository
	}
	r, err := reference.Parse(strings.TrimPrefix(where, "https://"))
	if err != nil {
		return r, "", false
	}
	tag = p.qualifiers["tag"]
	if tag == "" && p.kind == "docker" && p.digest() == "" {
		tag = p.version
	}
	return r, tag, true
}

// names lists what a package can be called by scanners: those of Go are told with their path, those of Maven as "group:artifact".
func (p *purl) names() []string {
	if p.namespace == "" {
		return []string{p.name}
	}
	return []string{p.name, p.namespace + "/" + p.name, p.namespace + ":" + p.name}
}
