package minimal

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/model"
	"canopy/model/record"
)

func ward(sets ...string) *place {
	p := &place{name: "shop", parties: map[model.Ref]*party{}}
	for i, s := range sets {
		ref := deployment("shop", fmt.Sprintf("d%d", i))
		p.parties[ref] = &party{ref: ref, labels: []record.Labels{record.MakeLabels(wears(s))}}
	}
	return p
}

func chosen(p *place, i int) (string, choice) {
	x := p.parties[deployment("shop", fmt.Sprintf("d%d", i))]
	c := p.selector(x.labels, x.owner, x.ref)
	return metav1.FormatLabelSelector(&c.LabelSelector), c
}

func TestSelectors(t *testing.T) {
	for _, x := range []struct {
		want   string
		others int
		sets   []string
	}{
		{"app=web", 0, []string{"app=web tier=front", "app=api tier=front"}},
		// What changes with a release is taken only where nothing else tells.
		{"app=web,track=stable", 0, []string{"app=web version=1 track=stable", "app=web version=2 track=canary"}},
		{"app=web,version=1", 0, []string{"app=web version=1", "app=web version=2"}},
		{"app=web,!track", 0, []string{"app=web", "app=web track=canary"}},
		{"app.kubernetes.io/name=web", 0, []string{"app.kubernetes.io/name=web app=w pod-template-hash=1 helm.sh/chart=c", "app=x"}},
		{"app=web", 1, []string{"app=web", "app=web"}},
		{"!app", 0, []string{"", "app=web"}},
		{"<none>", 1, []string{"", ""}},
		{"job-name=a", 0, []string{"job-name=a", "job-name=b"}},
	} {
		got, c := chosen(ward(x.sets...), 0)
		if got != x.want || len(c.others) != x.others {
			t.Errorf("%q: %s with %v, want %s", x.sets, got, c.others, x.want)
		}
	}
}

// What an owner selects by is kept, and narrowed only where it selects others too.
func TestOwnersSelector(t *testing.T) {
	p := ward("app=web part=a", "app=api part=a", "app=web part=b")
	x := p.parties[deployment("shop", "d0")]
	x.owner = &record.Workload{Meta: record.Meta{Kind: model.KindByName("Deployment")}, Selector: &metav1.LabelSelector{
		MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "app", Operator: metav1.LabelSelectorOpIn, Values: []string{"web", "shop"}}}}}
	if got, c := chosen(p, 0); got != "app in (shop,web),part=a" || len(c.others) > 0 {
		t.Errorf("%s %v", got, c.others)
	}
	x.owner.Selector = &metav1.LabelSelector{MatchLabels: map[string]string{"app": "gone"}}
	if got, _ := chosen(p, 0); got != "app=web,part=a" {
		t.Errorf("a selector that does not select its own pods is no use: %s", got)
	}
}

// Of random pods a selector selects all that are meant; of the others just those that it names. Where one label that all
// have tells them from each of the others, it names nobody.
func TestRandomSelectors(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		n := 2 + r.IntN(5)
		p := &place{name: "shop", parties: map[model.Ref]*party{}}
		for i := range n {
			x := &party{ref: deployment("shop", fmt.Sprintf("d%d", i))}
			for range 1 + r.IntN(2) {
				m := map[string]string{}
				for _, k := range []string{"app", "tier", "version", "x", "pod-template-hash"} {
					if v := r.IntN(4); v > 0 {
						m[k] = fmt.Sprint(v)
					}
				}
				x.wears(record.MakeLabels(m))
			}
			p.parties[x.ref] = x
		}
		me := p.parties[deployment("shop", "d0")]
		c := p.selector(me.labels, nil, me.ref)
		s, err := metav1.LabelSelectorAsSelector(&c.LabelSelector)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range me.labels {
			if !s.Matches(l) {
				t.Fatalf("%s does not select %v", s, l.Map())
			}
		}
		var selected []model.Ref
		for _, x := range p.sorted() {
			if x != me && slices.ContainsFunc(x.labels, func(l record.Labels) bool { return s.Matches(l) }) {
				selected = append(selected, x.ref)
			}
		}
		if !slices.Equal(selected, c.others) {
			t.Fatalf("%s selects %v, and names %v", s, selected, c.others)
		}
		if len(c.others) > 0 && len(me.labels) == 1 && !slices.ContainsFunc(p.sorted(), func(x *party) bool { return x != me && slices.Contains(x.labels, me.labels[0]) }) {
			t.Fatalf("%v: %s selects %v, though each wears other labels", me.labels[0].Map(), s, c.others)
		}
	}
}
