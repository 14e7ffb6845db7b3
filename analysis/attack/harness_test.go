package attack

import (
	"testing"

	"k8s.io/apimachinery/pkg/runtime"

	"canopy/analysis/catalogue"
	"canopy/analysis/exposure"
	"canopy/analysis/network"
	"canopy/analysis/network/plugin"
	"canopy/analysis/privilege"
	"canopy/analysis/rbac"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// law is the catalogue, which tests read once.
type law struct {
	rules catalogue.Set
	edges []*model.Edge
}

func readLaw(t testing.TB) law {
	t.Helper()
	rules, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	edges, err := catalogue.Edges()
	if err != nil {
		t.Fatal(err)
	}
	return law{rules, edges}
}

// town is a small cluster with the analysers that the graph is drawn from, in the order of the engine.
type town struct {
	t testing.TB
	law
	o       Options
	w       World
	a       *Analyser
	plugged bool
}

func (l law) town(t testing.TB, jewels ...string) *town {
	s := &town{t: t, law: l, o: Options{Jewels: jewels}}
	s.w = World{Cluster: cluster.New(), Access: rbac.New(), Privilege: privilege.New(l.rules, l.edges), Network: network.New(), Ways: exposure.New()}
	s.a = New(l.edges, s.o)
	return s
}

// complete covers every kind, on a server of this version.
func (s *town) complete(server string) *town {
	for _, k := range model.Kinds() {
		s.cover(model.Coverage{Kind: k.GroupKind(), State: model.Complete})
	}
	return s.serve(server)
}

func (s *town) cover(cov model.Coverage) {
	if s.w.Cluster.Cover(cov) {
		s.w.Privilege.Covered(cov.Kind, s.w.Access)
		s.w.Network.Covered(s.w.Cluster, cov.Kind)
		s.a.Covered(s.w.Cluster, cov.Kind)
		s.plugged = false
	}
}

func (s *town) serve(server string) *town {
	s.w.Server = server
	s.w.Privilege.Server(server, s.w.Cluster, s.w.Access)
	return s
}

func (s *town) take(ch model.Change) {
	d, ok := s.w.Cluster.Apply(ch)
	if !ok {
		return
	}
	changed := s.w.Access.Update(s.w.Cluster, d)
	s.w.Privilege.Update(d, s.w.Access, &changed)
	s.plugged = s.plugged && !plugin.Touches(d)
	s.w.Network.Update(s.w.Cluster, d)
	s.w.Ways.Update(s.w.Cluster, d)
	s.a.Update(s.w.Cluster, d, &changed)
}

func (s *town) flush() *town {
	s.w.Privilege.Flush(s.w.Cluster, s.w.Access, nobody{})
	if !s.plugged {
		s.plugged = true
		s.w.Network.Surroundings(plugin.Detect(s.w.Cluster))
	}
	s.w.Network.Flush(s.w.Cluster)
	s.a.Flush(&s.w, s.w.Ways.Flush(s.w.Cluster))
	return s
}

func recordOf(t testing.TB, o runtime.Object) model.Record {
	t.Helper()
	r, err := record.Make(o.DeepCopyObject())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (s *town) put(objects ...runtime.Object) *town {
	s.t.Helper()
	for _, o := range objects {
		s.take(model.Put(recordOf(s.t, o)))
	}
	return s.flush()
}

func (s *town) drop(refs ...model.Ref) *town {
	for _, ref := range refs {
		s.take(model.Drop(ref))
	}
	return s.flush()
}

// again builds the same from nothing.
func (s *town) again() *town {
	now := s.town(s.t, s.o.Jewels...)
	for _, cov := range s.w.Cluster.Coverage() {
		now.cover(cov)
	}
	now.serve(s.w.Server)
	for _, gk := range s.w.Cluster.Kinds() {
		for _, r := range s.w.Cluster.Sorted(gk) {
			now.take(model.Put(r))
		}
	}
	return now.flush()
}

func (s *town) asker() *asker { return s.a.Asker(&s.w, "").(*asker) }
