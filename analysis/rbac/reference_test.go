package rbac

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/model"
)

// reference answers as the documentation of RBAC says, by going through everything.
type reference struct{ objects map[model.Ref]runtime.Object }

func (r *reference) sorted() []model.Ref {
	var refs []model.Ref
	for ref := range r.objects {
		refs = append(refs, ref)
	}
	slices.SortFunc(refs, model.Ref.Compare)
	return refs
}

// origin is where a rule stands.
type origin struct {
	rule   rbacv1.PolicyRule
	object model.Ref
	index  int
}

// rules are those that a role grants: its own, or those of all that an unfilled one gathers.
func (r *reference) rules(ref model.Ref) []origin {
	var list []origin
	switch o := r.objects[ref].(type) {
	case *rbacv1.Role:
		for i, rule := range o.Rules {
			list = append(list, origin{rule, ref, i})
		}
	case *rbacv1.ClusterRole:
		if o.AggregationRule == nil || len(o.Rules) > 0 {
			for i, rule := range o.Rules {
				list = append(list, origin{rule, ref, i})
			}
			return list
		}
		parts := map[model.Ref]bool{}
		r.parts(ref, ref, map[model.Ref]bool{}, parts)
		seen := map[string]bool{}
		for _, part := range r.sorted() {
			if !parts[part] {
				continue
			}
			for i, rule := range r.objects[part].(*rbacv1.ClusterRole).Rules {
				text, _ := json.Marshal(rule)
				if !seen[string(text)] {
					seen[string(text)] = true
					list = append(list, origin{rule, part, i})
				}
			}
		}
	}
	return list
}

func (r *reference) parts(whole, top model.Ref, been, found map[model.Ref]bool) {
	if been[whole] {
		return
	}
	been[whole] = true
	for i := range r.objects[whole].(*rbacv1.ClusterRole).AggregationRule.ClusterRoleSelectors {
		selector, err := metav1.LabelSelectorAsSelector(&r.objects[whole].(*rbacv1.ClusterRole).AggregationRule.ClusterRoleSelectors[i])
		if err != nil {
			continue
		}
		for ref, o := range r.objects {
			part, ok := o.(*rbacv1.ClusterRole)
			if !ok || ref == top || !selector.Matches(labels.Set(part.Labels)) {
				continue
			}
			if part.AggregationRule != nil && len(part.Rules) == 0 {
				r.parts(ref, top, been, found)
			} else {
				found[ref] = true
			}
		}
	}
}

// applies finds the first subject of a binding that is the user.
func applies(list []rbacv1.Subject, namespace string, u User) int {
	return slices.IndexFunc(list, func(s rbacv1.Subject) bool {
		switch s.Kind {
		case "User":
			return s.Name == u.Name
		case "Group":
			return slices.Contains(u.Groups, s.Name)
		case "ServiceAccount":
			in := s.Namespace
			if in == "" {
				in = namespace
			}
			return in != "" && u.Name == "system:serviceaccount:"+in+":"+s.Name
		}
		return false
	})
}

func allows(rule *rbacv1.PolicyRule, at *Attributes) bool {
	has := func(list []string, words ...string) bool {
		return slices.ContainsFunc(list, func(s string) bool { return slices.Contains(words, s) })
	}
	if !has(rule.Verbs, "*", at.Verb) {
		return false
	}
	if at.URL != "" {
		return slices.ContainsFunc(rule.NonResourceURLs, func(s string) bool {
			prefix, star := strings.CutSuffix(s, "*")
			return s == at.URL || star && strings.HasPrefix(at.URL, strings.TrimRight(prefix, "*"))
		})
	}
	resources := []string{"*", at.Resource}
	if at.Subresource != "" {
		resources = []string{"*", at.Resource + "/" + at.Subresource, "*/" + at.Subresource}
	}
	return has(rule.APIGroups, "*", at.Group) && has(rule.Resources, resources...) && (len(rule.ResourceNames) == 0 || has(rule.ResourceNames, at.Name))
}

