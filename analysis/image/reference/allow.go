package reference

// Allow is a list of registries and repositories that images may come from. Entries are compared with parsed references, part by part,
// never as prefixes of text.
type Allow struct {
	entries []entry
}

// entry is one line: a registry, and below it a path; "" is all of it. With exact set nothing below the path counts.
type entry struct {
	registry, path string
	exact          bool
}

// IsZero tells that nothing is listed, so that nothing is asked.
func (a Allow) IsZero() bool { return len(a.entries) == 0 }
