package attack

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/model"
)

// after gives the cluster as it is when edits were made for real.
func (w *wood) after(cuts ...model.Cut) *wood {
	now := &wood{w.law.town(w.t).complete("v1.37.2"), map[model.Ref]runtime.Object{}, w.spaces}
	for ref, o := range w.objects {
		o = o.DeepCopyObject()
		gone := false
		for _, c := range cuts {
			switch c.Edit {
			case cutBinding, cutWay:
				gone = gone || ref == c.Object
			case cutRole:
				if ref == c.Object {
					switch t := o.(type) {
					case *rbacv1.Role:
						t.Rules = nil
					case *rbacv1.ClusterRole:
						t.Rules = nil
					}
				}
			case cutToken, cutEscapes:
				w.harden(o, c)
			}
		}
		if !gone {
			now.objects[ref] = o
			now.take(model.Put(recordOf(w.t, o)))
		}
	}
	now.flush()
	return now
}

// harden edits the pods of an owner, and its template.
func (w *wood) harden(o runtime.Object, c model.Cut) {
	var spec *corev1.PodSpec
	owner := c.Object
	switch t := o.(type) {
	case *corev1.Pod:
		spec, owner = &t.Spec, w.w.Cluster.TopOwner(w.w.Cluster.Get(recordOf(w.t, o).Ref()))
	case *appsv1.Deployment:
		spec, owner = &t.Spec.Template.Spec, recordOf(w.t, o).Ref()
	case *appsv1.ReplicaSet:
		spec, owner = &t.Spec.Template.Spec, w.w.Cluster.TopOwner(w.w.Cluster.Get(recordOf(w.t, o).Ref()))
	case *appsv1.DaemonSet:
		spec, owner = &t.Spec.Template.Spec, recordOf(w.t, o).Ref()
	}
	if spec == nil || owner != c.Object {
		return
	}
	if c.Edit == cutToken {
		no := false
		spec.AutomountServiceAccountToken = &no
		spec.Volumes = slices.DeleteFunc(spec.Volumes, func(v corev1.Volume) bool { return v.Projected != nil })
		return
	}
	spec.HostPID = false
	spec.Volumes = slices.DeleteFunc(spec.Volumes, func(v corev1.Volume) bool { return v.HostPath != nil })
	spec.Containers[0].SecurityContext, spec.Containers[0].VolumeMounts, spec.EphemeralContainers = nil, nil, nil
}

// leading lists the sources of a question that lead to its goal, by the reference.
func (w *wood) leading(of Question) []string {
	m := w.atlas()
	goal := of.To.ID
	if goal == ClusterAdmin.ID {
		goal = "admin"
	}
	open := m.arcs["net"]
	var list []string
	for _, s := range m.starts() {
		if _, exposed := open[s]; of.From == Internet && s != "who user:system:anonymous" && s != "who group:system:unauthenticated" && (!exposed || !strings.HasPrefix(s, "pods ")) {
			continue
		}
		if _, ok := m.from(s)[goal]; ok {
			list = append(list, s)
		}
	}
	return list
}

// left is the same by the graph, which TestAgreesWithReference holds against the reference.
func (w *wood) left(of Question, before []string) []string {
	q := w.asker()
	v, ok := q.toward(of.To, false)
	if !ok {
		return nil
	}
	defer v.close()
	starts, _ := q.starts(of.From)
	var list []string
	for _, s := range starts {
		if _, ok := v.search.Cost(s); ok {
			list = append(list, w.a.keys[s].word())
		}
	}
	// Users are known by their bindings alone, but are there without them, in their groups.
	for _, was := range before {
		s, err := model.ParseSubject(strings.TrimPrefix(was, "who "))
		if err != nil || slices.Contains(list, was) {
			continue
		}
		for _, g := range groups(s)[1:] {
			if at, ok := q.a.find(identityOf(g)); ok {
				if _, ok := v.search.Cost(at); ok {
					list = append(list, was)
				}
			}
		}
	}
	return list
}

// ended counts those that led and no longer do.
func ended(before, after []string) int {
	n := 0
	for _, s := range before {
		if !slices.Contains(after, s) {
			n++
		}
	}
	return n
}

// vertices counts those that an edit of an object takes away.
func (w *wood) vertices(ref model.Ref) int {
	n := 0
	for _, k := range w.a.keys {
		switch k.kind {
		case binding, joint, token, escapes, way:
			if k.ref == ref {
				n++
			}
		}
	}
	return n
}

