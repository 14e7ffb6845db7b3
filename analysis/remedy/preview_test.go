package remedy

import (
	"context"
	"slices"
	"testing"
	"time"

	"canopy/analysis/engine"
	"canopy/analysis/rbac"
	"canopy/model"
	"canopy/model/cluster"
)

// engineOn starts an engine on a cluster, and gives its report once all was read.
func engineOn(t *testing.T, c *cluster.Cluster) (*engine.Engine, *model.Report) {
	t.Helper()
	s, err := newScience()
	if err != nil {
		t.Fatal(err)
	}
	e := engine.New(engine.Options{Rules: s.rules, Edges: s.edges, Clock: model.FixedClock(time.Unix(1_800_000_000, 0)), Interval: time.Millisecond})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- e.Run(ctx) }()
	t.Cleanup(func() { stop(); <-ended })
	e.Identify(model.SourceInfo{Server: testServer})
	for _, gk := range c.Kinds() {
		for r := range c.All(gk) {
			e.Change(model.Put(r))
		}
	}
	e.Cover(c.Coverage()...)
	report, err := e.Settle(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return e, report
}

// So it does of the network: the findings end that the fix says end, pairs of pods are closed, and none is opened.
func TestThePreviewAgreesOnSegments(t *testing.T) {
	e, report := engineOn(t, seen(t, manifests(t, quarter())...))
	var all []*model.Finding
	for _, id := range []string{"NW03//Namespace//shop", "NW01/apps/Deployment/shop/web", "NW02/apps/Deployment/shop/api"} {
		if f := report.Findings.Get(id); f != nil {
			all = append(all, f)
		} else {
			t.Fatalf("no %s", id)
		}
	}
	var fix *Fix
	var failure error
	if err := e.Read(t.Context(), func(c *cluster.Cluster) { fix, failure = For(c, all) }); err != nil || failure != nil {
		t.Fatal(err, failure)
	}
	p, err := e.WhatIf(t.Context(), fix.Plan)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		if !slices.ContainsFunc(p.Closed, func(o *model.Finding) bool { return o.ID == f.ID }) {
			t.Errorf("%s goes on", f.ID)
		}
	}
	if !p.PairsKnown || len(p.PairsClosed) == 0 || len(p.PairsOpened) > 0 {
		t.Errorf("closed %v, opened %v", p.PairsClosed, p.PairsOpened)
	}
}

// The engine, which plays the plan for a preview, sees what the fix says: the findings end, and what is lost is what they are
// about.
func TestThePreviewAgrees(t *testing.T) {
	c := world(t, aRole("ops-exec", permit("create", "", "pods/exec"), permit("get,list", "", "pods")), bind("ops-exec", "Role", "ops-exec", user("ann"), user("bob")),
		aClusterRole("prometheus", permit("get,list,watch", "", "nodes,services,pods,secrets")), bindAll("prometheus", "prometheus", user("prom")), bind("prom", "ClusterRole", "prometheus", user("eve")),
		bindAll("operator", "cluster-admin", user("op")))
	e, report := engineOn(t, c)
	ctx := t.Context()
	for name, want := range map[string]string{
		"LP09/rbac.authorization.k8s.io/RoleBinding/shop/ops-exec":      "user:ann create pods/exec; user:bob create pods/exec",
		"LP06/rbac.authorization.k8s.io/ClusterRoleBinding//prometheus": "user:prom get secrets; user:prom list secrets; user:prom watch secrets",
		"LP01/rbac.authorization.k8s.io/ClusterRoleBinding//operator":   "user:op * *.*; user:op * *",
	} {
		f := report.Findings.Get(name)
		if f == nil {
			t.Errorf("no %s", name)
			continue
		}
		var fix *Fix
		var failure error
		if err := e.Ask(ctx, func(c *cluster.Cluster, _ *rbac.Analyser, server string) {
			fix, failure = ForServer(c, server, []*model.Finding{f})
		}); err != nil || failure != nil {
			t.Fatal(err, failure)
		}
		p, err := e.WhatIf(ctx, fix.Plan)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(p.Closed, func(o *model.Finding) bool { return o.ID == name }) || len(p.Opened) > 0 {
			t.Errorf("%s: closed %d, opened %v", name, len(p.Closed), p.Opened)
		}
		var lost []rbac.Loss
		for _, l := range p.Lost {
			// Everybody holds these by groups.
			if l.Group != "authorization.k8s.io" && l.Group != "authentication.k8s.io" && (l.URL == "" || l.URL == "*") {
				lost = append(lost, l)
			}
		}
		if got := says(lost); got != want {
			t.Errorf("%s: lost %q, want %q", name, got, want)
		}
	}
}
