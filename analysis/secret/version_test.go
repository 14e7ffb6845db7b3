package secret

import (
	"maps"
	"slices"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/analysis/rbac"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// TestVersion holds that what says nothing of Secrets leaves the version as it is, and what is shown of each as it was.
func TestVersion(t *testing.T) {
	pod := func(phase, image string) string {
		return "kind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: " + image + "}], volumes: [{name: v, secret: {secretName: db}}]}\nstatus: {phase: " + phase + "}"
	}
	b := newCourt(t).put(opaque, pod("Pending", "a"))
	before, shown := b.a.Version(), &b.a.Secrets(b.c)[0].References[0]
	b.put(pod("Running", "a"), "kind: ConfigMap\nmetadata: {name: m}\ndata: {a: b}", "kind: Pod\nmetadata: {name: other}\nspec: {containers: [{name: c}]}", "kind: Service\nmetadata: {name: s}\nspec: {}")
	if b.a.Version() != before || &b.a.Secrets(b.c)[0].References[0] != shown {
		t.Error("what says nothing of Secrets has them told anew")
	}
	b.put("kind: Pod\nmetadata: {name: q}\nspec: {containers: [{name: c}], volumes: [{name: v, secret: {secretName: db}}]}\nstatus: {phase: Running}")
	if b.a.Version() == before || b.secret("db").Pods != 2 {
		t.Errorf("another pod has it: version %d, %+v", b.a.Version(), b.secret("db"))
	}
}

// TestCountReadersAgain holds that readers are counted anew when grants or Secrets change, and only then.
func TestCountReadersAgain(t *testing.T) {
	b := newCourt(t).put(opaque)
	c, access := cluster.New(), rbac.New()
	take := func(ch model.Change) {
		if d, ok := c.Apply(ch); ok {
			access.Update(c, d)
		}
	}
	meta := metav1.ObjectMeta{Namespace: "shop", Name: "r"}
	grant := func(subjects ...string) {
		binding := &rbacv1.RoleBinding{ObjectMeta: meta, RoleRef: rbacv1.RoleRef{Kind: "Role", Name: "r"}}
		for _, s := range subjects {
			binding.Subjects = append(binding.Subjects, rbacv1.Subject{Kind: "User", Name: s})
		}
		r, err := record.Make(binding)
		if err != nil {
			t.Fatal(err)
		}
		take(model.Put(r))
	}
	role, err := record.Make(&rbacv1.Role{ObjectMeta: meta, Rules: []rbacv1.PolicyRule{{APIGroups: []string{""}, Resources: []string{"secrets"}, Verbs: []string{"get"}}}})
	if err != nil {
		t.Fatal(err)
	}
	take(model.Put(role))
	grant("ann")
	check := func(want int) map[model.Ref]Count {
		t.Helper()
		counts := b.a.CountReaders(access)
		if !maps.Equal(counts, countReaders(access, slices.Collect(maps.Keys(counts)))) || counts[ref("shop", "db")] != (Count{want, want}) {
			t.Errorf("got %v, want %d", counts, want)
		}
		return counts
	}
	same := func(x, y map[model.Ref]Count) bool {
		x[ref("mark", "mark")] = Count{1, 1}
		defer delete(x, ref("mark", "mark"))
		return y[ref("mark", "mark")] == Count{1, 1}
	}
	first := check(1)
	b.put("kind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c}], volumes: [{name: v, secret: {secretName: db}}]}")
	if !same(first, check(1)) {
		t.Error("counted again though nothing was granted")
	}
	b.put("kind: Secret\nmetadata: {name: another}\ntype: Opaque")
	if more := check(1); more[ref("shop", "another")] != (Count{1, 1}) {
		t.Errorf("a Secret that came: %v", more)
	}
	grant("ann", "bob")
	check(2)
	take(model.Drop(role.Ref()))
	check(0)
}

// TestOrder holds that lines which differ by their print alone stay as they are: prints differ from one process to the next.
func TestOrder(t *testing.T) {
	line := func(path, value string, print uint64) model.Evidence {
		return model.Evidence{Object: ref("shop", "db"), Path: path, Value: value, Print: print}
	}
	a, z := line("data.x", "password, 9 bytes", 1), line("data.x", "password, 9 bytes", 9)
	first := line("data.a", "password, 9 bytes", 5)
	for _, c := range [][2][]model.Evidence{{{z, a, z, first, a}, {first, z, a}}, {{a, z, a, first}, {first, a, z}}} {
		if got := order(slices.Clone(c[0])); !slices.Equal(got, c[1]) {
			t.Errorf("%v becomes %v, want %v", c[0], got, c[1])
		}
	}
}

// TestSkew holds that facts of a former version do not count where the clocks of the two sides could make them seem newer.
func TestSkew(t *testing.T) {
	const wrote = 1_800_000_000
	for _, c := range []struct {
		name          string
		facts, secret string
		read          int64
		want          bool
	}{
		{"the version that was read", "7", "7", wrote - 90, true},
		{"written after it was read, by a clock that is ahead", "7", "9", wrote + 300, false},
		{"only metadata was written", "7", "9", wrote + 2*skew, true},
		{"read already, and not told yet", "12", "9", wrote - 90, true},
		{"no numbers", "b", "a", wrote - 90, false},
	} {
		s := &record.Secret{Meta: record.Meta{ResourceVersion: c.secret, Created: wrote - 1000, Changed: wrote}}
		if got := fresh(&record.SecretFacts{Version: c.facts, Read: c.read}, s); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
