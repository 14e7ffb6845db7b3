package overview_test

import (
	"testing"
	"time"

	"canopy/model"
	"canopy/ui/view"
	"canopy/ui/view/viewtest"
)

// at is a moment of the day of the small cluster.
func at(clock string) time.Time {
	t, err := time.Parse(time.TimeOnly, clock)
	if err != nil {
		panic(err) // the tests spell it
	}
	y, m, d := viewtest.Now.Date()
	return time.Date(y, m, d, t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}

func deployment(namespace, name string) model.Ref {
	return model.Ref{Group: "apps", Version: "v1", Kind: "Deployment", Namespace: namespace, Name: name}
}

// busy is the small cluster after an hour in which things have changed.
func busy(s *viewtest.Session) *view.Snapshot {
	r := *s.Report()
	r.Time = at("14:02:30")
	privileged := "PS01/apps/DaemonSet/data/backup-helper"
	binding := model.Ref{Group: "rbac.authorization.k8s.io", Version: "v1", Kind: "RoleBinding", Namespace: "shop", Name: "ci"}
	r.Edits = []model.Edit{
		{Time: at("14:02:11"), Sequence: 6, Verb: model.EditCreated, Object: binding, Detail: "sa:ci/runner → ClusterRole/edit", OpenedCount: 3, Worst: model.High},
		{Time: at("14:01:40"), Sequence: 5, Verb: model.EditChanged, Object: deployment("shop", "web"), Detail: "image 1.4 → 1.5"},
		{
			Time: at("13:58:02"), Sequence: 4, Verb: model.EditChanged, Object: model.Ref{Group: "apps", Version: "v1", Kind: "DaemonSet", Namespace: "data", Name: "backup-helper"},
			Detail: "container helper is privileged; volume host added", Opened: []string{privileged}, OpenedCount: 12, ClosedCount: 1, Worst: model.Critical,
		},
		{Time: at("13:55:30"), Sequence: 3, Verb: model.EditDeleted, Object: model.Ref{Version: "v1", Kind: "Pod", Namespace: "kube-system", Name: "debug-x9"}, ClosedCount: 4, Worst: model.High},
		{Time: at("13:51:00"), Sequence: 2, Verb: model.EditCreated, Object: model.Ref{Version: "v1", Kind: "Namespace", Name: "staging"}, Detail: "no Pod Security label", OpenedCount: 1, Worst: model.Medium},
		{
			Time: at("13:50:00"), Sequence: 1, Verb: model.EditDeleted, Object: model.Ref{Group: "networking.k8s.io", Version: "v1", Kind: "NetworkPolicy", Namespace: "payments", Name: "default-deny"},
			Detail: "was: isolates every pod: nothing in", PairsOpened: 214, OpenedCount: 5, Worst: model.High,
		},
		{Time: at("09:12:00").AddDate(0, 0, -1), Sequence: 0, Verb: model.EditChanged, Object: deployment("ops", "operator"), Detail: "replicas 1 → 3"},
	}
	n := view.NewSnapshot().Next(&r, nil)
	n.Trend = nil
	for i, risk := range []int{-6, -5, -5, -4, -6, -4, -5, -5, -3, 0} {
		n.Trend = append(n.Trend, view.Sample{Time: at("13:40:00").Add(time.Duration(i) * 2 * time.Minute), Risk: n.Risk + risk})
	}
	return n
}

// covered gives the small cluster as someone sees it who may not see all.
func covered(s *viewtest.Session) *view.Snapshot {
	cover := func(kind string, state model.CoverState, reason string) {
		s.Cover(model.Coverage{Kind: model.KindByName(kind).GroupKind(), State: state, Reason: reason})
	}
	cover("secrets", model.Denied, "may not list secrets; ask for the ClusterRole that canopy access prints")
	cover("configmaps", model.Denied, "may not list configmaps; ask for the ClusterRole that canopy access prints")
	cover("rolebindings", model.Denied, "may not list rolebindings; name namespaces with -n")
	cover("networkpolicies", model.Partial, "read in 2 of 8 namespaces; name others with -n")
	cover("events", model.Absent, "the server does not have this kind")
	s.Apply()
	return s.Snapshot()
}

// halfway gives the small cluster while it is read.
func halfway(t testing.TB) *view.Snapshot {
	s := viewtest.Cluster(t)
	news, done := s.Subscribe()
	defer done()
	var loading []model.Coverage
	for i, k := range model.Kinds() {
		if i%3 == 1 || k.Kind == "RoleBinding" {
			loading = append(loading, model.Coverage{Kind: k.GroupKind(), State: model.Loading})
		}
	}
	s.Cover(loading...)
	for s.Report().Settled() {
		<-news
	}
	return s.Snapshot()
}

// bare gives a cluster in which there is nothing.
func bare(t testing.TB) *view.Snapshot {
	s := viewtest.New(t)
	s.Complete()
	return s.Snapshot()
}
