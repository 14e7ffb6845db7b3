package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/yaml"

	"canopy/k8s/labtest"
	"canopy/model"
)

// basis is what each stage has: the attacker's namespace, and a vault with a Secret that the account victim may read and nobody else.
const basis = `
{apiVersion: v1, kind: Namespace, metadata: {name: "{vault}", labels: {pod-security.kubernetes.io/enforce: baseline}}}
---
{apiVersion: v1, kind: ServiceAccount, metadata: {namespace: "{ns}", name: attacker}}
---
{apiVersion: v1, kind: ServiceAccount, metadata: {namespace: "{ns}", name: default}}
---
{apiVersion: v1, kind: ServiceAccount, metadata: {namespace: "{ns}", name: victim}}
---
{apiVersion: v1, kind: ServiceAccount, metadata: {namespace: "{vault}", name: default}}
---
{apiVersion: v1, kind: Secret, metadata: {namespace: "{vault}", name: prize}, stringData: {value: "prize of {ns}"}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {namespace: "{vault}", name: reader}
rules: [{verbs: [get], apiGroups: [""], resources: [secrets], resourceNames: [prize]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {namespace: "{vault}", name: reader}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{kind: ServiceAccount, namespace: "{ns}", name: victim}]
`

// stage is where a trial takes place.
type stage struct {
	t         *testing.T
	lab       *labtest.Lab
	machine   *machine
	scheme    *scheme
	ns, vault string
	near      bool
	// admin sees to what is there before the walk, and looks whether what an attacker did has come about.
	admin   kubernetes.Interface
	dynamic dynamic.Interface
	config  *rest.Config
}

func newStage(t *testing.T, lab *labtest.Lab, m *machine, number int, one *trial) *stage {
	s := &one.scheme
	name := fmt.Sprintf("%s-%d", strings.ToLower(s.hops[:4]), number)
	g := &stage{t: t, lab: lab, machine: m, scheme: s, ns: name, vault: name + "-vault", near: one.near, admin: m.admin, dynamic: m.dynamic}
	g.build()
	switch s.by {
	case person:
		g.config = lab.ShortLivedConfig(g.ns, nil, time.Hour)
		return g
	case nobody:
		g.config = rest.AnonymousClientConfig(lab.Config(labtest.Admin))
		return g
	}
	request, err := g.admin.CoreV1().ServiceAccounts(g.ns).CreateToken(t.Context(), "attacker", &authenticationv1.TokenRequest{}, metav1.CreateOptions{})
	if err != nil {
		t.Errorf("%s: %v", s.name, err)
		return g
	}
	g.config = withToken(lab, request.Status.Token)
	return g
}

// withToken is the configuration of a client that has a token and nothing else.
func withToken(lab *labtest.Lab, token string) *rest.Config {
	config := rest.AnonymousClientConfig(lab.Config(labtest.Admin))
	config.BearerToken = token
	return config
}

// fill puts the names of the stage into a text.
func (g *stage) fill(text string) string {
	return strings.NewReplacer("{ns}", g.ns, "{vault}", g.vault, "{node}", g.machine.name).Replace(text)
}

// from and goal are the ends of the path in the words of the command line.
func (g *stage) from() string {
	switch {
	case g.scheme.from != "":
		return g.fill(g.scheme.from)
	case g.scheme.by == person:
		return "user:" + g.ns
	case g.scheme.by == nobody:
		return "user:system:anonymous"
	}
	return "sa:" + g.ns + "/attacker"
}

func (g *stage) goal() string {
	if g.scheme.to == "" {
		return g.vault + "/Secret/prize"
	}
	return g.fill(g.scheme.to)
}

// build makes all that the stage has.
func (g *stage) build() {
	own := map[string]any{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": g.ns}}
	enforced := g.scheme.level
	if enforced == "" {
		enforced = "baseline"
	}
	if enforced != "-" {
		own["metadata"].(map[string]any)["labels"] = map[string]any{"pod-security.kubernetes.io/enforce": enforced}
	}
	g.create(&unstructured.Unstructured{Object: own})
	for _, document := range strings.Split(basis+"---\n"+g.scheme.objects, "---\n") {
		u := &unstructured.Unstructured{}
		if err := yaml.Unmarshal([]byte(g.fill(document)), &u.Object); err != nil {
			g.t.Errorf("%s: %v: %s", g.scheme.name, err, document)
			return
		}
		if len(u.Object) > 0 {
			g.create(u)
		}
	}
	subject := rbacv1.Subject{Kind: "ServiceAccount", Namespace: g.ns, Name: "attacker"}
	if g.scheme.by == person {
		subject = rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: "User", Name: g.ns}
	}
	for i, h := range g.scheme.held {
		g.grant(fmt.Sprint("held-", i), h, subject)
	}
}

