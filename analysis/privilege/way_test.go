package privilege

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/analysis/rbac"
	"canopy/model"
)

// sample is the smallest RBAC that has one way of an edge, and can be spoilt in one place.
type sample struct {
	way       *model.Way
	rules     []rbacv1.PolicyRule
	cluster   bool
	namespace string
	level     string
	server    string
	objects   []runtime.Object
	unseen    string
}

func sampleOf(w *model.Way) *sample {
	s := &sample{way: w, namespace: "shop", level: "privileged", server: "v1.37.2"}
	if len(w.Namespaces) > 0 {
		s.namespace = w.Namespaces[0]
	}
	if w.Before > 0 {
		s.server = fmt.Sprintf("v1.%d.0", w.Before-1)
	} else if w.Since > 0 {
		s.server = fmt.Sprintf("v1.%d.0", w.Since)
	}
	for i := range w.Needs {
		s.cluster = s.cluster || w.Cluster(i)
		s.rules = append(s.rules, ruleFor(&w.Needs[i]))
	}
	if w.Exists != "" {
		ref, err := model.ParseRef(w.Exists)
		if err != nil {
			panic(err)
		}
		s.objects = []runtime.Object{&corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: ref.Namespace, Name: ref.Name}}}
	}
	return s
}

// ruleFor gives the smallest rule that meets a need: the last of its verbs and resources, and one name where names count.
func ruleFor(n *model.Need) rbacv1.PolicyRule {
	r := rbacv1.PolicyRule{Verbs: n.Verbs[len(n.Verbs)-1:], APIGroups: []string{n.Group}, Resources: n.Resources[len(n.Resources)-1:]}
	if n.Any() {
		r.APIGroups, r.Resources = []string{"example.io"}, []string{"things"}
	}
	if len(n.Names) > 0 {
		r.ResourceNames = n.Names[:1]
	}
	return *r.DeepCopy()
}

// with gives a copy that was changed.
func (s *sample) with(change func(*sample)) *sample {
	o := *s
	o.rules = nil
	for i := range s.rules {
		o.rules = append(o.rules, *s.rules[i].DeepCopy())
	}
	change(&o)
	return &o
}

// put makes a cluster of it.
func (s *sample) put(b *court) *court {
	b.complete(s.server)
	if s.unseen != "" {
		b.cover(model.Coverage{Kind: model.KindByName(s.unseen).GroupKind(), State: model.Denied})
	}
	b.put(s.objects...).put(wide("r", s.rules...))
	if s.unseen != "Namespace" {
		b.put(namespace(s.namespace, s.level))
	}
	if s.cluster {
		return b.put(bindWide("b", "r", user("eve")))
	}
	return b.put(bind(s.namespace, "b", "ClusterRole", "r", user("eve")))
}

func (s *sample) binding() model.Ref {
	if s.cluster {
		return model.KindByName("ClusterRoleBinding").Ref("", "b")
	}
	return model.KindByName("RoleBinding").Ref(s.namespace, "b")
}

// neighbours gives for each thing that can be wrong the nearest RBAC that has not the way.
func (s *sample) neighbours() map[string]*sample {
	all := map[string]*sample{}
	for i := range s.way.Needs {
		n, at := &s.way.Needs[i], fmt.Sprint("need ", i+1, ": ")
		all[at+"not held"] = s.with(func(o *sample) { o.rules = slices.Delete(o.rules, i, i+1) })
		all[at+"another verb"] = s.with(func(o *sample) { o.rules[i].Verbs = []string{otherVerb(n)} })
		if !n.Any() {
			all[at+"another group"] = s.with(func(o *sample) { o.rules[i].APIGroups = []string{n.Group + "x"} })
			all[at+"another resource"] = s.with(func(o *sample) { o.rules[i].Resources = []string{otherResource(n)} })
			all[at+"all subresources alone"] = s.with(func(o *sample) {
				parent, _, _ := strings.Cut(o.rules[i].Resources[0], "/")
				o.rules[i].Resources = []string{parent + "/*"}
			})
		}
		if len(n.Names) > 0 {
			all[at+"another name"] = s.with(func(o *sample) { o.rules[i].ResourceNames = []string{n.Names[0] + "x", "*"} })
		}
		if verb := unnameable(n); verb != "" && len(n.Names) == 0 {
			all[at+"a name that the request has not"] = s.with(func(o *sample) {
				o.rules[i].Verbs, o.rules[i].ResourceNames = []string{verb}, []string{"x"}
			})
		}
	}
	if s.cluster {
		all["a RoleBinding"] = s.with(func(o *sample) { o.cluster = false })
	}
	if s.way.Since > 0 {
		all["an older server"] = s.with(func(o *sample) { o.server = fmt.Sprintf("v1.%d.9", s.way.Since-1) })
	}
	if s.way.Before > 0 {
		all["a newer server"] = s.with(func(o *sample) { o.server = fmt.Sprintf("v1.%d.0", s.way.Before) })
	}
	if len(s.way.Namespaces) > 0 && !s.cluster {
		all["another namespace"] = s.with(func(o *sample) { o.namespace = "shop" })
	}
	if s.way.Exists != "" {
		all["no object"] = s.with(func(o *sample) { o.objects = nil })
	}
	if s.way.Admission == podSecurity && !s.cluster {
		for _, level := range []string{"baseline", "restricted", "odd"} {
			all["level "+level] = s.with(func(o *sample) { o.level = level })
		}
	}
	return all
}

