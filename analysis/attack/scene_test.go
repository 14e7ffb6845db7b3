package attack

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	"canopy/model"
)

// scene is a cluster as tests write it, an object a line:
//
//	Role a/r = get secrets =x1; create pods      (verbs, resources, names)
//	RoleBinding a/b Role/r sa:a/s1 user:u1
//	ClusterRoleBinding b r group:dev
//	Pod a/p {spec: {nodeName: n1}}               (the rest of the object)
//	-Pod a/p                                     (it goes)
//	!v1.36.0                                     (the version of the server)
//	?Node                                        (it may not be read)
type scene struct {
	t    testing.TB
	town *town
	// objects are those that are there, as they were written.
	objects map[model.Ref]runtime.Object
}

func (l law) scene(t testing.TB, text string, jewels ...string) *scene {
	s := &scene{t, l.town(t, jewels...).complete("v1.37.2"), map[model.Ref]runtime.Object{}}
	return s.then(text)
}

// then changes what is there.
func (s *scene) then(text string) *scene {
	s.t.Helper()
	for _, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		switch {
		case line == "":
		case line[0] == '!':
			s.town.serve(strings.TrimPrefix(line[1:], "none"))
		case line[0] == '?':
			s.town.cover(model.Coverage{Kind: model.KindByName(line[1:]).GroupKind(), State: model.Denied, Reason: "may not"})
		case line[0] == '-':
			r := recordOf(s.t, s.read(line[1:]))
			s.town.take(model.Drop(r.Ref()))
			delete(s.objects, r.Ref())
		default:
			o := s.read(line)
			r := recordOf(s.t, o)
			s.objects[r.Ref()] = o
			s.town.take(model.Put(r))
		}
	}
	s.town.flush()
	return s
}

func (s *scene) read(line string) runtime.Object {
	s.t.Helper()
	kind, rest, _ := strings.Cut(line, " ")
	full, rest, _ := strings.Cut(rest, " ")
	namespace, name, ok := strings.Cut(full, "/")
	if !ok {
		namespace, name = "", full
	}
	m := metav1.ObjectMeta{Namespace: namespace, Name: name}
	switch kind {
	case "Role":
		return &rbacv1.Role{ObjectMeta: m, Rules: rulesOf(rest)}
	case "ClusterRole":
		return &rbacv1.ClusterRole{ObjectMeta: m, Rules: rulesOf(rest)}
	case "RoleBinding":
		words := strings.Fields(rest + " Role/x")
		of, role, _ := strings.Cut(words[0], "/")
		return &rbacv1.RoleBinding{ObjectMeta: m, RoleRef: rbacv1.RoleRef{APIGroup: model.GroupRBAC, Kind: of, Name: role}, Subjects: subjectsOf(s.t, strings.Fields(rest))}
	case "ClusterRoleBinding":
		words := strings.Fields(rest + " x")
		return &rbacv1.ClusterRoleBinding{ObjectMeta: m, RoleRef: rbacv1.RoleRef{APIGroup: model.GroupRBAC, Kind: "ClusterRole", Name: words[0]}, Subjects: subjectsOf(s.t, strings.Fields(rest))}
	}
	if kind == "CustomResourceDefinition" {
		o := &unstructured.Unstructured{}
		o.SetGroupVersionKind(model.KindByName(kind).GVK())
		o.SetName(name)
		return o
	}
	into := map[string]runtime.Object{
		"Pod": &corev1.Pod{}, "ServiceAccount": &corev1.ServiceAccount{}, "Secret": &corev1.Secret{}, "Node": &corev1.Node{}, "Namespace": &corev1.Namespace{},
		"Deployment": &appsv1.Deployment{}, "ReplicaSet": &appsv1.ReplicaSet{}, "DaemonSet": &appsv1.DaemonSet{}, "CronJob": &batchv1.CronJob{}, "Job": &batchv1.Job{},
		"Service": &corev1.Service{}, "Ingress": &networkingv1.Ingress{}, "NetworkPolicy": &networkingv1.NetworkPolicy{}, "ConfigMap": &corev1.ConfigMap{},
		"MutatingWebhookConfiguration": &admissionv1.MutatingWebhookConfiguration{}, "ValidatingWebhookConfiguration": &admissionv1.ValidatingWebhookConfiguration{},
		"IngressClass": &networkingv1.IngressClass{}, "ReplicationController": &corev1.ReplicationController{},
	}[kind]
	if into == nil {
		s.t.Fatalf("unknown kind in %q", line)
	}
	if err := yaml.UnmarshalStrict([]byte(rest), into); err != nil {
		s.t.Fatalf("%v\n%s", err, line)
	}
	of := into.(metav1.Object)
	of.SetNamespace(namespace)
	of.SetName(name)
	return into
}

