package signature

import (
	"slices"
	"strings"

	"canopy/analysis/image/reference"
)

// images says which images a rule is about. Its zero value is about all of them.
type images struct {
	// globs are those that it is about, skip those of them that it is not.
	globs, skip []string
	// sigstore tells that they are compared as policy-controller does: whole names with their digest, a star within a part.
	sigstore bool
	// unread says what else decides; "" where nothing does.
	unread string
}

// of tells whether an image is meant.
func (i *images) of(r reference.Reference, digest string) truth {
	meant := yes
	if i.globs != nil || i.unread != "" {
		meant = i.listed(i.globs, r, digest)
		if meant == no && i.unread != "" {
			meant = perhaps
		}
	}
	if len(i.skip) > 0 {
		meant = min(meant, i.listed(i.skip, r, digest).not())
	}
	return meant
}

// listed tells whether one of some patterns takes an image in. Kyverno compares what the pod said before it was changed, of which it is
// not known whether it had a digest, so one form is enough. The policy-controller compares names with digests; one that only a tag
// would match it may never meet.
func (i *images) listed(globs []string, r reference.Reference, digest string) truth {
	names, tagged := forms(r, digest, i.sigstore)
	best := no
	for _, g := range globs {
		switch {
		case len(g) > maxGlob:
			best = max(best, perhaps)
		case i.sigstore:
			g = hub(g)
			if slices.ContainsFunc(names, func(n string) bool { return glob(g, n, true) }) {
				return yes
			}
			if slices.ContainsFunc(tagged, func(n string) bool { return glob(g, n, true) }) {
				best = max(best, perhaps)
			}
		case slices.ContainsFunc(append(names, tagged...), func(n string) bool { return glob(g, n, false) }):
			return yes
		}
	}
	return best
}

// hub writes out what policy-controller takes two short patterns for.
func hub(g string) string {
	switch g {
	case "*":
		return "index.docker.io/library/*"
	case "*/*":
		return "index.docker.io/*/*"
	}
	return g
}

// forms lists the ways in which a reference may be written, those with a digest apart.
func forms(r reference.Reference, digest string, sigstore bool) (digested, tagged []string) {
	if r.Digest != "" {
		digest = r.Digest
	}
	repositories := []string{r.Registry + "/" + r.Repository}
	if r.Registry == "docker.io" {
		short := strings.TrimPrefix(r.Repository, "library/")
		if sigstore {
			repositories = []string{"index.docker.io/" + r.Repository}
		} else {
			repositories = append(repositories, r.Registry+"/"+short)
			if r.Short {
				repositories = append(repositories, r.Repository, short)
			}
		}
	}
	tag := r.Tag
	if tag == "" && r.Digest == "" {
		tag = "latest"
	}
	for _, name := range repositories {
		if tag != "" {
			tagged = append(tagged, name+":"+tag)
		}
		// What the node reports is compared only where a tool resolves tags before it looks.
		if digest != "" && (sigstore || r.Digest != "") {
			digested = append(digested, name+"@"+digest)
			if tag != "" && !sigstore {
				digested = append(digested, name+":"+tag+"@"+digest)
			}
		}
	}
	return digested, tagged
}

// others says in words which images get past; "" for none.
func (i *images) others() []string {
	var said []string
	if i.globs != nil && !i.sigstore && !all(i.globs) || i.sigstore && !slices.Contains(i.globs, "**") {
		said = append(said, "images other than "+strings.Join(i.globs, ", "))
	}
	if len(i.skip) > 0 {
		said = append(said, "images like "+strings.Join(i.skip, ", "))
	}
	if i.unread != "" {
		said = append(said, i.unread)
	}
	return said
}