func otherVerb(n *model.Need) string {
	for _, v := range []string{"get", "deletecollection", "read"} {
		if !slices.Contains(n.Verbs, v) {
			return v
		}
	}
	panic("every verb will do")
}

// otherResource gives the parent of a subresource, or a subresource.
func otherResource(n *model.Need) string {
	for _, r := range n.Resources {
		parent, _, ok := strings.Cut(r, "/")
		if !ok {
			parent = r + "/status"
		}
		if !slices.Contains(n.Resources, parent) {
			return parent
		}
	}
	return "things"
}

// unnameable gives a verb of the need that asks for no name where it is the only one.
func unnameable(n *model.Need) string {
	for _, v := range []string{"create", "deletecollection"} {
		if slices.Contains(n.Verbs, v) && !strings.Contains(strings.Join(n.Resources, ""), "/") && !n.Any() {
			return v
		}
	}
	return ""
}

// variants gives other RBAC that has the way.
func (s *sample) variants() map[string]*sample {
	each := func(change func(*model.Need, *rbacv1.PolicyRule)) *sample {
		return s.with(func(o *sample) {
			for i := range o.rules {
				change(&s.way.Needs[i], &o.rules[i])
			}
		})
	}
	all := map[string]*sample{
		"any verb":     each(func(_ *model.Need, r *rbacv1.PolicyRule) { r.Verbs = []string{"*"} }),
		"any group":    each(func(_ *model.Need, r *rbacv1.PolicyRule) { r.APIGroups = []string{"*"} }),
		"any resource": each(func(_ *model.Need, r *rbacv1.PolicyRule) { r.Resources = []string{"*"} }),
		"each word": each(func(n *model.Need, r *rbacv1.PolicyRule) {
			if !n.Any() {
				r.Verbs, r.Resources = n.Verbs, n.Resources
			}
		}),
		"no names": each(func(_ *model.Need, r *rbacv1.PolicyRule) { r.ResourceNames = nil }),
		"any parent": each(func(_ *model.Need, r *rbacv1.PolicyRule) {
			if _, sub, ok := strings.Cut(r.Resources[0], "/"); ok {
				r.Resources = []string{"*/" + sub}
			}
		}),
	}
	if !s.cluster {
		all["everywhere"] = s.with(func(o *sample) { o.cluster = true })
	}
	if s.way.Admission == podSecurity && !s.cluster {
		all["no level"] = s.with(func(o *sample) { o.level = "" })
		all["everywhere, whatever the level"] = s.with(func(o *sample) { o.cluster, o.level = true, "restricted" })
	}
	return all
}

// TestEveryWay goes through the catalogue: each way of each edge is open by the smallest RBAC that has it, with its evidence,
// and by wildcards; it is closed by each nearest neighbour. One way is judged at a time, so that no other is open instead.
func TestEveryWay(t *testing.T) {
	rules, edges := load(t)
	for _, e := range edges {
		for i := range e.Ways {
			alone := *e
			alone.Ways = e.Ways[i : i+1]
			law := courtOf(t, rules, []*model.Edge{&alone})
			s := sampleOf(&e.Ways[i])
			t.Run(fmt.Sprint(e.ID, "/way ", i+1), func(t *testing.T) {
				b := s.put(law.again())
				checkOpen(t, b, s, e)
				f := b.find(e.Rule, s.binding().String())
				for k := range s.rules {
					path := fmt.Sprint("rules[", k, "]")
					if !slices.ContainsFunc(f.Proof.Evidence(), func(v model.Evidence) bool {
						return v.Object == model.KindByName("ClusterRole").Ref("", "r") && v.Path == path && strings.HasSuffix(v.Value, "("+e.ID+")") && strings.HasPrefix(v.Value, s.rules[k].Verbs[0]+" ")
					}) {
						t.Errorf("no evidence at %s of %v:\n%s", path, s.rules[k], findingText(f))
					}
				}
				for name, o := range s.variants() {
					t.Run(name, func(t *testing.T) { checkOpen(t, o.put(law.again()), o, e) })
				}
				for name, o := range s.neighbours() {
					t.Run(name, func(t *testing.T) {
						b := o.put(law.again())
						if list := b.a.opens(o.binding()); len(list) > 0 {
							t.Errorf("it is open:\n%s", b.text())
						}
						if f := b.find(e.Rule, o.binding().String()); f != nil {
							t.Errorf("found:\n%s", findingText(f))
						}
					})
				}
				checkUnsure(t, law, s, e)
			})
		}
	}
}

