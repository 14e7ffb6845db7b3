package main

import (
	"slices"
	"strings"
	"testing"

	paths "canopy/analysis/attack"
)

// TestDemoTellsItsStory holds the paths of the demo: the story of its README, hop by hop, the one edit that ends it, all paths to
// cluster-admin by where they begin, and the least set of edits that ends them, by the names of the objects.
func TestDemoTellsItsStory(t *testing.T) {
	_, ctx, e, report := judgedDemo(t, paths.Options{Jewels: []string{"payments/Secret/postgres-credentials"}})
	sum := report.Attack
	if sum == nil || !sum.Known || sum.Paths != 15 || sum.Internet != 2 {
		t.Fatalf("summed up as %+v", sum)
	}
	if got := strings.Join(sum.Headline, " > "); got != "internet > shop/Deployment/web > sa:shop/web > ops/Deployment/operator > sa:ops/operator > cluster-admin" {
		t.Errorf("the headline is %s", got)
	}
	if c := sum.Cuts[0]; c.Object.String() != "ops/RoleBinding/ops-exec" || c.Removes != 10 {
		t.Errorf("the first cut is %+v", c)
	}
	err := e.AskAttack(ctx, func(a paths.Asker) {
		web, _ := a.Find("shop/Deployment/web")
		answer := a.Paths(paths.Question{From: paths.Internet})
		at := slices.IndexFunc(answer.Paths, func(p paths.Path) bool { return len(p.Hops) > 0 && p.Hops[0].To == web })
		if at < 0 {
			t.Fatalf("no path goes by the web shop: %+v", answer.Paths)
		}
		var hops []string
		for _, h := range answer.Paths[at].Hops {
			hops = append(hops, h.Edge+" "+h.Proof.Object.String())
			if h.Confidence != paths.Proven || len(h.Proof.Evidence) == 0 {
				t.Errorf("%s is %s: %+v", h.Edge, h.Confidence, h.Proof)
			}
		}
		want := "K-05 shop/Service/web, I-01 shop/Deployment/web, W-07 ops/RoleBinding/ops-exec, I-01 ops/Deployment/operator, I-03 ClusterRoleBinding/operator-cluster-admin"
		if got := strings.Join(hops, ", "); got != want {
			t.Errorf("the story goes\n%s\nwant\n%s", got, want)
		}
		if len(answer.Least) != 1 || answer.Least[0].Object.String() != "ops/RoleBinding/ops-exec" || answer.Least[0].Removes != len(answer.Paths) {
			t.Errorf("what ends the story is %+v", answer.Least)
		}
		all := a.Paths(paths.Question{})
		var from, least []string
		for _, p := range all.Paths {
			from = append(from, p.From.ID)
		}
		for _, c := range all.Least {
			least = append(least, c.Object.String())
		}
		slices.Sort(from)
		if got := strings.Join(from, " "); got != "ci/Deployment/runner data/DaemonSet/backup-helper data/Deployment/spark-operator group:dev group:system:serviceaccounts "+
			"monitoring/StatefulSet/prometheus ops/Deployment/argocd-application-controller ops/Deployment/argocd-server ops/Deployment/cert-manager "+
			"ops/Deployment/cert-manager-cainjector ops/Deployment/cert-manager-webhook ops/Deployment/external-dns ops/Deployment/operator ops/Deployment/velero shop/Deployment/web" {
			t.Errorf("paths begin at %s", got)
		}
		slices.Sort(least)
		if got := strings.Join(least, " "); got != "ClusterRoleBinding/operator-cluster-admin ci/RoleBinding/runner data/DaemonSet/backup-helper data/RoleBinding/spark-operator" {
			t.Errorf("the least cut is %s", got)
		}
		// What the demo's list of flaws says besides.
		for _, one := range [][2]string{
			{"monitoring/StatefulSet/prometheus", "secrets"}, {"group:dev", "payments/Secret/postgres-credentials"}, {"group:dev", "nodes"}, {"data/DaemonSet/backup-helper", "control-plane"},
		} {
			from, ok := a.Find(one[0])
			to, found := a.Find(one[1])
			if !ok || !found || len(a.Paths(paths.Question{From: from, To: to, Plain: true}).Paths) != 1 {
				t.Errorf("there is no path from %s to %s", one[0], one[1])
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}
