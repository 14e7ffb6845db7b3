package secret

import (
	"cmp"
	"maps"
	"slices"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/inorder"
	"canopy/model/record"
)

// Secrets lists the inventory by namespace and name, with those that are named and missing. What has not changed is not worked out
// again, so that the caller must not change what is in a Secret.
func (a *Analyser) Secrets(c *cluster.Cluster) []Secret {
	a.indexCopies(c, true)
	list := make([]Secret, 0, len(a.items))
	for _, it := range a.sorted() {
		if s := a.tell(c, it); s != nil {
			list = append(list, *s)
		}
	}
	return list
}

// sorted gives the items by namespace and name.
func (a *Analyser) sorted() []*item {
	if a.order == nil {
		a.order = slices.SortedFunc(maps.Values(a.items), func(x, y *item) int { return compareKeys(x.key, y.key) })
	}
	return a.order
}

// tell tells of a Secret; nil where there is nothing to tell.
func (a *Analyser) tell(c *cluster.Cluster, it *item) *Secret {
	if it.known {
		return it.shown
	}
	it.known = true
	if s, ok := a.describe(c, it); ok {
		it.shown = &s
	}
	return it.shown
}

// Secret gives one of it; false where nothing is known of it.
func (a *Analyser) Secret(c *cluster.Cluster, ref model.Ref) (Secret, bool) {
	it := a.items[keyOf(ref)]
	if it == nil || ref.GroupKind() != secrets {
		return Secret{}, false
	}
	a.indexCopies(c, true)
	s := a.tell(c, it)
	if s == nil {
		return Secret{}, false
	}
	return *s, true
}

// describe tells of a Secret; false where it is not there, and nothing would miss it.
func (a *Analyser) describe(c *cluster.Cluster, it *item) (Secret, bool) {
	s := Secret{Ref: secretRef(it.key), Keys: -1}
	rec, _ := c.Get(s.Ref).(*record.Secret)
	named := rec != nil
	for _, n := range it.namers {
		refs := n.references(it.key)
		named = named || slices.ContainsFunc(refs, func(r Reference) bool { return !r.How.faint() })
		s.References = append(s.References, refs...)
		pods := n.pods(it.key)
		s.Pods += pods
		if pods > 0 || n.plans(c, it.key) {
			s.MountedBy = append(s.MountedBy, n.ref)
		}
	}
	if !named {
		return Secret{}, false
	}
	if rec != nil {
		for _, n := range a.mentionedBy(it.key) {
			s.References = append(s.References, a.mentionsOf(c, n, it.key)...)
		}
	}
	inorder.Sort(s.MountedBy, model.Ref.Compare)
	if f := factsOf(c, it); f != nil {
		s.Facts, s.Older = f, rec == nil || !fresh(f, rec)
	}
	s.Manager = it.writer()
	if rec == nil {
		s.Missing, _ = told(c, it.key.Namespace)
	} else {
		s.take(it, rec)
	}
	inorder.Sort(s.References, compareReferences)
	current := s.Facts
	if s.Older {
		current = nil
	}
	for _, e := range ends(current, it, func(ref model.Ref) *record.Custom { return customOf(c, ref) }) {
		if s.Expires == 0 || e.until < s.Expires {
			s.Expires, s.ExpiryFrom = e.until, e.from
		}
	}
	if current != nil {
		for _, print := range current.Prints {
			s.Copies = a.copies.places(s.Copies, print)
		}
		s.Copies = order(s.Copies)
	}
	for _, by := range [...]part{asSecret, asExposing} {
		for _, f := range a.stood[seat{s.Ref, by}] {
			s.Findings = append(s.Findings, f.ID)
		}
	}
	slices.Sort(s.Findings)
	return s, true
}

// take tells what its record does.
func (s *Secret) take(it *item, rec *record.Secret) {
	s.Type, s.Keys, s.Created, s.Changed, s.Since, s.Writer = string(rec.Type), rec.Keys, rec.Created, rec.Changed, rec.Since(), rec.Writer
	s.Manager, s.LastApplied = it.manager(rec), rec.LastApplied
	s.LastUsed, s.Invalid = rec.Labels.Get(lastUsedLabel), rec.Labels.Get(invalidLabel)
	if s.Account = rec.Annotations.Get(accountAnnotation); s.Account != "" && token(rec) {
		account := model.Ref{Version: "v1", Kind: "ServiceAccount", Namespace: rec.Namespace, Name: s.Account}
		s.References = append(s.References, Reference{From: account, How: ByToken})
	}
}

func compareReferences(a, b Reference) int {
	return cmp.Or(a.From.Compare(b.From), cmp.Compare(a.Path, b.Path), cmp.Compare(a.How, b.How), cmp.Compare(a.Key, b.Key), number(a.Optional)-number(b.Optional))
}

func number(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Certificates lists those that are known without reading a Secret, by object and path.
func (a *Analyser) Certificates(c *cluster.Cluster) []Certificate {
	var list []Certificate
	for _, b := range a.bundles {
		list = append(list, b.list...)
	}
	inorder.Sort(list, func(x, y Certificate) int { return cmp.Or(x.Object.Compare(y.Object), cmp.Compare(x.Path, y.Path)) })
	return list
}
