package workload

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	apilabels "k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// outside tells by the definition whether anybody outside of the cluster reaches a pod.
func (b *bench) outside(p *record.Pod) bool {
	for _, ctr := range slices.Concat(p.Spec().InitContainers, p.Spec().Containers) {
		if slices.ContainsFunc(ctr.Ports, func(port corev1.ContainerPort) bool { return port.HostPort != 0 }) {
			return true
		}
	}
	for r := range b.c.All(model.KindByName("Service").GroupKind()) {
		s := r.(*record.Typed[*corev1.Service])
		spec := &s.Object.Spec
		if s.Namespace != p.Namespace || len(spec.Selector) == 0 || spec.Type == corev1.ServiceTypeExternalName || !apilabels.SelectorFromSet(spec.Selector).Matches(apilabels.Set(p.Labels.Map())) {
			continue
		}
		if spec.Type == corev1.ServiceTypeNodePort || spec.Type == corev1.ServiceTypeLoadBalancer || len(spec.ExternalIPs) > 0 {
			return true
		}
		for r := range b.c.All(model.KindByName("Ingress").GroupKind()) {
			i := r.(*record.Typed[*networkingv1.Ingress])
			// Where a backend stands does not matter.
			if i.Namespace == p.Namespace && strings.Contains(i.Object.Spec.String(), "IngressServiceBackend{Name:"+s.Name+",") {
				return true
			}
		}
	}
	return false
}

// token tells by the definition whether a pod holds a token of its account, and of which.
func (b *bench) token(p *record.Pod) (account string, holds model.Verdict) {
	spec := p.Spec()
	account = spec.ServiceAccountName
	if account == "" {
		account = "default"
	}
	volume := false
	for _, v := range spec.Volumes {
		if v.Projected == nil {
			continue
		}
		for _, s := range v.Projected.Sources {
			if s.ServiceAccountToken != nil && s.ServiceAccountToken.Audience == "" {
				return account, model.Yes
			}
			volume = volume || s.ServiceAccountToken != nil
		}
	}
	sa, ok := cluster.Find[*record.Typed[*corev1.ServiceAccount]](b.c, "ServiceAccount", p.Namespace, account)
	switch on := spec.AutomountServiceAccountToken; {
	case on != nil && *on, on == nil && volume:
		return account, model.Yes
	case on != nil:
		return account, model.No
	case ok && sa.Object.AutomountServiceAccountToken != nil && !*sa.Object.AutomountServiceAccountToken:
		return account, model.No
	case ok, account == "default" && b.c.Seen(model.KindByName("ServiceAccount").GroupKind(), p.Namespace).State == model.Complete:
		return account, model.Yes
	}
	return account, model.Unknown
}

// checkTakeovers compares the findings of LP25 with the definition, pod by pod.
func checkTakeovers(t *testing.T, b *bench, when string) {
	t.Helper()
	type sum struct {
		pods    int
		verdict model.Verdict
	}
	want, got := map[string]sum{}, map[string]sum{}
	for r := range b.c.All(model.KindByName("Pod").GroupKind()) {
		p := r.(*record.Pod)
		account, holds := b.token(p)
		if p.Finished() || mirror(p) || holds == model.No || !b.outside(p) || len(b.reach.Of(model.Subject{Kind: model.AccountSubject, Namespace: p.Namespace, Name: account})) == 0 {
			continue
		}
		owner := fmt.Sprint(keyOf(b.c.TopOwner(p)))
		s := want[owner]
		if s.pods++; s.verdict != model.Yes {
			s.verdict = holds
		}
		want[owner] = s
	}
	for _, f := range b.out.findings {
		if f.Rule.ID == takeover {
			got[fmt.Sprint(keyOf(f.Object))] = sum{f.Pods, f.Verdict}
		}
	}
	if !maps.Equal(got, want) {
		t.Fatalf("%s: LP25 on %v, by the definition %v", when, got, want)
	}
}

// strong is shop/web bound to a role, by default to one that holds the cluster.
func strong(change ...func(*rbacv1.ClusterRole)) []runtime.Object {
	r := &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: "strong"}, Rules: []rbacv1.PolicyRule{{Verbs: []string{"create"}, APIGroups: []string{""}, Resources: []string{"pods"}}}}
	for _, f := range change {
		f(r)
	}
	return []runtime.Object{r, serviceAccount("shop", "web", nil), &rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: "strong"},
		Subjects: []rbacv1.Subject{{Kind: "ServiceAccount", Namespace: "shop", Name: "web"}}, RoleRef: rbacv1.RoleRef{APIGroup: model.GroupRBAC, Kind: "ClusterRole", Name: "strong"}}}
}