func checkOpen(t *testing.T, b *court, s *sample, e *model.Edge) {
	t.Helper()
	list := b.a.opens(s.binding())
	if len(list) != 1 || list[0].ID != e.ID {
		t.Fatalf("it is closed for %v", s.rules)
	}
	f := b.find(e.Rule, s.binding().String())
	if f == nil {
		if f = b.find("LP01", s.binding().String()); f == nil || !rbac.GrantsAll(&s.rules[0]) {
			t.Fatalf("no finding:\n%s", b.text())
		}
	}
	if f.Verdict != model.Yes {
		t.Errorf("verdict %s %q", f.Verdict, f.Reason)
	}
}

// checkUnsure holds that a way on which something decides that is not known is told as such.
func checkUnsure(t *testing.T, law *court, s *sample, e *model.Edge) {
	unsure := map[string]*sample{}
	if s.way.Since+s.way.Before > 0 {
		unsure["the version of the server decides, and is not known"] = s.with(func(o *sample) { o.server = "" })
	}
	if s.way.Exists != "" {
		unsure["whether "+s.way.Exists+" exists was not seen"] = s.with(func(o *sample) { o.objects, o.unseen = nil, "ConfigMap" })
	}
	if s.way.Admission == podSecurity && !s.cluster {
		unsure["the Pod Security level of the namespace was not seen"] = s.with(func(o *sample) { o.unseen = "Namespace" })
	}
	for reason, o := range unsure {
		f := o.put(law.again()).find(e.Rule, o.binding().String())
		if f == nil || f.Verdict != model.Depends || f.Reason != reason {
			t.Errorf("%s: got %+v", reason, f)
		}
	}
}

// TestNeedsAreRequests compares how needs are met with what the authorizer says of the requests that they stand for.
func TestNeedsAreRequests(t *testing.T) {
	_, edges := load(t)
	table := newTable(edges)
	verbs := []string{"get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "bind", "escalate", "impersonate", "use", "sign", "approve", "attest", "*"}
	for _, n := range table.needs {
		if n.Any() {
			continue
		}
		for _, names := range [][]string{nil, {"one"}, append([]string{"one"}, n.Names...), {"*"}} {
			for _, group := range []string{n.Group, "*", n.Group + "x"} {
				for _, resource := range append([]string{"*", "*/status", n.Resources[0] + "/*", otherResource(n), subOf(n.Resources[0])}, n.Resources...) {
					for _, v := range verbs {
						for _, w := range append([]string{""}, verbs...) {
							r := rbacv1.PolicyRule{Verbs: []string{v}, APIGroups: []string{group}, Resources: []string{resource}, ResourceNames: names}
							if w != "" {
								r.Verbs = append(r.Verbs, w)
							}
							if got, want := meets(n, &r), asked(n, &r); got != want {
								t.Fatalf("%v meets %v: %d, asked %d", r, *n, got, want)
							}
						}
					}
				}
			}
		}
	}
}

func subOf(resource string) string {
	_, sub, _ := strings.Cut(resource, "/")
	return "*/" + sub
}

// asked makes the requests that a need stands for: in full where any object may be asked for, by name where one of the names
// of the rule may.
func asked(n *model.Need, r *rbacv1.PolicyRule) strength {
	best := unmet
	for _, resource := range n.Resources {
		parent, sub, _ := strings.Cut(resource, "/")
		for _, verb := range n.Verbs {
			may := func(verb, name string) bool {
				_, _, ok := rbac.Match(r, &rbac.Attributes{Verb: verb, Group: n.Group, Resource: parent, Subresource: sub, Name: name})
				return ok
			}
			bare := sub == "" && (verb == "create" || verb == "deletecollection")
			byName := func(name string) bool {
				switch {
				case !bare:
					return may(verb, name)
				case verb == "deletecollection":
					return false
				}
				// Server-side apply and update create by name.
				return may("create", name) && (may("patch", name) || may("update", name))
			}
			switch {
			case bare && may(verb, ""), !bare && len(n.Names) == 0 && may(verb, "any other"):
				return metInFull
			case slices.ContainsFunc(n.Names, byName):
				return metInFull
			case len(n.Names) == 0 && slices.ContainsFunc(r.ResourceNames, byName):
				best = metByName
			}
		}
	}
	return best
}
