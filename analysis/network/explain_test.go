package network_test

import (
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/analysis/network"
	"canopy/analysis/network/networktest"
	"canopy/analysis/network/policy"
	"canopy/model/cluster"
	"canopy/model/record"
)

// TestNearMisses holds that the rule which nearly matches is told first, with what keeps it from matching.
func TestNearMisses(t *testing.T) {
	s := newScene(t)
	s.pod("ops/job-1", "app=job-v2,tier=x", "", "n1")
	s.pod("shop/web-1", "app=web", "", "n2")
	s.policy("shop/in", `{podSelector: {}, policyTypes: [Ingress], ingress: [
		{from: [{podSelector: {matchLabels: {app: job, tier: y}}}]},
		{from: [{namespaceSelector: {}, podSelector: {matchLabels: {app: job}}}], ports: [{port: 80}]},
		{from: [{namespaceSelector: {}}], ports: [{port: https}]},
		{from: [{ipBlock: {cidr: 192.0.2.0/24}}]}]}`)
	s.flush()
	x, err := s.a.Explain(s.c, network.End{Ref: ref("ops/Pod/job-1")}, network.End{Ref: ref("shop/Pod/web-1")})
	if err != nil {
		t.Fatal(err)
	}
	if len(x.Parts) != 1 || x.Parts[0].Verdict != network.Deny || len(x.Parts[0].Because) != 1 || x.Parts[0].Because[0].Rule != -1 || x.Parts[0].Because[0].Direction != policy.Ingress {
		t.Errorf("parts %+v", x.Parts)
	}
	var got []string
	for _, m := range x.Ingress.Misses {
		got = append(got, strings.Join(m.Missing, " and ")+": "+m.Connections.String())
	}
	want := []string{
		"label app=job-v2 does not match app=job: TCP 80",
		"the pod has no port named https: nothing",
		"address 10.0.0.1 is not in 192.0.2.0/24: everything",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("misses:\n%s", strings.Join(got, "\n"))
	}
	if x.Egress.Isolated || !x.Ingress.Isolated || len(x.Egress.Misses) != 0 {
		t.Errorf("sides %+v %+v", x.Egress, x.Ingress)
	}
	if _, err := s.a.Explain(s.c, network.End{Ref: ref("ops/Pod/none")}, network.End{Ref: ref("shop/Pod/web-1")}); err == nil {
		t.Error("a pod that is not there is explained")
	}
}

// TestShifts holds that a change is told by what it opens and closes, and that a class which is only told apart anew opens
// nothing.
func TestShifts(t *testing.T) {
	s := newScene(t)
	s.pod("ops/job-1", "app=job,tier=x", "", "n1")
	s.pod("ops/job-2", "app=job,tier=y", "", "n1")
	s.pod("shop/web-1", "app=web", "", "n2")
	s.flush()
	s.a.Track(true)
	told := func(list []network.Shift) string {
		var lines []string
		for i := range list {
			lines = append(lines, list[i].String())
		}
		return strings.Join(lines, "\n") + "\n"
	}
	s.policy("shop/in", `{podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{namespaceSelector: {}, podSelector: {matchLabels: {tier: x}}}], ports: [{port: 80}]}]}`)
	d := s.flush()
	if len(d.Opened) != 0 {
		t.Errorf("opened %s", told(d.Opened))
	}
	s.want("closed", told(d.Closed), `
		ops (tier=x) → shop: TCP 1-79,81-65535 UDP * SCTP *
		ops (tier=y) → shop: everything
	`)
	if len(d.Policies) != 1 || strings.Join(d.Namespaces, " ") != "ops shop" || d.All {
		t.Errorf("delta %+v", d)
	}
	s.pod("ops/job-2", "app=job,tier=x", "", "n1")
	d = s.flush()
	s.want("relabelled", told(d.Opened), "ops (tier=x) → shop: TCP 80\n")
	s.drop("NetworkPolicy", "shop", "in")
	d = s.flush()
	s.want("open again", told(d.Opened), "ops → shop: TCP 1-79,81-65535 UDP * SCTP *\n")
	s.pod("ops/job-3", "app=job", "", "n1")
	if d = s.flush(); len(d.Opened)+len(d.Closed) != 0 || len(d.Pods) != 1 {
		t.Errorf("one pod more of a class: %+v", d)
	}
}

// TestRebuild holds that building everything anew changes nothing.
func TestRebuild(t *testing.T) {
	s := newScene(t)
	s.pod("ops/job-1", "app=job,tier=x", "", "n1")
	s.pod("shop/web-1", "app=web", "", "n2")
	s.policy("shop/in", `{podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{namespaceSelector: {}, podSelector: {matchLabels: {tier: x}}}], ports: [{port: http}]}]}`)
	s.a.Surroundings(network.Surroundings{Foreign: []network.Foreign{{Ref: ref("ops/NetworkPolicy/other"), Namespace: "ops"}}})
	s.flush()
	digest, entries := s.a.Digest(), s.entries(network.Question{Denied: true})
	s.a.Rebuild(s.c)
	if s.a.Digest() != digest || s.entries(network.Question{Denied: true}) != entries || !strings.Contains(entries, "not-evaluated") {
		t.Errorf("digest %x, before %x; entries\n%s", s.a.Digest(), digest, entries)
	}
}

// TestShiftOfStandIn holds that a block of all addresses speaks of stand-ins too, which have none: what it lets in from one
// of them is not told as closed.
func TestShiftOfStandIn(t *testing.T) {
	s := newScene(t)
	s.pod("shop/web-1", "app=web", "", "n2")
	w := networktest.Record(&batchv1.CronJob{ObjectMeta: metav1.ObjectMeta{Namespace: "ops", Name: "nightly"}}).(*record.Workload)
	stand := record.StandIn(w)
	s.a.Update(s.c, cluster.Delta{Ref: stand.Ref(), New: stand})
	s.flush()
	s.a.Track(true)
	for from, want := range map[string]string{
		"0.0.0.0/0":  "ops → shop: TCP 1-79,81-65535 UDP * SCTP *\n",
		"10.0.0.0/8": "ops → shop: everything\n",
	} {
		s.policy("shop/in", `{podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{ipBlock: {cidr: `+from+`}}], ports: [{port: 80}]}]}`)
		d := s.flush()
		var lines strings.Builder
		for i := range d.Closed {
			if d.Closed[i].Src.Namespace == "ops" {
				lines.WriteString(d.Closed[i].String() + "\n")
			}
		}
		s.want(from, lines.String(), want)
		s.drop("NetworkPolicy", "shop", "in")
		s.flush()
	}
}