// service is shop/web for pods with the label app=web.
func service(change func(*corev1.ServiceSpec)) *corev1.Service {
	s := &corev1.Service{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web"}, Spec: corev1.ServiceSpec{Type: corev1.ServiceTypeClusterIP, Selector: map[string]string{"app": "web"}}}
	if change != nil {
		change(&s.Spec)
	}
	return s
}

func ingress(change func(*networkingv1.IngressSpec)) *networkingv1.Ingress {
	i := &networkingv1.Ingress{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "front"}}
	change(&i.Spec)
	return i
}

// served is a running pod of shop/web that mounts a token.
func served(change ...func(*corev1.Pod)) *corev1.Pod {
	p := soundPod("web-1")
	p.Labels = map[string]string{"app": "web", "tier": "front"}
	p.Spec.AutomountServiceAccountToken = nil
	for _, f := range change {
		f(p)
	}
	return p
}

func mounting() []runtime.Object {
	d := deployment(func(t *corev1.PodTemplateSpec) { t.Spec.AutomountServiceAccountToken = nil })
	return []runtime.Object{d, webRevision()}
}

// TestTakeover goes through what makes LP25: a way in from outside, a token, and rights that lead to the cluster. Each
// example differs in one thing from one that holds.
func TestTakeover(t *testing.T) {
	load := service(func(s *corev1.ServiceSpec) { s.Type = corev1.ServiceTypeLoadBalancer })
	back := networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{Name: "web"}}
	backend := networkingv1.HTTPIngressPath{Backend: back}
	cat := slices.Concat[[]runtime.Object]
	these := func(list ...runtime.Object) []runtime.Object { return list }
	all := cat(mounting(), strong())
	denied := model.Coverage{Kind: model.KindByName("ServiceAccount").GroupKind(), State: model.Denied, Reason: "not permitted"}
	port := func(p *corev1.Pod) {
		p.Spec.Containers[0].Ports = []corev1.ContainerPort{{ContainerPort: 80, HostPort: 8080}}
	}
	tokenVolume := func(name, audience string) func(*corev1.Pod) {
		return func(p *corev1.Pod) {
			p.Spec.AutomountServiceAccountToken = new(false)
			p.Spec.Volumes = []corev1.Volume{{Name: name, VolumeSource: corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{
				Sources: []corev1.VolumeProjection{{ServiceAccountToken: &corev1.ServiceAccountTokenProjection{Path: "token", Audience: audience}}}}}}}
		}
	}
	for _, tt := range []struct {
		name    string
		objects []runtime.Object
		cover   []model.Coverage
		// want is the verdict, No for no finding; line is of the evidence.
		want model.Verdict
		line string
	}{
		{"LoadBalancer", cat(all, these(load, served())), nil, model.Yes, "shop/Service/web spec.type=LoadBalancer"},
		{"NodePort", cat(all, these(service(func(s *corev1.ServiceSpec) { s.Type = corev1.ServiceTypeNodePort }), served())), nil, model.Yes, "shop/Service/web spec.type=NodePort"},
		{"externalIPs", cat(all, these(service(func(s *corev1.ServiceSpec) { s.ExternalIPs = []string{"192.0.2.7"} }), served())), nil, model.Yes, "shop/Service/web spec.externalIPs=192.0.2.7"},
		{"Ingress by a rule", cat(all, these(service(nil), served(), ingress(func(s *networkingv1.IngressSpec) {
			s.Rules = []networkingv1.IngressRule{{Host: "none"}, {IngressRuleValue: networkingv1.IngressRuleValue{HTTP: &networkingv1.HTTPIngressRuleValue{Paths: []networkingv1.HTTPIngressPath{{}, backend}}}}}
		}))), nil, model.Yes, "shop/Ingress/front spec.rules[1].http.paths[1].backend.service.name=web"},
		{"Ingress by default", cat(all, these(service(nil), served(), ingress(func(s *networkingv1.IngressSpec) { s.DefaultBackend = &back }))), nil, model.Yes, "shop/Ingress/front spec.defaultBackend.service.name=web"},
		{"a port of the node", cat(all, these(served(port))), nil, model.Yes, "shop/Pod/web-1 spec.containers[0].ports[0].hostPort=8080"},
		{"the account", cat(all, these(load, served())), nil, model.Yes, "shop/Deployment/web spec.template.spec.serviceAccountName=web"},
		{"the way", cat(all, these(load, served())), nil, model.Yes, "ClusterRoleBinding/strong roleRef.name=sa:shop/web → the whole cluster (W-01, W-04)"},

		{"ClusterIP alone", cat(all, these(service(nil), served())), nil, model.No, ""},
		{"a Service that is another name", cat(all, these(service(func(s *corev1.ServiceSpec) {
			s.Type, s.ExternalIPs = corev1.ServiceTypeExternalName, []string{"192.0.2.7"}
		}), served())), nil, model.No, ""},
		{"a Service of other pods", cat(all, these(service(func(s *corev1.ServiceSpec) { s.Type, s.Selector["tier"] = corev1.ServiceTypeLoadBalancer, "back" }), served())), nil, model.No, ""},
		{"a Service without a selector", cat(all, these(service(func(s *corev1.ServiceSpec) { s.Type, s.Selector = corev1.ServiceTypeLoadBalancer, nil }), served())), nil, model.No, ""},
		{"a Service of another namespace", cat(all, these(func() runtime.Object { s := load.DeepCopy(); s.Namespace = "ops"; return s }(), served())), nil, model.No, ""},
		{"an Ingress to another Service", cat(all, these(service(nil), served(), ingress(func(s *networkingv1.IngressSpec) {
			s.DefaultBackend = &networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{Name: "api"}}
		}))), nil, model.No, ""},
		{"an Ingress to a bucket", cat(all, these(service(nil), served(), ingress(func(s *networkingv1.IngressSpec) {
			s.DefaultBackend = &networkingv1.IngressBackend{Resource: &corev1.TypedLocalObjectReference{Kind: "StorageBucket", Name: "web"}}
		}))), nil, model.No, ""},
		{"a port of the pod alone", cat(all, these(served(func(p *corev1.Pod) { p.Spec.Containers[0].Ports = []corev1.ContainerPort{{ContainerPort: 80}} }))), nil, model.No, ""},

		{"no token, says the pod", cat(all, these(load, served(func(p *corev1.Pod) { p.Spec.AutomountServiceAccountToken = new(false) }))), nil, model.No, ""},
		{"no token, says the account", cat(all, these(load, served(), serviceAccount("shop", "web", new(false)))), nil, model.No, ""},
		{"a token, says the pod against the account", cat(all, these(load, served(func(p *corev1.Pod) { p.Spec.AutomountServiceAccountToken = new(true) }), serviceAccount("shop", "web", new(false)))), nil, model.Yes, ""},
		{"a volume with a token, whatever the pod says", cat(all, these(load, served(tokenVolume("mine", "")))), nil, model.Yes, ""},
		{"a volume with a token for somebody else", cat(all, these(load, served(tokenVolume("mine", "vault")))), nil, model.No, ""},
		{"the account is not known", cat(mounting(), strong()[:1], strong()[2:], these(load, served())), []model.Coverage{denied}, model.Unknown, ""},
		{"the account is not known, and the pod asks", cat(mounting(), strong()[:1], strong()[2:], these(load, served(func(p *corev1.Pod) { p.Spec.AutomountServiceAccountToken = new(true) }))), []model.Coverage{denied}, model.Yes, ""},

		{"a static pod", cat(strong(), these(load, served(func(p *corev1.Pod) {
			p.OwnerReferences = []metav1.OwnerReference{{APIVersion: "v1", Kind: "Node", Name: "n1", Controller: new(true)}}
			p.Annotations = map[string]string{corev1.MirrorPodAnnotationKey: "x"}
		}))), nil, model.No, ""},
		{"no pod", cat(all, these(load)), nil, model.No, ""},
		{"no pod that runs", cat(all, these(load, served(func(p *corev1.Pod) { p.Status.Phase = corev1.PodSucceeded }))), nil, model.No, ""},

		{"no rights", cat(mounting(), these(load, served(), serviceAccount("shop", "web", nil))), nil, model.No, ""},
		{"rights that lead nowhere", cat(mounting(), strong(func(r *rbacv1.ClusterRole) { r.Rules[0].Verbs = []string{"get"} }), these(load, served())), nil, model.No, ""},
		{"rights by a group", cat(all, these(load, served(), &rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: "strong"},
			Subjects: []rbacv1.Subject{{Kind: "Group", Name: "system:serviceaccounts:shop"}}, RoleRef: rbacv1.RoleRef{APIGroup: model.GroupRBAC, Kind: "ClusterRole", Name: "strong"}})), nil, model.Yes,
			"ClusterRoleBinding/strong roleRef.name=group:system:serviceaccounts:shop → the whole cluster (W-01, W-04)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, model.FixedClock(now)).reaching().complete()
			for _, cov := range tt.cover {
				b.cover(cov)
			}
			b.put(tt.objects...)
			checkTakeovers(t, b, tt.name)
			f := b.find(takeover, "shop/Deployment/web")
			if tt.want == model.No {
				if f != nil {
					t.Errorf("%v", f.Proof.Evidence())
				}
				return
			}
			if f == nil || f.Verdict != tt.want || f.Severity != model.Critical || f.Pods != 1 || (tt.want == model.Unknown) != (f.Reason != "") {
				t.Fatalf("got %+v", f)
			}
			if tt.line != "" && !slices.ContainsFunc(f.Proof.Evidence(), func(e model.Evidence) bool { return fmt.Sprint(e.Object, " ", e.Path, "=", e.Value) == tt.line }) {
				t.Errorf("no %s in %v", tt.line, f.Proof.Evidence())
			}
		})
	}
}