func rulesOf(text string) []rbacv1.PolicyRule {
	var list []rbacv1.PolicyRule
	for _, one := range strings.Split(strings.TrimPrefix(text, "="), ";") {
		if strings.TrimSpace(one) != "" {
			list = append(list, ruleOf(one))
		}
	}
	return list
}

func subjectsOf(t testing.TB, words []string) []rbacv1.Subject {
	var list []rbacv1.Subject
	for _, w := range words[min(1, len(words)):] {
		kind, name, _ := strings.Cut(w, ":")
		switch kind {
		case "sa":
			namespace, account, _ := strings.Cut(name, "/")
			list = append(list, rbacv1.Subject{Kind: "ServiceAccount", Namespace: namespace, Name: account})
		case "user", "group":
			list = append(list, rbacv1.Subject{Kind: map[string]string{"user": "User", "group": "Group"}[kind], APIGroup: model.GroupRBAC, Name: name})
		default:
			t.Fatalf("subject %q", w)
		}
	}
	return list
}

// node finds a node by its name.
func (s *scene) node(name string) Node {
	s.t.Helper()
	n, ok := s.town.asker().Find(name)
	if !ok {
		k, parsed := parse(name)
		if n, ok = k.node(); !parsed || !ok {
			s.t.Fatalf("no node %q", name)
		}
	}
	return n
}

// routes lists the ways from one node to another.
func (s *scene) routes(from, to string) []Path {
	s.t.Helper()
	return s.town.asker().every(s.node(from), s.node(to), 40)
}

// every lists the routes of one pair, those that differ by the permission alone among them.
func (q *asker) every(from, to Node, k int) (routes []Path) {
	v, ok := q.toward(to, false)
	if !ok {
		return nil
	}
	defer v.close()
	start, ok := q.start(from)
	if !ok {
		return nil
	}
	for route := range v.search.Routes(start, q.compare) {
		if len(routes) == k {
			return routes
		}
		if p := q.path(route, to); len(p.Hops) > 0 {
			routes = append(routes, p)
		}
	}
	return routes
}

// hop finds a hop by an edge that joins two nodes, nil where there is none.
func (s *scene) hop(edge, from, to string) *Hop {
	s.t.Helper()
	for _, p := range s.routes(from, to) {
		if len(p.Hops) == 1 && p.Hops[0].Edge == edge {
			return &p.Hops[0]
		}
	}
	return nil
}

// leads tells whether there is a way, of however many hops.
func (s *scene) leads(from, to string) bool { return len(s.routes(from, to)) > 0 }

// write shows the ways from one node to another.
func (s *scene) write(from, to string) string {
	text := ""
	for _, p := range s.routes(from, to) {
		text += fmt.Sprintln(" ", p.From.ID, p.Cost, p.Confidence)
		for _, h := range p.Hops {
			text += fmt.Sprintf("    %s > %s %s %v %q %s %v cut %s %s\n", h.From.ID, h.To.ID, h.Edge, h.Confidence, h.Reason, h.Proof.Object, h.Proof.Evidence, h.Cut.Object, h.Cut.Edit)
		}
	}
	return text
}

// shows tells whether an object has the field that is said to prove something.
func (s *scene) shows(e model.Evidence) error {
	o := s.objects[e.Object]
	if o == nil {
		return fmt.Errorf("there is no object %s", e.Object)
	}
	body, err := runtime.DefaultUnstructuredConverter.ToUnstructured(o)
	if err != nil {
		return err
	}
	var at any = body
	path := e.Path
	for path != "" {
		var part string
		if path[0] == '[' {
			end := strings.IndexByte(path, ']')
			part, path = path[1:end], strings.TrimPrefix(path[end+1:], ".")
		} else {
			end := strings.IndexAny(path, ".[")
			if end < 0 {
				end = len(path)
			}
			part, path = path[:end], strings.TrimPrefix(path[end:], ".")
		}
		switch t := at.(type) {
		case map[string]any:
			at = t[part]
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i >= len(t) {
				return fmt.Errorf("%s has no %s: %q", e.Object, e.Path, part)
			}
			at = t[i]
		default:
			at = nil
		}
		if at == nil && path == "" && (e.Value == "false" || e.Value == "") {
			// It is the default.
			return nil
		}
		if at == nil {
			return fmt.Errorf("%s has no %s: %q is missing", e.Object, e.Path, part)
		}
	}
	if text, ok := at.(string); ok && e.Value != "" && !strings.Contains(e.Value, text) {
		return fmt.Errorf("%s %s is %q, not %q", e.Object, e.Path, text, e.Value)
	}
	return nil
}