// grants lists through what a user may do something: binding, first subject, role, object and index of the rule.
func (r *reference) grants(u User, at *Attributes) []string {
	var list []string
	for ref, o := range r.objects {
		var role rbacv1.RoleRef
		var who []rbacv1.Subject
		switch b := o.(type) {
		case *rbacv1.RoleBinding:
			role, who = b.RoleRef, b.Subjects
			if at.URL != "" || ref.Namespace != at.Namespace {
				continue
			}
		case *rbacv1.ClusterRoleBinding:
			role, who = b.RoleRef, b.Subjects
		default:
			continue
		}
		i := applies(who, ref.Namespace, u)
		if i < 0 {
			continue
		}
		target := model.KindByName("ClusterRole").Ref("", role.Name)
		if role.Kind == "Role" {
			target = model.KindByName("Role").Ref(ref.Namespace, role.Name)
		}
		for _, one := range r.rules(target) {
			if allows(&one.rule, at) {
				list = append(list, fmt.Sprint(ref, " ", i, " ", target, " ", one.object, " ", one.index))
			}
		}
	}
	slices.Sort(list)
	return list
}

func describe(via []Grant) []string {
	var list []string
	for i := range via {
		g := &via[i]
		list = append(list, fmt.Sprint(g.Binding, " ", g.Subject, " ", g.Role, " ", g.RuleObject(), " ", g.Rule))
	}
	slices.Sort(list)
	return list
}

// aim turns a question to one that a binding might answer.
func (r *reference) aim(d *rand.Rand, u *User, at *Attributes) {
	refs := r.sorted()
	if len(refs) == 0 {
		return
	}
	for range 8 {
		where := refs[d.IntN(len(refs))]
		var role rbacv1.RoleRef
		var who []rbacv1.Subject
		switch b := r.objects[where].(type) {
		case *rbacv1.RoleBinding:
			role, who = b.RoleRef, b.Subjects
		case *rbacv1.ClusterRoleBinding:
			role, who = b.RoleRef, b.Subjects
		}
		target := model.KindByName("ClusterRole").Ref("", role.Name)
		if role.Kind == "Role" {
			target = model.KindByName("Role").Ref(where.Namespace, role.Name)
		}
		rules := r.rules(target)
		if len(who) == 0 || len(rules) == 0 {
			continue
		}
		rule := rules[d.IntN(len(rules))].rule
		if s := SubjectOf(&who[d.IntN(len(who))], where.Namespace); s.Kind == model.GroupSubject {
			u.Groups = append(u.Groups, s.Name)
		} else if !s.IsZero() {
			u.Name = keyFor(s).name
		}
		if where.Namespace != "" {
			at.Namespace = where.Namespace
		}
		one := func(word *string, list []string) {
			if len(list) > 0 && d.IntN(10) > 0 {
				*word = list[d.IntN(len(list))]
			}
		}
		one(&at.Verb, rule.Verbs)
		if at.URL != "" || len(rule.Resources) == 0 {
			one(&at.URL, rule.NonResourceURLs)
			return
		}
		one(&at.Group, rule.APIGroups)
		one(&at.Name, rule.ResourceNames)
		if d.IntN(2) == 0 {
			one(&at.Resource, rule.Resources)
			at.Resource, at.Subresource, _ = strings.Cut(at.Resource, "/")
		}
		return
	}
}

// TestAnswersAsTheReference drives random objects through the analyser and compares every kind of answer with the slow one.
func TestAnswersAsTheReference(t *testing.T) {
	allowed, asked := 0, 0
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 9))
		b := newBench(t).complete()
		ref := &reference{map[model.Ref]runtime.Object{}}
		for step := range 80 {
			for range 1 + r.IntN(3) {
				o := randomObject(r)
				m := o.(metav1.Object)
				at := model.KindByName(strings.TrimPrefix(fmt.Sprintf("%T", o), "*v1.")).Ref(m.GetNamespace(), m.GetName())
				if r.IntN(4) == 0 {
					b.apply(model.Drop(at))
					delete(ref.objects, at)
				} else {
					b.put(o)
					ref.objects[at] = o
				}
			}
			for range 12 {
				u, at := randomQuestion(r)
				if r.IntN(4) > 0 {
					ref.aim(r, &u, &at)
				}
				want := ref.grants(u, &at)
				got := b.a.Can(b.c, u, at, Provider{})
				asked++
				if len(want) > 0 {
					allowed++
				}
				// One of several equal rules of a role is told for each place.
				if !slices.Equal(describe(got.Via), want) || (got.Verdict == model.Yes) != (len(want) > 0) || got.Verdict == model.Unknown || b.a.Allows(u, &at) != (len(want) > 0) {
					t.Fatalf("seed %d, step %d: %+v %+v: %s\n%q\nwant\n%q", seed, step, u, at, got.Verdict, describe(got.Via), want)
				}
				for i := range got.Via {
					checkWords(t, ref, &got.Via[i], &at)
				}
				compareWho(t, b, ref, at)
				comparePermissions(t, b, u, at, len(want) > 0)
			}
		}
	}
	if allowed < asked/10 || allowed > asked*9/10 {
		t.Errorf("%d of %d questions were allowed", allowed, asked)
	}
	t.Logf("%d of %d questions were allowed", allowed, asked)
}

