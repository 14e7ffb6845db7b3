package image

import (
	"cmp"
	"maps"
	"slices"

	"canopy/analysis/image/reference"
	"canopy/analysis/image/signature"
	"canopy/model"
	"canopy/model/inorder"
)

// Images lists all images that run: the exposed ones first, those with the worst verdict first among them, then by name. Exposed tells
// of an owner of pods whether it can be reached from outside; nil is that nobody knows of any.
func (a *Analyser) Images(exposed func(owner model.Ref) bool) []Image {
	reach := remember(exposed)
	list := make([]Image, 0, len(a.items))
	for _, it := range a.items {
		list = append(list, a.show(it, reach))
	}
	inorder.Sort(list, func(x, y Image) int {
		if x.Exposed != y.Exposed {
			if x.Exposed {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(order(y.Verdict), order(x.Verdict)), cmp.Compare(x.Name, y.Name), cmp.Compare(x.Digest, y.Digest))
	})
	return list
}

// Image gives one by its digest, or by its name where it has none.
func (a *Analyser) Image(id string, exposed func(owner model.Ref) bool) (Image, bool) {
	it := a.items[id]
	if it == nil {
		return Image{}, false
	}
	return a.show(it, remember(exposed)), true
}

// Tallies counts the images by verdict: of all namespaces first, then of each, sorted. An image counts in every namespace that it runs
// in, and as exposed in those in which what runs it is.
func (a *Analyser) Tallies(exposed func(owner model.Ref) bool) []Tally {
	reach := remember(exposed)
	of := map[string]*Tally{"": {Verdicts: map[Verdict]int{}}}
	for _, it := range a.items {
		places := map[string]bool{"": false}
		for u := range it.uses.all() {
			open, namespace := reach(u.owner.ref), u.owner.ref.Namespace
			places[namespace] = places[namespace] || open
			places[""] = places[""] || open
		}
		for name, open := range places {
			t := of[name]
			if t == nil {
				t = &Tally{Namespace: name, Verdicts: map[Verdict]int{}}
				of[name] = t
			}
			t.Images++
			t.Verdicts[it.verdict]++
			if open && it.verdict != Scanned {
				t.Exposed++
			}
		}
	}
	list := make([]Tally, 0, len(of))
	for _, name := range slices.Sorted(maps.Keys(of)) {
		list = append(list, *of[name])
	}
	return list
}

// remember asks of each owner once.
func remember(exposed func(model.Ref) bool) func(model.Ref) bool {
	if exposed == nil {
		return func(model.Ref) bool { return false }
	}
	known := map[model.Ref]bool{}
	return func(owner model.Ref) bool {
		open, ok := known[owner]
		if !ok {
			open = exposed(owner)
			known[owner] = open
		}
		return open
	}
}

// show tells of one image. Most of it is put together once, and read by many.
func (a *Analyser) show(it *item, exposed func(model.Ref) bool) Image {
	if it.shown == nil {
		i := a.describe(it)
		it.shown = &i
	}
	i := *it.shown
	i.Exposed = slices.ContainsFunc(i.Uses, func(u Use) bool { return exposed(u.Owner) })
	return i
}

func (a *Analyser) describe(it *item) Image {
	i := Image{
		Digest: it.digest(), Of: it.of, Aliases: it.aliases, Size: it.size, Built: it.built, Verdict: it.verdict, Reason: it.reason,
		Evidence: it.evidence, Disagreement: it.disagreement, Counts: it.counts, Warnings: it.warnings,
		Unproven: it.unproven,
	}
	if i.Evidence == nil {
		i.Evidence = []Evidence{}
	}
	uses := sorted(it.uses)
	votes, pulled, namespaces := map[string]int{}, map[string]bool{}, []string{}
	i.Uses = make([]Use, 0, len(uses))
	var worst *signature.Answer
	var main reference.Reference
	for _, u := range uses {
		shown := u.show()
		i.Uses = append(i.Uses, shown)
		i.References = append(i.References, u.slot.text)
		namespaces = append(namespaces, u.owner.ref.Namespace)
		i.Containers += shown.Pods
		if worst == nil || worse(u.answer, worst) {
			worst = u.answer
		}
		name := u.name()
		votes[name] += shown.Pods
		pulled[name] = pulled[name] || u.pulled
		if i.Name == "" || preferred(pulled[name], pulled[i.Name], votes[name], votes[i.Name], name <= i.Name) {
			i.Name, main = name, u.slot.parsed
		}
	}
	i.Pulled = pulled[i.Name]
	i.Registry, i.Repository = main.Registry, main.Repository
	if worst != nil {
		i.Signature = *worst
	}
	slices.Sort(i.References)
	slices.Sort(namespaces)
	i.References, i.Namespaces = slices.Compact(i.References), slices.Compact(namespaces)
	i.Pods = countPods(uses)
	i.Platforms = it.platforms.known()
	i.Hygiene = a.hygiene(it)
	return i
}

// preferred tells that one name comes before another: one by which a runtime has pulled, then that with more votes, then the first.
func preferred(pulled, other bool, votes, others int, first bool) bool {
	if pulled != other {
		return pulled
	}
	return votes > others || votes == others && first
}

// name is what an image is listed by: its reference without a digest, or what the spec says where that cannot be read.
func (u *use) name() string {
	if u.slot.parsed.Repository == "" {
		return u.slot.text
	}
	if u.slot.tagged != "" {
		return u.slot.tagged
	}
	return u.slot.parsed.Tagged()
}

func (u *use) show() Use {
	s := Use{Owner: u.owner.ref, Container: u.slot.name, Type: u.slot.kind, Reference: u.slot.text, Pods: u.residents(), Signature: *u.answer}
	for h := range u.homes.all() {
		for _, one := range h.residents {
			if node := one.pod.Node(); node != "" {
				s.Nodes = append(s.Nodes, node)
			}
		}
	}
	slices.Sort(s.Nodes)
	s.Nodes = slices.Compact(s.Nodes)
	return s
}

// countPods counts the pods of several uses, each once.
func countPods(uses []*use) int {
	if len(uses) == 1 {
		return uses[0].residents()
	}
	seen := map[*household]struct{}{}
	n := 0
	for _, u := range uses {
		for h := range u.homes.all() {
			if _, ok := seen[h]; !ok {
				seen[h] = struct{}{}
				n += len(h.residents)
			}
		}
	}
	return n
}

// hygieneRules are those that Hygiene tells of, in the order of hygiene below.
var hygieneRules = [...]string{"IM01", "IM02", "IM03", "IM04", "IM05", "IM06", "IM07", "IM08", "IM09"}

// hygiene lists the rules that hold of an image, sorted: of the references in all that uses it, and of itself.
func (a *Analyser) hygiene(it *item) (list []string) {
	var holds [len(hygieneRules)]bool
	ran := false
	for u := range it.uses.all() {
		ran = ran || u.ran
		splits, _ := a.splitsOf(u)
		now := [len(hygieneRules)]bool{3: u.stale, 4: u.answer.Refuted, 5: len(splits) > 0}
		if p := &u.slot.parsed; p.Repository != "" {
			_, _, deprecated := reference.Deprecated(*p)
			now[0], now[1], now[2], now[6] = p.Latest(), p.Digest == "", !a.options.Allow.Allows(*p), deprecated || p.Short
		}
		for i := range holds {
			holds[i] = holds[i] || now[i]
		}
	}
	holds[7] = ran && (it.verdict != Scanned || len(it.warnings) > 0)
	holds[8] = ran && it.old
	for i, held := range holds {
		if held {
			list = append(list, hygieneRules[i])
		}
	}
	return list
}