// TestTakeoverOfSomePods holds that of the pods of a workload those count that are reached: one leaves the Service by its
// labels, and one that is known to hold a token proves more than one that may.
func TestTakeoverOfSomePods(t *testing.T) {
	b := newBench(t, model.FixedClock(now)).reaching().complete().put(mounting()...).put(strong()...)
	b.put(service(func(s *corev1.ServiceSpec) { s.Type = corev1.ServiceTypeNodePort }))
	for _, name := range []string{"web-1", "web-2", "web-3"} {
		b.put(served(func(p *corev1.Pod) { p.Name = name }))
	}
	pods := func() int {
		checkTakeovers(t, b, "now")
		if f := b.find(takeover, "shop/Deployment/web"); f != nil {
			return f.Pods
		}
		return 0
	}
	if n := pods(); n != 3 {
		t.Errorf("%d pods", n)
	}
	b.put(served(func(p *corev1.Pod) { p.Labels["app"] = "quarantined" }))
	if n := pods(); n != 2 {
		t.Errorf("%d pods, one is in quarantine", n)
	}
	b.apply(model.Drop(b.ref("Service", "web")))
	if n := pods(); n != 0 {
		t.Errorf("%d pods, without a Service", n)
	}
	b.put(service(func(s *corev1.ServiceSpec) { s.Type = corev1.ServiceTypeNodePort }))
	// One asks for its token, the others leave it to an account that nobody has seen.
	b.put(served(func(p *corev1.Pod) { p.Name, p.Spec.AutomountServiceAccountToken = "web-3", new(true) }))
	b.apply(model.Drop(b.ref("ServiceAccount", "web")))
	if f := b.find(takeover, "shop/Deployment/web"); f == nil || f.Verdict != model.Yes || f.Pods != 2 {
		t.Errorf("one is certain: %+v", f)
	}
	b.apply(model.Drop(model.KindByName("ClusterRoleBinding").Ref("", "strong")))
	if n := pods(); n != 0 {
		t.Errorf("%d pods, without rights", n)
	}
}

