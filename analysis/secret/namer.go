package secret

import (
	"cmp"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/inorder"
	"canopy/model/record"
)

// namer is an object that names Secrets: a top owner of pods, by its own template and by those of its pods, or any other.
type namer struct {
	ref    model.Ref
	own    *sheet
	shown  []presence
	object []use
	// keys are the Secrets under which it is entered, sorted.
	keys []types.NamespacedName
	// mentioned are those that its texts may mean, sorted.
	mentioned []title
	// altered tells that its uses, or the pods that show them, are others than when it was last judged.
	altered bool
}

// presence counts the pods of an owner that have a template: those that live, and those that have run to their end.
type presence struct {
	*sheet
	pods, spent int
}

func (n *namer) empty() bool { return n.own == nil && len(n.shown) == 0 && len(n.object) == 0 }

// namer gives the one of an object.
func (a *Analyser) namer(ref model.Ref) *namer {
	n := a.namers[ref]
	if n == nil {
		n = &namer{ref: ref}
		a.namers[ref] = n
	}
	a.dirty.namers[n] = struct{}{}
	return n
}

// show counts a pod in or out of a template.
func (n *namer) show(s *sheet, finished bool, by int) {
	n.altered = true
	i := slices.IndexFunc(n.shown, func(p presence) bool { return p.sheet == s })
	if i < 0 {
		i = len(n.shown)
		n.shown = append(n.shown, presence{sheet: s})
	}
	p := &n.shown[i]
	if finished {
		p.spent += by
	} else {
		p.pods += by
	}
	if p.pods+p.spent == 0 {
		n.shown = slices.Delete(n.shown, i, i+1)
	}
}

// key is the Secret that a use of this object names.
func (n *namer) key(u *use) types.NamespacedName {
	key := u.secret
	if key.Namespace == "" {
		key.Namespace = n.ref.Namespace
	}
	return key
}

// enter brings the index of who names what up to date. An object that names nothing any more is let go.
func (a *Analyser) enter(n *namer) {
	var keys []types.NamespacedName
	add := func(uses []use) {
		for i := range uses {
			keys = append(keys, n.key(&uses[i]))
		}
	}
	add(n.object)
	if n.own != nil {
		add(n.own.uses)
	}
	for i := range n.shown {
		add(n.shown[i].uses)
	}
	inorder.Sort(keys, compareKeys)
	keys = slices.Compact(keys)
	for _, key := range n.keys {
		if _, ok := slices.BinarySearchFunc(keys, key, compareKeys); !ok {
			it := a.item(key)
			it.namers = slices.DeleteFunc(it.namers, func(o *namer) bool { return o == n })
		}
	}
	for _, key := range keys {
		if _, ok := slices.BinarySearchFunc(n.keys, key, compareKeys); !ok {
			it := a.item(key)
			it.namers = append(it.namers, n)
		}
	}
	n.keys = slices.Clip(keys)
	if n.altered {
		a.mention(n)
	}
	if n.empty() {
		delete(a.namers, n.ref)
	}
}

func compareKeys(a, b types.NamespacedName) int {
	return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
}

// references lists the uses of one Secret by this object, each place once, with the pods that show it.
func (n *namer) references(key types.NamespacedName) []Reference {
	var l []Reference
	add := func(uses []use, prefix string, pods int) {
		for i := range uses {
			u := &uses[i]
			if n.key(u) != key {
				continue
			}
			ref := Reference{From: n.ref, How: u.how, Path: prefix + u.path, Key: u.key, Optional: u.optional}
			at := slices.IndexFunc(l, func(o Reference) bool { o.Pods = 0; return o == ref })
			if at < 0 {
				at = len(l)
				l = append(l, ref)
			}
			l[at].Pods += pods
		}
	}
	add(n.object, "", 0)
	prefix := n.prefix()
	if n.own != nil {
		add(n.own.uses, prefix, 0)
	}
	for i := range n.shown {
		add(n.shown[i].uses, prefix, n.shown[i].pods)
	}
	return l
}

// prefix is where a pod spec stands in the object; that of pods where the kind is not known.
func (n *namer) prefix() string {
	path := record.TemplatePath(n.ref.Kind)
	if path == "" || model.BuiltIn(n.ref.GroupKind()) == nil {
		path = "spec"
	}
	return path + "."
}

// pods counts the living pods that name a Secret.
func (n *namer) pods(key types.NamespacedName) int {
	count := 0
	for i := range n.shown {
		p := &n.shown[i]
		if p.pods > 0 && slices.ContainsFunc(p.uses, func(u use) bool { return n.key(&u) == key }) {
			count += p.pods
		}
	}
	return count
}

// plans tells that the next pod of this owner will name a Secret, as its template says.
func (n *namer) plans(c *cluster.Cluster, key types.NamespacedName) bool {
	if n.own == nil || !slices.ContainsFunc(n.own.uses, func(u use) bool { return n.key(&u) == key }) {
		return false
	}
	w, ok := c.Get(n.ref).(*record.Workload)
	return ok && !done(w)
}

// done tells an owner that makes no pods any more.
func done(w *record.Workload) bool { return w != nil && (w.Failed || w.Completed) }

// member is how a pod was filed.
type member struct {
	template record.Template
	*sheet
	// extra is what its ephemeral containers name; nil where there are none.
	extra *sheet
	// owner is nil where the pod names nothing.
	owner    *namer
	finished bool
}

// ephemeral gives the sheet of the ephemeral containers of a pod; nil where they name nothing.
func (a *Analyser) ephemeral(p *record.Pod) *sheet {
	list := p.Ephemeral()
	if len(list) == 0 {
		return nil
	}
	spec := &corev1.PodSpec{EphemeralContainers: list}
	if s := (&sheet{uses: podUses(spec), mentions: mentionsIn(a.seed, spec)}); s.names() {
		return s
	}
	return nil
}
