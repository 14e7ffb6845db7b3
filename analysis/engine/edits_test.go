package engine

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/model"
)

func TestEdits(t *testing.T) {
	web, pinned, evil := deployment("x:1", 2, false), deployment("x:2", 2, false), deployment("x:2", 2, true)
	rs, rsEvil := replicaSet(web, "1"), replicaSet(evil, "2")
	naked := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "debug"}, Spec: template("x", true).Spec}
	slice := &discoveryv1.EndpointSlice{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web-x", Labels: map[string]string{discoveryv1.LabelServiceName: "web"}}}
	for _, c := range []struct {
		name string
		play func(s *scene)
		want []string
	}{
		{"an object comes", func(s *scene) { s.put(role("shop", "reader", "get")) }, []string{"created shop/Role/reader: get pods"}},
		{"it changes and goes", func(s *scene) {
			s.put(role("shop", "reader", "get"))
			s.publish()
			s.clock.pass(31)
			s.put(role("shop", "reader", "list"))
			s.publish()
			s.drop(role("shop", "reader", "list"))
		}, []string{"deleted shop/Role/reader: list pods", "changed shop/Role/reader: rules changed, now: list pods", "created shop/Role/reader: get pods"}},
		{"pods come and go", func(s *scene) {
			s.put(podOf(rs, 1))
			s.drop(podOf(rs, 0))
		}, nil},
		{"a pod with a flaw is told of its owner", func(s *scene) {
			p := podOf(rs, 1)
			p.Spec = template("x", true).Spec
			s.put(p)
		}, []string{"changed shop/Deployment/web +"}},
		{"and what it brought goes with it", func(s *scene) {
			p := podOf(rs, 1)
			p.Spec = template("x", true).Spec
			s.put(p)
			s.publish()
			s.clock.pass(10)
			s.drop(p)
		}, []string{"changed shop/Deployment/web: findings came and went"}},
		{"a flaw that lasts no publication is none", func(s *scene) {
			p := podOf(rs, 1)
			p.Spec = template("x", true).Spec
			s.put(p)
			s.clock.pass(31)
			s.drop(p)
		}, []string{"changed shop/Deployment/web -", "changed shop/Deployment/web +"}},
		{"a rollout is one edit", func(s *scene) {
			s.put(evil)
			s.publish()
			s.clock.pass(5)
			s.put(rsEvil, podOf(rsEvil, 0), podOf(rsEvil, 1))
			s.publish()
			s.clock.pass(5)
			s.drop(podOf(rs, 0))
		}, []string{"changed shop/Deployment/web: image 1 → 2, template changed +"}},
		{"two changes soon after each other are one edit", func(s *scene) {
			s.put(pinned)
			s.publish()
			s.clock.pass(29)
			s.put(deployment("x:3", 4, false))
		}, []string{"changed shop/Deployment/web: image 1 → 2, image 2 → 3, replicas 2 → 4"}},
		{"and later ones two", func(s *scene) {
			s.put(pinned)
			s.publish()
			s.clock.pass(30)
			s.put(deployment("x:3", 2, false))
		}, []string{"changed shop/Deployment/web: image 2 → 3", "changed shop/Deployment/web: image 1 → 2"}},
		{"the end of a Deployment is one edit, though pods take their time", func(s *scene) {
			s.drop(web)
			s.publish()
			s.clock.pass(1)
			s.drop(rs)
			s.publish()
			s.clock.pass(40)
			s.drop(podOf(rs, 0))
		}, []string{"deleted shop/Deployment/web -"}},
		{"a new set that claims a deleted Deployment is an edit", func(s *scene) {
			s.drop(web, rs, podOf(rs, 0))
			s.publish()
			s.put(replicaSet(web, "9"))
		}, []string{"created shop/ReplicaSet/web-9 +", "deleted shop/Deployment/web -"}},
		{"what lasted a moment is not hidden", func(s *scene) {
			s.put(naked)
			s.drop(naked)
		}, []string{"deleted shop/Pod/debug -", "created shop/Pod/debug +"}},
		{"status is noise", func(s *scene) {
			d := web.DeepCopy()
			d.Status.ReadyReplicas = 1
			d.Labels = map[string]string{"a": "b"}
			p := podOf(rs, 0)
			p.Status.Phase = corev1.PodFailed
			s.put(d, p)
		}, nil},
		{"jobs of a CronJob are none, others are", func(s *scene) {
			c := cronJob()
			s.put(c, jobOf(c))
			s.drop(jobOf(c))
			s.put(jobOf(nil))
		}, []string{"created shop/Job/nightly-1 +", "created shop/CronJob/nightly +"}},
		{"endpoint slices are none", func(s *scene) { s.put(slice); s.drop(slice) }, nil},
		{"a kind that loads later", func(s *scene) {
			s.cover(model.Loading, "Role")
			s.put(role("shop", "reader", "get"))
			s.cover(model.Complete, "Role")
			s.publish()
			s.put(role("shop", "reader", "list"))
		}, []string{"changed shop/Role/reader: rules changed, now: list pods"}},
		{"a kind that may not be read", func(s *scene) {
			s.cover(model.Denied, "Role")
			s.put(role("shop", "reader", "get"))
			s.cover(model.Complete, "Role")
		}, nil},
		{"a watch that breaks and is read anew", func(s *scene) {
			cov := model.Coverage{Kind: model.KindByName("Deployment").GroupKind(), State: model.Complete, Stale: true}
			s.engine.cover(cov)
			s.put(web.DeepCopy())
			cov.Stale = false
			s.engine.cover(cov)
		}, nil},
		{"a plan that is tried out", func(s *scene) {
			ref := model.KindByName("Deployment").Ref("shop", "web")
			if p, err := s.engine.whatIf(model.Plan{Steps: []model.Step{{Verb: model.Delete, Ref: ref}}}); err != nil || len(p.Closed) == 0 {
				s.t.Errorf("preview %+v, %v", p, err)
			}
		}, nil},
		{"a rebuild keeps what there was", func(s *scene) {
			s.put(role("shop", "reader", "get"))
			s.publish()
			s.engine.rebuild()
			s.publish()
			s.put(role("shop", "reader", "list"))
		}, []string{"created shop/Role/reader: get pods, rules changed, now: list pods"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newScene(t)
			s.put(web, rs, podOf(rs, 0))
			s.publish()
			s.settle()
			if got := s.edits(); len(got) > 0 {
				t.Fatalf("loading made edits: %q", got)
			}
			c.play(s)
			s.publish()
			if got := s.edits(); !slices.Equal(got, c.want) {
				t.Errorf("edits\n%q, want\n%q", got, c.want)
			}
		})
	}
}

