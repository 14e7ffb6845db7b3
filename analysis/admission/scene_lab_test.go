package admission

import (
	"context"
	"fmt"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
)

// scene is what a guard has to do about one rule.
type scene struct {
	rule string
	// on is the object of the finding, and value what its evidence says.
	on, value string
	// seen is what is known of the cluster, and allow where images may come from.
	seen  []runtime.Object
	allow []string
	// before are objects that are there before the guard.
	before []any
	// bad are refused, with the words; good are not.
	bad  []refusedObject
	good []any
	// changes are made to objects that are there: patches that pass, and those that are refused.
	changes []change
}

type refusedObject struct {
	object any
	says   string
}

// change is a merge patch.
type change struct {
	object, patch string
	// says is what is said where it is refused; "" where it passes.
	says string
}

func permit(verbs, group, resources string, names ...string) rbacv1.PolicyRule {
	return rbacv1.PolicyRule{Verbs: strings.Split(verbs, ","), APIGroups: []string{group}, Resources: strings.Split(resources, ","), ResourceNames: names}
}

func aRole(ns, name string, rules ...rbacv1.PolicyRule) *rbacv1.Role {
	return &rbacv1.Role{ObjectMeta: meta(ns, name), Rules: rules}
}

func aClusterRole(name string, rules ...rbacv1.PolicyRule) *rbacv1.ClusterRole {
	return &rbacv1.ClusterRole{ObjectMeta: meta("", name), Rules: rules}
}

func user(name string) rbacv1.Subject {
	return rbacv1.Subject{APIGroup: model.GroupRBAC, Kind: "User", Name: name}
}

func group(name string) rbacv1.Subject {
	return rbacv1.Subject{APIGroup: model.GroupRBAC, Kind: "Group", Name: name}
}

func account(ns, name string) rbacv1.Subject {
	return rbacv1.Subject{Kind: "ServiceAccount", Namespace: ns, Name: name}
}

func bind(ns, name, kind, role string, subjects ...rbacv1.Subject) *rbacv1.RoleBinding {
	return &rbacv1.RoleBinding{ObjectMeta: meta(ns, name), RoleRef: rbacv1.RoleRef{APIGroup: model.GroupRBAC, Kind: kind, Name: role}, Subjects: subjects}
}

func bindAll(name, role string, subjects ...rbacv1.Subject) *rbacv1.ClusterRoleBinding {
	return &rbacv1.ClusterRoleBinding{ObjectMeta: meta("", name), RoleRef: rbacv1.RoleRef{APIGroup: model.GroupRBAC, Kind: "ClusterRole", Name: role}, Subjects: subjects}
}

func aService(ns, name string, change func(*corev1.Service)) *corev1.Service {
	s := &corev1.Service{ObjectMeta: meta(ns, name), Spec: corev1.ServiceSpec{Ports: []corev1.ServicePort{{Port: 80}}}}
	change(s)
	return s
}

func anIngress(ns, name string, change func(*networkingv1.Ingress), hosts ...string) *networkingv1.Ingress {
	in := &networkingv1.Ingress{ObjectMeta: meta(ns, name)}
	for _, h := range hosts {
		in.Spec.Rules = append(in.Spec.Rules, networkingv1.IngressRule{Host: h})
	}
	in.Spec.DefaultBackend = &networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{Name: "s", Port: networkingv1.ServiceBackendPort{Number: 80}}}
	change(in)
	return in
}

func aPolicy(ns, name string, change func(*networkingv1.NetworkPolicySpec)) *networkingv1.NetworkPolicy {
	p := &networkingv1.NetworkPolicy{ObjectMeta: meta(ns, name)}
	change(&p.Spec)
	return p
}

func aBlock(cidr string, except ...string) []networkingv1.NetworkPolicyPeer {
	return []networkingv1.NetworkPolicyPeer{{IPBlock: &networkingv1.IPBlock{CIDR: cidr, Except: except}}}
}

func custom(apiVersion, kind, ns, name string, spec map[string]any) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{"apiVersion": apiVersion, "kind": kind, "metadata": map[string]any{"namespace": ns, "name": name}, "spec": spec}}
}

// definition is one of a kind whose specification may hold anything.
func definition(groupName, kind, plural string) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
		"metadata": map[string]any{"name": plural + "." + groupName, "annotations": map[string]any{"api-approved.kubernetes.io": "unapproved, for a test"}},
		"spec": map[string]any{"group": groupName, "scope": "Namespaced", "names": map[string]any{"kind": kind, "plural": plural},
			"versions": []any{map[string]any{"name": "v1", "served": true, "storage": true, "schema": map[string]any{"openAPIV3Schema": map[string]any{"type": "object",
				"properties": map[string]any{"spec": map[string]any{"type": "object", "x-kubernetes-preserve-unknown-fields": true}}}}}}}}}
}

