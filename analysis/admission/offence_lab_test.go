package admission

import (
	"context"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/analysis/remedy"
	"canopy/model"
)

// TestLabOffences holds on a real API server, for every rule on pods: while the binding warns, a pod that breaks it is made,
// with a warning; once it refuses, the pod is refused with our words, its nearest neighbour is not, nor is a pod of the template
// as the fix leaves it.
func TestLabOffences(t *testing.T) {
	s := newServer(t)
	var guards []*Guard
	deployments := map[string]*appsv1.Deployment{}
	of := func(o offence) string { return "g-" + strings.ToLower(o.rule) }
	for _, o := range offences() {
		ns := of(o)
		s.namespace(ns)
		for _, account := range []string{"web", "busy"} {
			s.make(&corev1.ServiceAccount{ObjectMeta: meta(ns, account)})
		}
		template := corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"app": "web"}}, Spec: goodPod(ns, "p").Spec}
		o.spoil(&template.Spec)
		web := &appsv1.Deployment{ObjectMeta: meta(ns, "web"), Spec: appsv1.DeploymentSpec{Replicas: new(int32(0)), Selector: &metav1.LabelSelector{MatchLabels: template.Labels}, Template: template}}
		filled := &appsv1.Deployment{}
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(s.make(web).Object, filled); err != nil {
			t.Fatal(err)
		}
		deployments[ns] = filled
		g := guardOf(t, clusterOf(t, filled), "v1.35.0", found(t, o.rule, ns+"/Deployment/web"))
		if len(g.Policies) != 1 || len(g.Without) > 0 {
			t.Fatalf("%s: %+v", o.rule, g)
		}
		if e := g.Policies[0].Evidence; !slices.ContainsFunc(e, func(line string) bool { return strings.Contains(line, "1 ("+ns+"/Deployment/web)") }) {
			t.Errorf("%s: %q", o.rule, e)
		}
		s.guard(g, false)
		guards = append(guards, g)
	}
	pod := func(o offence, change func(*corev1.PodSpec)) *corev1.Pod {
		p := goodPod(of(o), "p")
		change(&p.Spec)
		return p
	}
	for i, o := range offences() {
		warning := ""
		s.until(o.rule+" to be warned of", func() bool {
			s.warned()
			if _, err := s.create(pod(o, o.spoil), true); err != nil {
				t.Fatalf("%s: %v", o.rule, err)
			}
			warning = strings.Join(s.warned(), "\n")
			return strings.Contains(warning, guards[i].Policies[0].Documents[0].Step.Ref.Name)
		})
		if !strings.Contains(warning, o.says) {
			t.Errorf("%s: %s", o.rule, warning)
		}
		s.apply(guards[i].Policies[0].Enforce)
	}
	for _, o := range offences() {
		var err error
		s.until(o.rule+" to be refused", func() bool {
			_, err = s.create(pod(o, o.spoil), true)
			return err != nil
		})
		if text := s.refusal(err); !strings.Contains(text, o.says) {
			t.Errorf("%s: %s", o.rule, text)
		}
		if _, err := s.create(pod(o, o.neighbour), true); err != nil {
			t.Errorf("%s: the neighbour is refused: %v", o.rule, err)
		}
		if o.loose {
			continue
		}
		s.fixed(o, deployments[of(o)])
	}
}

// fixed carries out the fix of a finding on a Deployment, and makes a pod of what comes out.
func (s *server) fixed(o offence, web *appsv1.Deployment) {
	s.Helper()
	ns := web.Namespace
	accounts := []runtime.Object{web.DeepCopy(), &corev1.Namespace{ObjectMeta: meta("", ns)}}
	for _, name := range []string{"default", "web", "busy"} {
		accounts = append(accounts, &corev1.ServiceAccount{ObjectMeta: meta(ns, name)})
	}
	fix, err := remedy.ForServer(clusterOf(s, accounts...), testServer, []*model.Finding{found(s, o.rule, ns+"/Deployment/web")})
	if err != nil || len(fix.Documents) == 0 || len(fix.Notes) > 0 {
		s.Errorf("%s: no fix: %v %+v", o.rule, err, fix)
		return
	}
	for _, d := range fix.Documents {
		s.apply(Document{Step: d.Step, YAML: d.YAML})
	}
	u, err := s.of(model.KindByName("Deployment").GVK(), ns).Get(context.Background(), "web", metav1.GetOptions{})
	if err != nil {
		s.Fatal(err)
	}
	after := &appsv1.Deployment{}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(u.Object, after); err != nil {
		s.Fatal(err)
	}
	p := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "fixed", Labels: after.Spec.Template.Labels, Annotations: after.Spec.Template.Annotations}, Spec: after.Spec.Template.Spec}
	if _, err := s.create(p, true); err != nil {
		s.Errorf("%s: a pod of the fixed template is refused: %v", o.rule, err)
	}
}