func TestEditsAreBounded(t *testing.T) {
	s := newScene(t)
	s.settle()
	for i := range 250 {
		s.put(role("shop", fmt.Sprintf("r%03d", i), "get"))
	}
	s.publish()
	r := s.engine.Report()
	if len(r.Edits) != 200 || r.EditsDropped != 50 || r.Edits[0].Object.Name != "r249" || r.Edits[199].Object.Name != "r050" {
		t.Fatalf("%d edits, %d dropped, from %v to %v", len(r.Edits), r.EditsDropped, r.Edits[0].Object, r.Edits[len(r.Edits)-1].Object)
	}
	for i := range r.Edits[1:] {
		if r.Edits[i].Sequence != r.Edits[i+1].Sequence+1 {
			t.Fatalf("sequences %d and %d follow each other", r.Edits[i+1].Sequence, r.Edits[i].Sequence)
		}
	}
	if len(s.engine.edits.newest) != 200 {
		t.Errorf("%d edits are remembered by object", len(s.engine.edits.newest))
	}
	// An edit that was let go is not gone on with, though it is young.
	s.put(role("shop", "r000", "list"))
	s.publish()
	if e := s.engine.Report().Edits[0]; e.Object.Name != "r000" || e.Verb != model.EditChanged {
		t.Errorf("the newest edit is %v %v", e.Verb, e.Object)
	}
}

// TestEditKeepsItsIdentity holds that an edit that goes on is replaced, not changed, and stays where it was.
func TestEditKeepsItsIdentity(t *testing.T) {
	s := newScene(t)
	s.put(deployment("x:1", 1, false))
	s.settle()
	s.put(deployment("x:2", 1, false))
	s.put(role("shop", "reader", "get"))
	s.publish()
	before := s.engine.Report().Edits
	text := fmt.Sprint(before)
	s.clock.pass(3)
	s.put(deployment("x:2", 1, true))
	s.publish()
	after := s.engine.Report().Edits
	if fmt.Sprint(before) != text {
		t.Error("the published edit changed")
	}
	if len(after) != 2 || after[1].Sequence != before[1].Sequence || !after[1].Time.Equal(before[1].Time) || after[1].OpenedCount == 0 {
		t.Errorf("edits %+v, were %+v", after, before)
	}
	if !slices.Contains(after[1].Opened, "PS01/apps/Deployment/shop/web") || after[1].Worst != model.Critical {
		t.Errorf("opened %q, worst %v", after[1].Opened, after[1].Worst)
	}
}