// TestRunning holds whose pods count as holding a token: those that run, and not static ones.
func TestRunning(t *testing.T) {
	b := newBench(t, model.FixedClock(now)).complete()
	check := func(when string, want ...string) {
		t.Helper()
		list, _ := b.a.Running()
		var got []string
		for _, s := range list {
			got = append(got, s.String())
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", when, got, want)
		}
	}
	b.put(mounting()...)
	check("no pod")
	b.put(served())
	check("a pod", "sa:shop/web")
	before, runs := b.a.Running()
	b.put(served(func(p *corev1.Pod) { p.Name = "web-2" }))
	if _, now := b.a.Running(); now != runs {
		t.Error("a second pod is news")
	}
	b.put(serviceAccount("shop", "web", new(false)))
	check("the account gives none")
	b.put(served(func(p *corev1.Pod) { p.Name, p.Spec.AutomountServiceAccountToken = "web-2", new(true) }))
	check("one asks", "sa:shop/web")
	b.put(served(func(p *corev1.Pod) {
		p.Name, p.Status.Phase, p.Spec.AutomountServiceAccountToken = "web-2", corev1.PodFailed, new(true)
	}))
	check("it has finished")
	b.put(served(func(p *corev1.Pod) {
		p.Name, p.OwnerReferences, p.Annotations, p.Spec.AutomountServiceAccountToken = "static", nil, map[string]string{corev1.MirrorPodAnnotationKey: "x"}, new(true)
	}))
	check("a static pod")
	if len(before) != 1 || before[0].Name != "web" {
		t.Errorf("the list that was given away has become %v", before)
	}
}
