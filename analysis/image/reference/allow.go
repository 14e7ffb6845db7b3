package reference

import (
	"fmt"
	"strings"
)

// Allow is a list of registries and repositories that images may come from. Entries are compared with parsed references, part by part,
// never as prefixes of text.
type Allow struct {
	entries []entry
}

// entry is one line: a registry, and below it a path; "" is all of it. With below set the path itself does not count, only what is
// under it.
type entry struct {
	registry, path string
	below          bool
}

// IsZero tells that nothing is listed, so that nothing is asked.
func (a Allow) IsZero() bool { return len(a.entries) == 0 }

// ParseAllow reads the entries of an allow list: "registry.example", "registry.example/team", "docker.io/library/nginx". An entry
// allows the repository that it names and all under it; one that ends in a slash or in "/*" only those under it. Every entry begins
// with a registry: what an entry without one is meant to allow could only be guessed.
func ParseAllow(entries []string) (Allow, error) {
	var a Allow
	for _, text := range entries {
		e, err := parseEntry(strings.TrimSpace(text))
		if err != nil {
			return Allow{}, fmt.Errorf("allowed registry %q: %w", text, err)
		}
		a.entries = append(a.entries, e)
	}
	return a, nil
}

func parseEntry(text string) (entry, error) {
	whole := strings.TrimSuffix(text, "*")
	switch {
	case text == "":
		return entry{}, fmt.Errorf("the entry is empty")
	case strings.Contains(text, "://"):
		return entry{}, fmt.Errorf("an entry has no scheme: write registry.example/team")
	case strings.Contains(whole, "*") || whole != text && !strings.HasSuffix(whole, "/"):
		return entry{}, fmt.Errorf("a star can only stand for all below a path, as in registry.example/team/*")
	case strings.Contains(text, "@"):
		return entry{}, fmt.Errorf("an entry names a registry or repository, no digest")
	}
	registry, path, _ := strings.Cut(strings.TrimSuffix(whole, "/"), "/")
	if !isHost(registry) {
		return entry{}, fmt.Errorf("it does not begin with a registry: write docker.io/library/nginx for nginx")
	}
	// A path of one part of Docker Hub is an account here, where Parse would look for an official image of that name.
	probe := registry + "/any"
	if path != "" {
		probe = registry + "/" + path + "/any"
	}
	r, err := Parse(probe)
	if err != nil {
		return entry{}, err
	}
	if r.Tag != "" {
		return entry{}, fmt.Errorf("an entry names a registry or repository, no tag")
	}
	return entry{registry: r.Registry, path: path, below: path != "" && strings.HasSuffix(whole, "/")}, nil
}

// Allows tells whether an image may come from where it does: with nothing listed from everywhere.
func (a Allow) Allows(r Reference) bool {
	for _, e := range a.entries {
		if e.allows(r) {
			return true
		}
	}
	return len(a.entries) == 0
}

func (e entry) allows(r Reference) bool {
	if !strings.EqualFold(e.registry, r.Registry) {
		return false
	}
	if e.path == "" {
		return true
	}
	rest, found := strings.CutPrefix(r.Repository, e.path)
	return found && (rest == "" && !e.below || strings.HasPrefix(rest, "/"))
}
