package attack_test

import (
	"context"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/analysis/attack"
	"canopy/analysis/engine"
	"canopy/model"
	"canopy/model/record"
)

// TestManifests holds that a folder of manifests, in which nothing runs, shows the path from the internet through what is to run.
func TestManifests(t *testing.T) {
	meta := metav1.ObjectMeta{Namespace: "shop", Name: "web"}
	one := int32(1)
	labels := map[string]string{"app": "web"}
	objects := []runtime.Object{
		&corev1.Service{ObjectMeta: meta, Spec: corev1.ServiceSpec{Type: corev1.ServiceTypeLoadBalancer, Selector: labels, Ports: []corev1.ServicePort{{Port: 80}}}},
		&appsv1.Deployment{ObjectMeta: meta, Spec: appsv1.DeploymentSpec{Replicas: &one, Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels},
			Spec: corev1.PodSpec{ServiceAccountName: "web", Containers: []corev1.Container{{Name: "a", Ports: []corev1.ContainerPort{{ContainerPort: 80}}}}}}}},
		&corev1.ServiceAccount{ObjectMeta: meta},
		&rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: "all"}, Rules: []rbacv1.PolicyRule{{Verbs: []string{"*"}, APIGroups: []string{"*"}, Resources: []string{"*"}}}},
		&rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: "web"}, RoleRef: rbacv1.RoleRef{APIGroup: model.GroupRBAC, Kind: "ClusterRole", Name: "all"},
			Subjects: []rbacv1.Subject{{Kind: "ServiceAccount", Namespace: "shop", Name: "web"}}},
	}
	e := engine.New(engine.Options{})
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() { _ = e.Run(ctx) }()
	for _, o := range objects {
		r, err := record.Make(o)
		if err != nil {
			t.Fatal(err)
		}
		e.Change(model.Put(r))
	}
	for _, k := range model.Kinds() {
		e.Cover(model.Coverage{Kind: k.GroupKind(), State: model.Complete})
	}
	report, err := e.Settle(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if report.Attack == nil || report.Attack.Paths != 1 || report.Attack.Internet != 1 {
		t.Fatalf("reported %+v", report.Attack)
	}
	err = e.AskAttack(ctx, func(q attack.Asker) {
		answer := q.Paths(attack.Question{From: attack.Internet})
		if len(answer.Paths) != 1 {
			t.Fatalf("paths %+v", answer.Paths)
		}
		var edges []string
		for _, h := range answer.Paths[0].Hops {
			edges = append(edges, h.Edge+" "+h.Confidence.String())
		}
		// No server gave the Service an address.
		want := []string{"K-05 missing-data", "I-01 admission", "I-03 proven"}
		if len(edges) != len(want) || edges[0] != want[0] || edges[1] != want[1] || edges[2] != want[2] {
			t.Errorf("got %v, want %v", edges, want)
		}
		for _, h := range answer.Paths[0].Hops {
			if len(h.Proof.Evidence) == 0 {
				t.Errorf("%s: no evidence", h.Edge)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestAbsent holds that what a file does not hold is not known, and that a kind which a server does not serve is none.
func TestAbsent(t *testing.T) {
	ask := func(kind, reason string) string {
		e := engine.New(engine.Options{})
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		go func() { _ = e.Run(ctx) }()
		for _, k := range model.Kinds() {
			cov := model.Coverage{Kind: k.GroupKind(), State: model.Complete}
			if k.Kind == kind {
				cov.State, cov.Reason = model.Absent, reason
			}
			e.Cover(cov)
		}
		report, err := e.Settle(ctx)
		if err != nil {
			t.Fatal(err)
		}
		unknown := ""
		if err := e.AskAttack(ctx, func(q attack.Asker) { unknown = q.Paths(attack.Question{}).Unknown }); err != nil {
			t.Fatal(err)
		}
		if report.Attack.Known != (unknown == "") {
			t.Errorf("%s: the report knows: %t, the answer says %q", kind, report.Attack.Known, unknown)
		}
		return unknown
	}
	for _, kind := range []string{"ClusterRoleBinding", "RoleBinding", "Role", "Secret", "ServiceAccount", "Namespace", "Pod"} {
		if got := ask(kind, "a list does not hold this kind"); got != kind+" absent: a list does not hold this kind" {
			t.Errorf("%s: %q", kind, got)
		}
	}
	if got := ask("Ingress", model.NotServed+" by this server"); got != "" {
		t.Errorf("Ingresses that are not served: %q", got)
	}
	if got := ask("Ingress", "a list does not hold this kind"); got == "" {
		t.Error("Ingresses that a list does not hold are taken for none")
	}
}