// grant makes a role and binds it. Roles of the cluster and their bindings have the namespace before their names.
func (g *stage) grant(name string, h right, to rbacv1.Subject) {
	var err error
	client, ctx, rules := g.admin.RbacV1(), g.t.Context(), rulesOf(g.fill(h.may))
	ref := func(kind string) rbacv1.RoleRef {
		return rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: kind, Name: name}
	}
	if h.at == "" {
		name = g.ns + "-" + name
		meta := metav1.ObjectMeta{Name: name}
		_, err = client.ClusterRoles().Create(ctx, &rbacv1.ClusterRole{ObjectMeta: meta, Rules: rules}, metav1.CreateOptions{})
		if err == nil {
			b := &rbacv1.ClusterRoleBinding{ObjectMeta: meta, RoleRef: ref("ClusterRole"), Subjects: []rbacv1.Subject{to}}
			_, err = client.ClusterRoleBindings().Create(ctx, b, metav1.CreateOptions{})
		}
	} else {
		namespace := g.fill("{" + h.at + "}")
		meta := metav1.ObjectMeta{Namespace: namespace, Name: name}
		_, err = client.Roles(namespace).Create(ctx, &rbacv1.Role{ObjectMeta: meta, Rules: rules}, metav1.CreateOptions{})
		if err == nil {
			b := &rbacv1.RoleBinding{ObjectMeta: meta, RoleRef: ref("Role"), Subjects: []rbacv1.Subject{to}}
			_, err = client.RoleBindings(namespace).Create(ctx, b, metav1.CreateOptions{})
		}
	}
	if err != nil {
		g.t.Errorf("%s: %v", g.scheme.name, err)
	}
}

// rulesOf reads clauses such as "get,list secrets prize; create pods/exec; patch roles.rbac.authorization.k8s.io".
func rulesOf(clauses string) []rbacv1.PolicyRule {
	var list []rbacv1.PolicyRule
	for clause := range strings.SplitSeq(clauses, ";") {
		words := strings.Fields(clause)
		if len(words) < 2 {
			continue
		}
		resource, group, _ := strings.Cut(words[1], ".")
		r := rbacv1.PolicyRule{Verbs: strings.Split(words[0], ","), APIGroups: []string{group}, Resources: strings.Split(resource, ",")}
		if len(words) > 2 {
			r.ResourceNames = strings.Split(words[2], ",")
		}
		list = append(list, r)
	}
	return list
}

// create makes an object as the administrator. A kind that was just defined is served a moment later, and an account that the stage brings may
// have been made by a controller.
func (g *stage) create(u *unstructured.Unstructured) {
	kind := model.KindByName(u.GetKind())
	var into dynamic.ResourceInterface = g.dynamic.Resource(kind.GVR())
	if kind.Namespaced {
		into = g.dynamic.Resource(kind.GVR()).Namespace(u.GetNamespace())
	}
	if _, err := into.Create(g.t.Context(), u, metav1.CreateOptions{}); err != nil && !apierrors.IsAlreadyExists(err) {
		g.t.Errorf("%s: %s %s: %v", g.scheme.name, u.GetKind(), u.GetName(), err)
	}
}

// ready waits until pods have a node and Secrets of accounts hold a token, so that a walk finds what it needs.
func (g *stage) ready() {
	g.until("pods and tokens", func(ctx context.Context) bool {
		deployments, err := g.admin.AppsV1().Deployments(g.ns).List(ctx, metav1.ListOptions{})
		if err != nil {
			return false
		}
		for i := range deployments.Items {
			if deployments.Items[i].Status.ReadyReplicas == 0 {
				return false
			}
		}
		pods, err := g.admin.CoreV1().Pods(g.ns).List(ctx, metav1.ListOptions{})
		if err != nil {
			return false
		}
		for i := range pods.Items {
			if pods.Items[i].Status.Phase != corev1.PodRunning {
				return false
			}
		}
		secrets, err := g.admin.CoreV1().Secrets(g.ns).List(ctx, metav1.ListOptions{})
		if err != nil {
			return false
		}
		for i := range secrets.Items {
			if s := &secrets.Items[i]; s.Type == corev1.SecretTypeServiceAccountToken && len(s.Data[corev1.ServiceAccountTokenKey]) == 0 {
				return false
			}
		}
		return true
	})
}

// until waits for something that a controller does.
func (g *stage) until(what string, so func(context.Context) bool) {
	g.t.Helper()
	for end := time.Now().Add(deadline); !so(g.t.Context()); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			g.t.Fatalf("%s: not within %s: %s", g.scheme.name, deadline, what)
		}
	}
}