func owned(p *corev1.Pod, apiVersion, kind string) *corev1.Pod {
	p.OwnerReferences = []metav1.OwnerReference{{APIVersion: apiVersion, Kind: kind, Name: "o", UID: "u", Controller: new(true)}}
	return p
}

// TestLabScenes plays all scenes on a real API server, one after the other: first with a warning, then with a refusal.
func TestLabScenes(t *testing.T) {
	s := newServer(t)
	for _, rule := range strings.Fields("lp01 lp02 lp03 lp05 lp06 lp21 lp22 lp23 ps26 ps27 ps28 nw04 nw05 nw08 nw09 nw11 nw12 se01 se04 im03 vp06 vp10") {
		s.namespace("s-" + rule)
		s.make(&corev1.ServiceAccount{ObjectMeta: meta("s-"+rule, "web")})
	}
	s.until("the accounts of default", func() bool {
		_, err := s.of(model.KindByName("ServiceAccount").GVK(), "default").Get(t.Context(), "default", metav1.GetOptions{})
		return err == nil
	})
	s.make(&corev1.ServiceAccount{ObjectMeta: meta("default", "web")})
	for i, one := range scenes() {
		t.Run(fmt.Sprint(i, "/", one.rule, "/", one.on), func(t *testing.T) {
			outer := s.TB
			s.TB = t
			defer func() { s.TB = outer }()
			s.play(one)
		})
	}
}

func (s *server) play(one scene) {
	s.Helper()
	for _, o := range one.before {
		s.make(o)
		if u, ok := o.(*unstructured.Unstructured); ok && u.GetKind() == "CustomResourceDefinition" {
			s.served(u)
		}
	}
	asked := found(s, one.rule, one.on)
	if one.value != "" {
		asked.Proof = shown{{Object: asked.Object, Path: "metadata.managedFields", Value: one.value}}
	}
	g, err := MakeAllowing(clusterOf(s, one.seen...), testServer, one.allow, []*model.Finding{asked})
	if err != nil || len(g.Policies) == 0 {
		s.Fatalf("%v %+v", err, g)
	}
	var of []Policy
	for _, p := range g.Policies {
		if one.rule != "PS28" || strings.Contains(p.Documents[0].Step.Ref.Name, "naked") {
			of = append(of, p)
		}
	}
	g.Policies = of
	s.guard(g, false)
	for _, bad := range one.bad {
		s.until("the warning "+bad.says, func() bool {
			s.warned()
			if _, err := s.create(bad.object, true); err != nil && !apierrors.IsAlreadyExists(err) {
				s.Fatal(err)
			}
			return strings.Contains(strings.Join(s.warned(), "\n"), bad.says)
		})
	}
	for _, p := range g.Policies {
		s.apply(p.Enforce)
	}
	for _, bad := range one.bad {
		var err error
		s.until("the refusal "+bad.says, func() bool { _, err = s.create(bad.object, true); return err != nil && !apierrors.IsAlreadyExists(err) })
		if text := s.refusal(err); !strings.Contains(text, bad.says) {
			s.Errorf("%s, not %s", text, bad.says)
		}
	}
	for i, good := range one.good {
		if _, err := s.create(good, true); err != nil {
			s.Errorf("good %d: %v", i, err)
		}
	}
	for _, ch := range one.changes {
		ref, err := model.ParseRef(ch.object)
		if err != nil {
			s.Fatal(err)
		}
		r := s.of(model.KindOf(ref.GroupKind()).GVK(), ref.Namespace)
		// What is tried until it is refused must not be kept meanwhile.
		patch := func(dry ...string) error {
			_, err := r.Patch(context.Background(), ref.Name, types.MergePatchType, []byte(ch.patch), metav1.PatchOptions{DryRun: dry})
			return err
		}
		if ch.says == "" {
			if err := patch(); err != nil {
				s.Errorf("%s: %v", ch.patch, err)
			}
			continue
		}
		s.until("the refusal of a change", func() bool { err = patch(metav1.DryRunAll); return err != nil })
		if text := s.refusal(err); !strings.Contains(text, ch.says) {
			s.Errorf("%s: %s, not %s", ch.patch, text, ch.says)
		}
	}
	s.remove(g)
	for _, bad := range one.bad {
		s.until("the end of the guard", func() bool { _, err := s.create(bad.object, true); return err == nil || apierrors.IsAlreadyExists(err) })
	}
}

// served waits until objects of a new kind can be made.
func (s *server) served(definition *unstructured.Unstructured) {
	s.Helper()
	kind, _, _ := unstructured.NestedString(definition.Object, "spec", "names", "kind")
	s.until("the kind "+kind, func() bool {
		_, err := s.of(model.KindByName(kind).GVK(), "default").List(context.Background(), metav1.ListOptions{})
		return err == nil
	})
}