// TestCuts holds that edits which are made for real end just the paths that they are said to end.
func TestCuts(t *testing.T) {
	law := readLaw(t)
	worlds := 40
	if os.Getenv("CANOPY_LONG") != "" {
		worlds = 1000
	}
	ranked, sets := 0, 0
	for seed := range worlds {
		d := newDice(uint64(seed)+5000, "a", "b", "kube-system")
		w := law.wood(t, d, 60+d.IntN(80))
		for _, ns := range d.spaces {
			// The account of the name exists whatever speaks of it.
			o := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "default"}}
			r := recordOf(t, o)
			w.objects[r.Ref()] = o
			w.take(model.Put(r))
		}
		w.flush()
		of := Question{From: []Node{{}, Internet}[d.IntN(2)], To: []Node{ClusterAdmin, ClusterAdmin, AnyNode, AnySecrets}[d.IntN(4)]}
		answer := w.asker().Paths(of)
		before := w.leading(of)
		complain := func(format string, values ...any) {
			t.Errorf("seed %d, from %q to %q: %s\n%s", seed, of.From.ID, of.To.ID, fmt.Sprintf(format, values...), strings.Join(before, "\n"))
		}
		if len(answer.Paths) != len(before) {
			complain("%d paths, want %d", len(answer.Paths), len(before))
		}
		for _, c := range answer.Cuts[:min(len(answer.Cuts), 6)] {
			n := ended(before, w.after(c).left(of, before))
			if n != c.Removes && w.vertices(c.Object) == 1 || c.Edit == cutRole && n != c.Removes {
				complain("%s of %s ends %d, not %d", c.Edit, c.Object, n, c.Removes)
			}
			ranked++
		}
		if answer.Uncuttable != "" || len(before) == 0 {
			if answer.Uncuttable != "" {
				w.uncuttable(complain, of, before)
			}
			continue
		}
		for i := range answer.Least {
			// Where an edit takes several vertices away it may end more.
			single := !slices.ContainsFunc(answer.Least, func(c model.Cut) bool { return w.vertices(c.Object) > 1 })
			if n := ended(before, w.after(answer.Least[:i+1]...).left(of, before)); n < answer.Least[i].Removes || single && n != answer.Least[i].Removes {
				complain("the first %d of %v end %d", i+1, answer.Least, n)
			}
			sets++
		}
		if n := len(answer.Least); n == 0 || answer.Least[n-1].Removes != len(before) {
			complain("%v does not end all", answer.Least)
		}
	}
	t.Logf("%d edits, %d of sets", ranked, sets)
}

// uncuttable holds that some path is left whatever is edited.
func (w *wood) uncuttable(complain func(string, ...any), of Question, before []string) {
	var every []model.Cut
	q := w.asker()
	for v, k := range w.a.keys {
		if c, ok := q.edit(vertexNumber(v)); ok && w.a.uses[v] > 0 && k.kind != joint && (k.kind != way || of.From == Internet) {
			// A Service that leads in may serve a webhook too.
			every = append(every, c)
		}
	}
	if len(w.after(every...).left(of, before)) == 0 {
		complain("it is said that nothing ends all, and %d edits do", len(every))
	}
}

// TestLeast holds on tiny clusters that no set of edits that costs less ends all paths.
func TestLeast(t *testing.T) {
	law := readLaw(t)
	worlds := 60
	if os.Getenv("CANOPY_LONG") != "" {
		worlds = 1000
	}
	tried := 0
	for seed := range worlds {
		d := newDice(uint64(seed)+9000, "a", "b")
		w := law.wood(t, d, 12+d.IntN(14))
		of := Question{To: ClusterAdmin}
		answer := w.asker().Paths(of)
		if answer.Uncuttable != "" || len(answer.Least) == 0 {
			continue
		}
		price := 0
		for _, c := range answer.Least {
			price += c.Cost
		}
		q := w.asker()
		var all []model.Cut
		for v := range w.a.keys {
			c, ok := q.edit(vertexNumber(v))
			if !ok || w.a.uses[v] == 0 || slices.ContainsFunc(all, func(o model.Cut) bool { return o.Object == c.Object && o.Edit == c.Edit }) {
				continue
			}
			c.Cost = int(q.price(vertexNumber(v)))
			if c.Edit != cutWay {
				all = append(all, c)
			}
		}
		if len(all) > 8 {
			continue
		}
		before := w.leading(of)
		for set := range 1 << len(all) {
			var some []model.Cut
			cost := 0
			for i := range all {
				if set&(1<<i) != 0 {
					some, cost = append(some, all[i]), cost+all[i].Cost
				}
			}
			if cost >= price {
				continue
			}
			tried++
			if n := ended(before, w.after(some...).left(of, before)); n == len(before) {
				t.Errorf("seed %d: %v costs %d, and %v costs %d", seed, answer.Least, price, some, cost)
			}
		}
	}
	if tried < 20 {
		t.Errorf("%d sets were tried", tried)
	}
}
