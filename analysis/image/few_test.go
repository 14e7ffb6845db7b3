package image

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestFewIsASet compares it with a map while members come and go, with sizes on both sides of where it changes its form.
func TestFewIsASet(t *testing.T) {
	w := rand.New(rand.NewPCG(3, 4))
	members := make([]*int, 200)
	for i := range members {
		members[i] = &i
	}
	var f few[int]
	want := map[*int]struct{}{}
	for step := range 20_000 {
		x := members[w.IntN(1+step/100)]
		if w.IntN(3+step/5000) > 1 {
			f.drop(x)
			delete(want, x)
		} else {
			f.add(x)
			want[x] = struct{}{}
		}
		got := f.list()
		if len(got) != len(want) || f.len() != len(want) {
			t.Fatalf("step %d: %d members, want %d", step, len(got), len(want))
		}
		for _, x := range got {
			if _, ok := want[x]; !ok {
				t.Fatalf("step %d: %d is no member", step, *x)
			}
		}
		for range f.all() {
			break
		}
	}
	for _, x := range members {
		f.drop(x)
	}
	if f.one != nil || f.more != nil {
		t.Errorf("something is left: %+v", f)
	}
}

// TestSumsCollide finds each where all have one of few sums.
func TestSumsCollide(t *testing.T) {
	w := rand.New(rand.NewPCG(5, 6))
	s := newSums[int]()
	there := map[int]*int{}
	for step := range 5000 {
		n := w.IntN(30)
		sum := uint64(n % 3)
		if one := there[n]; one != nil {
			s.drop(sum, one)
			delete(there, n)
		} else {
			there[n] = &n
			s.put(sum, &n)
		}
		for n := range 30 {
			if got := s.find(uint64(n%3), func(x *int) bool { return *x == n }); got != there[n] {
				t.Fatalf("step %d: %d: %v, want %v", step, n, got, there[n])
			}
		}
	}
	for n, one := range there {
		s.drop(uint64(n%3), one)
	}
	if s.len() != 0 {
		t.Errorf("something is left: %+v", s)
	}
}

// What pods of a household have in common is held once, and the record of before by nobody.
func TestHouseholdsAreShared(t *testing.T) {
	b := newCourt(t, Options{})
	b.put(deployment("shop", "web")...)
	for _, name := range []string{"web-a", "web-b", "web-c"} {
		b.put(pod("shop", "web", name, "n-"+name, "nginx:1.29", nginxA))
	}
	b.flush()
	if n := b.a.households.len(); n != 1 || len(b.a.ownerOf(ref("Deployment", "shop", "web")).homes.one.said) != 1 {
		t.Fatalf("%d households", n)
	}
	p := pod("shop", "web", "web-a", "n-web-a", "nginx:1.29", nginxA)
	p.Status.Reason = "no concern here"
	b.put(p)
	if len(b.a.dirty.pods) != 0 {
		t.Error("what is no concern has a pod looked at anew")
	}
	if h := b.a.resident(ref("Pod", "shop", "web-a")); h.pod != b.c.Get(ref("Pod", "shop", "web-a")) {
		t.Error("an old record is kept")
	}
	b.put(pod("shop", "web", "web-b", "n-web-b", "nginx:1.29", "docker.io/library/nginx@<B>"))
	b.flush()
	if n := b.a.households.len(); n != 2 || len(b.a.items) != 2 {
		t.Errorf("%d households, %d images", n, len(b.a.items))
	}
	for _, name := range []string{"web-a", "web-c"} {
		b.put(pod("shop", "web", name, "n-"+name, "nginx:1.29", "docker.io/library/nginx@<B>"))
	}
	b.flush()
	if n := b.a.households.len(); n != 1 || len(b.a.items) != 1 || len(b.a.labels) != 1 {
		t.Errorf("%d households, %d images, %d references", n, len(b.a.items), len(b.a.labels))
	}
	i, _ := b.a.Image(digest("B"), nil)
	if i.Pods != 3 || !slices.Equal(i.Uses[0].Nodes, []string{"n-web-a", "n-web-b", "n-web-c"}) {
		t.Errorf("%+v", i)
	}
}