// checkWords holds that the words that a grant tells stand in the rule that it tells.
func checkWords(t *testing.T, ref *reference, g *Grant, at *Attributes) {
	t.Helper()
	var rules []rbacv1.PolicyRule
	switch o := ref.objects[g.RuleObject()].(type) {
	case *rbacv1.Role:
		rules = o.Rules
	case *rbacv1.ClusterRole:
		rules = o.Rules
	}
	rule := rules[g.Rule]
	words := rule.Resources
	if at.URL != "" {
		words = rule.NonResourceURLs
	}
	if !allows(&rule, at) || !slices.Contains(rule.Verbs, g.Verb) || !slices.Contains(words, g.Resource) {
		t.Fatalf("%+v does not stand in %v", g, rule)
	}
}

// compareWho asks of every subject that is named anywhere whether it may, and compares with WhoCan.
func compareWho(t *testing.T, b *bench, ref *reference, at Attributes) {
	t.Helper()
	// To WhoCan alone * is any namespace.
	asked := []Attributes{at}
	if at.Namespace == "*" {
		asked = []Attributes{at, at, at}
		for i, namespace := range []string{"", "shop", "ops"} {
			asked[i].Namespace = namespace
		}
	}
	want := map[string][]string{}
	for where, o := range ref.objects {
		var who []rbacv1.Subject
		switch bound := o.(type) {
		case *rbacv1.RoleBinding:
			who = bound.Subjects
		case *rbacv1.ClusterRoleBinding:
			who = bound.Subjects
		}
		for i := range who {
			if s := SubjectOf(&who[i], where.Namespace); !s.IsZero() {
				u := User{Groups: []string{s.Name}}
				if k := keyFor(s); !k.group {
					u = User{Name: k.name}
				}
				var grants []string
				for j := range asked {
					grants = append(grants, ref.grants(u, &asked[j])...)
				}
				if len(grants) > 0 {
					slices.Sort(grants)
					want[keyFor(s).subject().String()] = slices.Compact(grants)
				}
			}
		}
	}
	got := b.a.WhoCan(at)
	for _, h := range got {
		if !slices.Equal(describe(h.Via), want[h.Subject.String()]) || len(h.Via) == 0 || !slices.IsSortedFunc(h.Via, func(x, y Grant) int { return x.Compare(&y) }) {
			t.Fatalf("who can %+v: %s by\n%q\nwant\n%q", at, h.Subject, describe(h.Via), want[h.Subject.String()])
		}
		places := map[string]bool{}
		for _, g := range h.Via {
			if g.Match != "direct" && g.Match != "user:"+keyFor(h.Subject).name {
				t.Fatalf("who can %+v: %s matches as %s", at, h.Subject, g.Match)
			}
			places[cmp.Or(g.Binding.Namespace, "*")] = true
		}
		if (places["*"] && !slices.Equal(h.Namespaces, []string{"*"})) || (!places["*"] && !slices.Equal(h.Namespaces, slices.Sorted(maps.Keys(places)))) {
			t.Fatalf("who can %+v: %s in %v, granted in %v", at, h.Subject, h.Namespaces, places)
		}
	}
	if len(got) != len(want) {
		t.Fatalf("who can %+v: %d, want %v", at, len(got), want)
	}
}

// comparePermissions holds that the list of permissions says the same as a question.
func comparePermissions(t *testing.T, b *bench, u User, at Attributes, want bool) {
	t.Helper()
	p := Permission{Verb: at.Verb, URL: at.URL}
	if at.URL == "" {
		p = Permission{Verb: at.Verb, Group: at.Group, Resource: at.Combined(), Name: at.Name, Unnamed: at.Name == "", Namespace: at.Namespace}
		if p.Namespace == "" {
			p.Namespace = "none"
		}
	}
	list := b.a.Permissions(u, nil)
	// An asked "*" is a word as any other.
	if got := slices.ContainsFunc(list, func(g Granted) bool { return g.Covers(&p) }); got != want && at.Namespace != "*" {
		t.Fatalf("%+v: %+v is %v by the list", u, p, got)
	}
	if !slices.IsSortedFunc(list, func(x, y Granted) int { return x.Compare(&y.Permission) }) {
		t.Fatalf("%+v: the list is not sorted", u)
	}
}
