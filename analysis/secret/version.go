package secret

// Version changes when answers about the inventory or the certificates may differ from those before, and only then. It is that of the
// last flush.
func (a *Analyser) Version() uint64 { return a.version }

// forget has what is shown of a Secret worked out anew.
func (a *Analyser) forget(it *item) {
	it.shown, it.known = nil, false
	a.version++
}

// outdate forgets what is shown of all that was touched. It is called once findings are up to date.
func (r *round) outdate() {
	for it := range r.dirty.items {
		r.forget(it)
	}
	for n := range r.dirty.namers {
		if !n.altered {
			continue
		}
		n.altered = false
		for _, key := range n.keys {
			if it := r.items[key]; it != nil {
				r.forget(it)
			}
		}
	}
	for ref := range r.dirty.objects {
		if it := r.items[keyOf(ref)]; it != nil && ref.GroupKind() == secrets {
			r.forget(it)
		}
	}
	if len(r.dirty.bundles) > 0 {
		r.version++
	}
}
