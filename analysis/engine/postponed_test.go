package engine

import (
	"slices"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/model"
)

// TestNetworkWaitsForItsKinds reads a cluster whose policies come late. Until they are there no rule of the network reads as
// judged, also those that need no policies; after a while they are judged with what has come.
func TestNetworkWaitsForItsKinds(t *testing.T) {
	open := func(s *scene) bool { return s.engine.Report().Findings.Get("NW08//Service/shop/web") != nil }
	state := func(s *scene) model.RuleState { s.publish(); return s.engine.Report().Rules["NW08"] }
	load := func(s *scene) {
		s.put(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop"}}, deployment("web:1", 1, false),
			&corev1.Service{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web"}, Spec: corev1.ServiceSpec{Type: corev1.ServiceTypeLoadBalancer,
				Selector: map[string]string{"app": "web"}, Ports: []corev1.ServicePort{{Port: 80}}}})
		var rest []string
		for _, k := range model.Kinds() {
			if k.Kind != "NetworkPolicy" {
				rest = append(rest, k.Kind)
			}
		}
		s.cover(model.Complete, rest...)
	}
	for name, end := range map[string]func(*scene){
		"they come":     func(s *scene) { s.cover(model.Complete, "NetworkPolicy") },
		"they may not":  func(s *scene) { s.cover(model.Denied, "NetworkPolicy") },
		"time is over":  func(s *scene) { s.clock.now = s.clock.now.Add(patience); s.engine.tick() },
		"somebody asks": func(s *scene) { s.engine.catchUp() },
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			load(s)
			rule := s.engine.rules[slices.IndexFunc(s.engine.rules, func(r *model.Rule) bool { return r.ID == "NW08" })]
			if slices.Contains(rule.Needs, "NetworkPolicy.networking.k8s.io") {
				t.Fatal("the rule needs policies: take another")
			}
			if r := state(s); !r.Loading || open(s) {
				t.Fatalf("judged early: %+v, finding %v", r, open(s))
			}
			if due := s.engine.next(); due.IsZero() || due.Sub(s.clock.now) > patience || due.Sub(s.clock.now) <= 0*time.Second {
				t.Fatalf("it is not said when it will be judged: %v", due)
			}
			end(s)
			if r := state(s); r.Loading || !open(s) {
				t.Errorf("not judged: %+v, finding %v", r, open(s))
			}
			if s.engine.postponed.waits {
				t.Error("it still waits")
			}
		})
	}
}