// TestEditsBalance plays random changes, each long after the one before: what all edits opened, less what they closed, must
// be what the findings are now, less what they were and what time alone, or a scan of the user's, brought.
func TestEditsBalance(t *testing.T) {
	opened, compared := 0, 0
	for seed := range uint64(60) {
		w, s := newWorld(t, 100+seed), newScene(t)
		w.honest = true
		for range 200 {
			s.engine.apply(w.change())
		}
		s.settle()
		before := s.engine.Report()
		byTime, still := 0, true
		for range 150 {
			apart := func(f func()) {
				count, digest := s.engine.findings.set.Len(), s.engine.findings.digest
				f()
				byTime += s.engine.findings.set.Len() - count
				still = still && s.engine.findings.digest == digest
			}
			if change := w.change(); change.Ref.Group == model.GroupOwn {
				// What the user has let scan is no change of the cluster.
				apart(func() { s.engine.apply(change) })
			} else {
				s.engine.apply(change)
			}
			s.clock.pass(121)
			apart(s.engine.tick)
			if w.IntN(3) == 0 {
				s.publish()
			}
			if w.IntN(10) == 0 {
				// Other errors mean that the plan could not be played.
				if _, err := s.engine.whatIf(w.plan(s.engine)); errors.Is(err, errNotTakenBack) {
					t.Fatal(err)
				}
			}
		}
		s.publish()
		after := s.engine.Report()
		balance := map[string]int{}
		total, whole := 0, still
		for _, e := range after.Edits {
			total += e.OpenedCount - e.ClosedCount
			opened += e.OpenedCount
			whole = whole && len(e.Opened) == e.OpenedCount && len(e.Closed) == e.ClosedCount
			for _, id := range e.Opened {
				balance[id]++
			}
			for _, id := range e.Closed {
				balance[id]--
			}
		}
		if want := after.Findings.Len() - before.Findings.Len() - byTime; total != want || after.EditsDropped > 0 {
			t.Fatalf("seed %d: edits come to %d findings, want %d; %d edits dropped", seed, total, want, after.EditsDropped)
		}
		if !whole {
			continue
		}
		compared++
		for f := range before.Findings.All() {
			balance[f.ID]++
		}
		for f := range after.Findings.All() {
			balance[f.ID]--
		}
		for id, n := range balance {
			if n != 0 {
				t.Fatalf("seed %d: %s is told %d times too often", seed, id, n)
			}
		}
	}
	if opened == 0 || compared == 0 {
		t.Fatal("nothing opened: the test compared nothing")
	}
}

// TestEditsAreSound plays random changes close to each other and looks at every report.
func TestEditsAreSound(t *testing.T) {
	w, s := newWorld(t, 31), newScene(t)
	for range 200 {
		s.engine.apply(w.change())
	}
	s.settle()
	goneOn := 0
	known := map[uint64]model.Edit{}
	for range 3000 {
		s.engine.apply(w.change())
		s.clock.pass(w.IntN(5))
		if w.IntN(3) > 0 {
			continue
		}
		s.publish()
		r := s.engine.Report()
		if len(r.Edits)+r.EditsDropped != int(r.Edits[0].Sequence) {
			t.Fatalf("%d edits and %d dropped, yet the newest is number %d", len(r.Edits), r.EditsDropped, r.Edits[0].Sequence)
		}
		for i, e := range r.Edits {
			if i > 0 && (e.Sequence >= r.Edits[i-1].Sequence || e.Time.After(r.Edits[i-1].Time)) {
				t.Fatalf("edit %d is newer than the one before it", i)
			}
			if e.Verb == model.EditChanged && e.Detail == "" && e.OpenedCount+e.ClosedCount == 0 {
				t.Fatalf("edit %+v says nothing", e)
			}
			if len(e.Opened) != min(listed, e.OpenedCount) || len(e.Closed) != min(listed, e.ClosedCount) {
				t.Fatalf("edit %+v lists too many or too few", e)
			}
			if slices.ContainsFunc(e.Opened, func(id string) bool { return slices.Contains(e.Closed, id) }) {
				t.Fatalf("edit %+v opened what it closed", e)
			}
			if old, ok := known[e.Sequence]; ok && (old.Object != e.Object || old.Verb != e.Verb || !old.Time.Equal(e.Time)) {
				t.Fatalf("edit %+v was %+v", e, old)
			} else if ok && (old.Detail != e.Detail || old.OpenedCount != e.OpenedCount) {
				goneOn++
			}
			known[e.Sequence] = e
		}
	}
	if goneOn < 10 {
		t.Errorf("only %d edits went on", goneOn)
	}
}

// TestEditListsTheWorst fills an edit with more than it lists.
func TestEditListsTheWorst(t *testing.T) {
	e := &edit{published: model.Edit{Verb: model.EditChanged}}
	finding := func(i int, s model.Severity) *model.Finding {
		return &model.Finding{ID: fmt.Sprintf("f%03d", i), Severity: s}
	}
	for i := range 100 {
		e.post(nil, []move{{after: finding(i, model.Severity(i%4))}}, &consequences{})
	}
	e.post(nil, []move{{before: finding(200, model.Critical)}, {before: finding(3, model.High)}, {before: finding(7, model.High), after: finding(7, model.Critical)}}, &consequences{})
	e.post([]string{"a", "b", "c", "d", "e", "f", "g", "h", "a", "i"}, nil, &consequences{})
	e.render()
	p := e.published
	if len(p.Opened) != 20 || p.OpenedCount != 99 || p.Opened[0] != "f007" || p.Opened[1] != "f011" || p.Worst != model.Critical {
		t.Errorf("opened %q, %d in all, worst %v", p.Opened, p.OpenedCount, p.Worst)
	}
	if !slices.Equal(p.Closed, []string{"f200"}) || p.ClosedCount != 1 {
		t.Errorf("closed %q, %d in all", p.Closed, p.ClosedCount)
	}
	if p.Detail != "a, b, c, d, e, f, g, h, and more" {
		t.Errorf("detail %q", p.Detail)
	}
}
